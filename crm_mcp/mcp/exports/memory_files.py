"""The files of exports in the memory of a process, where no other process gives them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TYPE_CHECKING

from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.mcp.exports.files import (
    ExportFile,
    ExportFiles,
    Format,
    address_of,
    checked_size,
    encode,
    new_name,
    not_found,
)
from crm_mcp.store.location import MEMORY

if TYPE_CHECKING:
    from pathlib import Path

    from crm_mcp.mcp.connector import Connector
    from crm_mcp.store.engine import Store

EXPORT_TTL_S = 900.0
"""How long a file can be fetched that is kept in memory."""
MAX_TOTAL_BYTES = 60_000_000
"""Most bytes of all files in memory together; the oldest go first."""


def choose_files(
    connectors: Sequence[Connector], store: Store | None, folder: Path | None = None, max_bytes: int = MAX_TOTAL_BYTES
) -> ExportFiles:
    """Return where exports of these accounts go: into a store that is kept, else into memory."""
    if store is None or store.where == MEMORY:
        return MemoryFiles(folder=folder, max_bytes=max_bytes)
    from crm_mcp.mcp.exports.stored_files import StoredFiles

    return StoredFiles(store, connectors)


class MemoryFiles:
    """The files of one server in its memory; at most `max_bytes` are held."""

    kept_s = EXPORT_TTL_S

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        folder: Path | None = None,
        max_bytes: int = MAX_TOTAL_BYTES,
    ) -> None:
        self.folder = folder
        self._files = ExpiringMap[str, str](EXPORT_TTL_S, max_bytes=max_bytes, clock=clock)

    @contextlib.asynccontextmanager
    async def making(self, accounts: Sequence[str], file_format: Format) -> AsyncGenerator[ExportFile]:
        """See `ExportFiles`."""
        del accounts
        name = new_name(file_format)
        file = _FileInMemory(address_of(name))
        yield file
        self._files.put(name, "".join(file.pieces), size=file.size)

    def clear(self) -> None:
        """See `ExportFiles`."""
        self._files.clear()

    async def read(self, name: str) -> str:
        """See `ExportFiles`."""
        text = self._files.get(name)
        if text is None:
            raise not_found(self.kept_s)
        return text


class _FileInMemory:
    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.size = 0
        self.pieces: list[str] = []

    async def write(self, text: str) -> None:
        self.size = checked_size(self.size + len(encode(text)))
        self.pieces.append(text)
