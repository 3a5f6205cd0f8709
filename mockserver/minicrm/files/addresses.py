"""The address of a stored file: `{origin}/{system id}/Download/S3/?t=project&inline=0&e={token}`.

Its form is observed (grade B); that the token alone opens the file is assumed. A seed and a row write `file:9301` for
the file 9301, which each account prints as an address of its own.
"""

from __future__ import annotations

import hashlib
import re

_STORED = re.compile(r"file:([1-9][0-9]{0,17})", re.ASCII)
_TOKEN_LENGTH = 30


def find_file_id(value: object) -> int | None:
    """Return the id of the stored file that a value stands for, None where it stands for none."""
    match = _STORED.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) if match else None


def make_token(file_id: int) -> str:
    """Return 30 small letters and digits, always the same for the same file."""
    return hashlib.sha256(f"minicrm file {file_id}".encode()).hexdigest()[:_TOKEN_LENGTH]


def build_file_url(origin: str, system_id: str, file_id: int, *, kind: str = "project", is_inline: bool = False) -> str:
    """Return the address of a stored file; `kind` is `project`, or `doc` of a document."""
    return f"{origin}/{system_id}/Download/S3/?t={kind}&inline={int(is_inline)}&e={make_token(file_id)}"


def print_file(origin: str, system_id: str, value: object) -> object:
    """Return the address that a File field prints: that of a stored file, others as they were written."""
    file_id = find_file_id(value)
    return value if file_id is None else build_file_url(origin, system_id, file_id)
