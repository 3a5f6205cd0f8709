"""What the files of exports have in common, wherever they are kept."""

from __future__ import annotations

import secrets
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Literal, Protocol

from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from crm_mcp.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Format = Literal["csv", "jsonl"]

MAX_FILE_BYTES = 20_000_000


class ExportFile(Protocol):
    """A file that is being made; `uri` and `size` in bytes are known at its end."""

    uri: str
    size: int

    async def write(self, text: str) -> None:
        """Write a further piece.

        Raises:
            InputError: The file becomes too big.
            StoreError: It cannot be kept.
        """
        ...


class ExportFiles(Protocol):
    """The files of one server.

    Attributes:
        kept_s: How long each can be fetched, in seconds.
        folder: Where each is written too; None for nowhere.
    """

    kept_s: float
    folder: Path | None

    def making(self, accounts: Sequence[str], file_format: Format) -> AbstractAsyncContextManager[ExportFile]:
        """Make a file of what is read of these accounts inside the block; an error leaves none."""
        ...

    async def read(self, name: str) -> str:
        """Return a file by the end of its address, such as `ID.csv`.

        Raises:
            ResourceNotFoundError: There is no such file, or it has expired.
            StoreError: It cannot be read now.
        """
        ...

    def clear(self) -> None:
        """Forget what this process holds: a person was erased."""
        ...


def new_name(file_format: Format) -> str:
    """Return the end of an address that nobody can guess."""
    return f"{secrets.token_urlsafe(32)}.{file_format}"


def address_of(name: str) -> str:
    """Return the address of a file."""
    return f"crm://exports/{name}"


def checked_size(size: int) -> int:
    """Return the size of a file.

    Raises:
        InputError: It is too big.
    """
    if size > MAX_FILE_BYTES:
        raise InputError(
            f"The export would be more than {MAX_FILE_BYTES:,} bytes, the most that is kept.",
            hint="Narrow the search, or name fewer fields in its arguments.",
        )
    return size


def not_found(kept_s: float) -> ResourceNotFoundError:
    """Return what says that there is no such file."""
    return ResourceNotFoundError(
        f"There is no such export: an export is kept for {kept_s // 60:.0f} minutes. Call export_search again."
    )


def encode(text: str) -> bytes:
    """Return the bytes of a text: half a character pair, as strangers write it, is no reason to fail."""
    return text.encode("utf-8", "surrogatepass")
