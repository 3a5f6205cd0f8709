"""The file that holds the key of the stand-ins: made where it is missing, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_KEY_BYTES = 32
_FEWEST_CHARACTERS = 16


class KeyFileError(Exception):
    """The key cannot be had; the message says what to do."""


def read_key(path: Path) -> tuple[bytes, bool]:
    """Return the key, and whether it was made just now.

    Raises:
        KeyFileError: The file cannot be read or written, or holds no key.
    """
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError:
        return _make(path), True
    except OSError as error:
        raise KeyFileError(f"cannot read the key file {str(path)!r}: {error.strerror}; name another --key") from None
    if len(key) < _FEWEST_CHARACTERS:
        raise KeyFileError(
            f"the key file {str(path)!r} holds less than {_FEWEST_CHARACTERS} characters; remove it for a new one, "
            "or name another --key"
        )
    return key, False


def _make(path: Path) -> bytes:
    key = secrets.token_hex(_KEY_BYTES).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key + b"\n")
    except OSError as error:
        raise KeyFileError(f"cannot write the key file {str(path)!r}: {error.strerror}; name another --key") from None
    return key
