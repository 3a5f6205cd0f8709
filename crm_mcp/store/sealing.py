"""What the store holds without being able to read it: sealed by a key that is made of a name which only a caller has.

The store knows it by a hash of the name, from which neither the name nor the key can be found.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Seal:
    """Seals what belongs to one name, and opens it.

    Args:
        name: At least 128 bits that nobody can guess.

    Attributes:
        row_id: What the store knows it by.
    """

    def __init__(self, name: str) -> None:
        self.row_id = _hash(name, b"row")
        self._key = AESGCM(bytes.fromhex(_hash(name, b"key")))

    def close(self, data: bytes, what: str) -> bytes:
        """Seal data as what it is: it opens as nothing else."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._key.encrypt(nonce, data, what.encode())

    def open(self, sealed: bytes, what: str) -> bytes | None:
        """Return what was sealed; None where it was changed, is another's, or is something else."""
        try:
            return self._key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], what.encode())
        except (InvalidTag, ValueError):
            return None


def _hash(name: str, purpose: bytes) -> str:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=32, person=purpose).hexdigest()
