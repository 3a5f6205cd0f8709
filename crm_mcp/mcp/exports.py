"""Files that a tool made for the host to fetch: kept in memory for a while, under ids that nobody can guess."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from crm_mcp.errors import InputError

if TYPE_CHECKING:
    from mcp.server import MCPServer

Format = Literal["csv", "jsonl"]
MEDIA_TYPES: dict[Format, str] = {"csv": "text/csv", "jsonl": "application/jsonl"}

KEPT_FOR_S = 900.0
"""How long a file can be fetched."""
MAX_FILE_BYTES = 20_000_000
MAX_KEPT_BYTES = 60_000_000
"""Most bytes of all files together; the oldest go first."""


@dataclass(frozen=True, slots=True)
class _File:
    text: str
    size: int
    made_at_s: float


class ExportStore:
    """The files of one server.

    Args:
        clock: Tells the time in seconds; another one makes tests fast.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._files: dict[str, _File] = {}

    def add(self, text: str, file_format: Format) -> tuple[str, int]:
        """Keep a file; return its address, `crm://exports/ID.csv`, and its size in bytes.

        Raises:
            InputError: It is too big.
        """
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > MAX_FILE_BYTES:
            raise InputError(
                f"The export would be {size:,} bytes, at most {MAX_FILE_BYTES:,} are kept.",
                hint="Narrow the search, or name fewer fields in its arguments.",
            )
        self._forget_old(room=size)
        name = f"{secrets.token_urlsafe(18)}.{file_format}"
        self._files[name] = _File(text, size, self._clock())
        return f"crm://exports/{name}", size

    def read(self, name: str) -> str:
        """Return a file by its id and ending.

        Raises:
            ResourceNotFoundError: There is no such file, or no more.
        """
        self._forget_old()
        if name not in self._files:
            minutes = int(KEPT_FOR_S // 60)
            raise ResourceNotFoundError(f"There is no such export: one is kept {minutes} minutes. Call export_search.")
        return self._files[name].text

    def _forget_old(self, room: int = 0) -> None:
        """Forget files that are too old, and the oldest until there is room."""
        oldest_first = list(self._files.items())
        for name, file in oldest_first:
            kept = sum(one.size for one in self._files.values())
            if self._clock() - file.made_at_s > KEPT_FOR_S or kept + room > MAX_KEPT_BYTES:
                del self._files[name]


def add_exports(server: MCPServer[None], store: ExportStore) -> None:
    """Register the files of a store as resources: `crm://exports/{export_id}.csv` and `.jsonl`."""

    @server.resource(
        "crm://exports/{export_id}.csv",
        name="export-csv",
        title="An export as CSV",
        description="What export_search made, for 15 minutes.",
        mime_type=MEDIA_TYPES["csv"],
    )
    async def csv_file(export_id: str) -> str:  # pyright: ignore[reportUnusedFunction]  # registered by the decorator
        return store.read(f"{export_id}.csv")

    @server.resource(
        "crm://exports/{export_id}.jsonl",
        name="export-jsonl",
        title="An export as JSON lines",
        description="What export_search made, for 15 minutes.",
        mime_type=MEDIA_TYPES["jsonl"],
    )
    async def json_lines_file(export_id: str) -> str:  # pyright: ignore[reportUnusedFunction]
        return store.read(f"{export_id}.jsonl")
