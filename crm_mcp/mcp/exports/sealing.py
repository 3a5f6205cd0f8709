"""The pieces of a file sealed by a key that is made of its name alone, so that the store holds nothing readable. Pure.

The store knows a file by a hash of its name, from which neither the name nor the key can be found.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Seal:
    """Seals the pieces of one file, and opens them.

    Args:
        name: The end of the file's address: at least 256 bits that nobody can guess.

    Attributes:
        export_id: What the store knows the file by.
    """

    def __init__(self, name: str) -> None:
        self.export_id = _hash(name, b"export id")
        self._key = AESGCM(bytes.fromhex(_hash(name, b"export key")))

    def close(self, piece: bytes, place: int, *, is_last: bool) -> bytes:
        """Seal the piece at a place, once: no place is used for two."""
        return self._key.encrypt(place.to_bytes(12), piece, bytes([is_last]))

    def open(self, sealed: bytes, place: int, *, is_last: bool) -> bytes | None:
        """Return the piece at a place; None where it is not the one that was sealed for it."""
        try:
            return self._key.decrypt(place.to_bytes(12), sealed, bytes([is_last]))
        except InvalidTag:
            return None


def _hash(name: str, purpose: bytes) -> str:
    return hashlib.blake2b(name.encode(), digest_size=32, person=purpose).hexdigest()
