"""Exports: the tool that reads a whole search into a file, and the files, which the host fetches as resources.

A file goes to the host and not through the model. It is kept in memory for a while, under an id that nobody can guess;
where the person chose a folder, it is written there too, for hosts that fetch no resources.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.types import CallToolResult, ResourceLink
from pydantic import Field, ValidationError, WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.crm.call import Steps
from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import CallContext, Fields
from crm_mcp.mcp.connector import Connector
from crm_mcp.mcp.cursor import PAGING_ARGUMENTS
from crm_mcp.mcp.resources import TakesResources
from crm_mcp.mcp.tool import READ, CrmTool, build_tool, compact_result
from crm_mcp.rendering.export_formats import columns_of, flat_row, write_csv, write_json_lines

Format = Literal["csv", "jsonl"]
MEDIA_TYPES: dict[Format, str] = {"csv": "text/csv", "jsonl": "application/jsonl"}

EXPORT_TTL_S = 900.0
"""How long a file can be fetched."""
MAX_FILE_BYTES = 20_000_000
MAX_TOTAL_BYTES = 60_000_000
"""Most bytes of all files together; the oldest go first."""

SearchArguments = Annotated[Fields, Field(description="of that search, without limit and cursor")]
SearchTool = Annotated[str, WithJsonSchema({"type": "string"})]
FileFormat = Annotated[Format, Field()]


class ExportStore:
    """The files of one server, in memory, and in `folder` where there is one; at most `max_bytes` are held."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        folder: Path | None = None,
        max_bytes: int = MAX_TOTAL_BYTES,
    ) -> None:
        self.folder = folder
        self._files = ExpiringMap[str, str](EXPORT_TTL_S, max_bytes=max_bytes, clock=clock)

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
        name = f"{secrets.token_urlsafe(18)}.{file_format}"
        self._files.put(name, text, size=size)
        return f"crm://exports/{name}", size

    def clear(self) -> None:
        """Forget all files that are held in memory."""
        self._files.clear()

    def read(self, name: str) -> str:
        """Return a file by its id and ending.

        Raises:
            ResourceNotFoundError: There is no such file, or it has expired.
        """
        text = self._files.get(name)
        if text is None:
            minutes = int(EXPORT_TTL_S // 60)
            raise ResourceNotFoundError(
                f"There is no such export: an export is kept for {minutes} minutes. Call export_search again."
            )
        return text


def save_file(folder: Path, kind: str, text: str, file_format: Format) -> Path:
    """Write a file under a name that is free, such as `projects-2026-11-27.csv`; only its owner can read it.

    Raises:
        OSError: The folder cannot be made or written to.
    """
    folder = folder.expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{kind}-{date.today().isoformat()}"  # noqa: DTZ011  # the day of the person's own machine
    for number in range(1, 1000):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.{file_format}"
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            continue
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return path
    raise FileExistsError(f"there are a thousand files named {stem}")


class ExportResult(TypedDict):
    """A file with all rows of a search, with its `bytes` and `columns`; unless `exact`, `note` says what it lacks.

    `path` is where it lies on the person's machine, if they chose a folder.
    """

    uri: str
    rows: int
    exact: bool
    path: NotRequired[str]


class ExportTools:
    """`export_search` over the searches of all connected CRMs; `tools` holds these searches."""

    def __init__(self, connectors: Sequence[Connector], tools: Sequence[CrmTool], store: ExportStore) -> None:
        exports = {name: export for connector in connectors for name, export in connector.exports().items()}
        self._exports = exports
        self._searches = {tool.name: tool for tool in tools if tool.name in exports}
        self._store = store

    def all(self) -> Sequence[CrmTool]:
        """Return the tool; none where no CRM is connected."""
        if not self._searches:
            return ()
        tool = build_tool(self.export_search, title="Export a search", annotations=READ)
        tool.parameters["properties"]["tool"]["enum"] = list(self._searches)
        return (tool,)

    async def export_search(
        self,
        ctx: CallContext,
        tool: SearchTool,
        arguments: SearchArguments = {},  # noqa: B006  # pydantic copies defaults
        format: FileFormat = "csv",  # noqa: A002
    ) -> Annotated[CallToolResult, ExportResult]:
        """Read all rows of a search into a file for the user; to read rows yourself call the search."""
        search = self._searches.get(tool)
        if search is None:
            raise InputError(
                f"{tool[:60]!r} is not a search that can be exported.", hint=f"Use {' or '.join(self._searches)}."
            )
        source = self._exports[tool]
        found = await source.read(_checked(search, {**source.defaults, **arguments}), Steps(ctx))
        rows = [flat_row(item) for item in found.rows]
        text = write_csv(rows) if format == "csv" else write_json_lines(rows)
        uri, size = self._store.add(text, format)
        export: dict[str, Any] = {
            "uri": uri,
            "rows": len(rows),
            "bytes": size,
            "columns": columns_of(rows),
            "exact": not found.incomplete_reason,
        }
        kind = tool.removeprefix("search_")
        notes = [found.incomplete_reason]
        if self._store.folder is not None:
            try:
                export["path"] = str(await asyncio.to_thread(save_file, self._store.folder, kind, text, format))
            except OSError as error:
                notes.append(f"It could not be written into CRM_MCP_EXPORT_DIR ({error.strerror or error}).")
        if any(notes):
            export["note"] = " ".join(filter(None, notes))
        return linked_result(export, name=f"{kind}.{format}", media_type=MEDIA_TYPES[format])


def _checked(search: CrmTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments as the search itself takes them.

    Raises:
        InputError: One is wrong, or is of paging.
    """
    if refused := [name for name in PAGING_ARGUMENTS if name in arguments]:
        raise InputError(f"An export takes no {' or '.join(refused)}: it holds all rows.", hint="Leave it out.")
    try:
        checked = search.fn_metadata.validate_arguments(dict(arguments))
    except ValidationError as error:
        raise InputError(search.explain(error)) from error
    return {name: value for name, value in checked.items() if name not in PAGING_ARGUMENTS}


def linked_result(answer: dict[str, Any], *, name: str, media_type: str) -> CallToolResult:
    """Return a result that holds `uri` and `bytes` with a link to that file, which hosts show and fetch."""
    result = compact_result(answer)
    link = ResourceLink(name=name, title=name, uri=answer["uri"], mime_type=media_type, size=answer["bytes"])
    return CallToolResult(content=[*result.content, link], structured_content=result.structured_content)


def add_exports(server: TakesResources, store: ExportStore) -> None:
    """Register the files of a store as resources: `crm://exports/{export_id}.csv` and `.jsonl`."""

    @server.resource(
        "crm://exports/{export_id}.csv",
        name="export-csv",
        title="An export as CSV",
        description="A file that export_search made; it is kept for 15 minutes.",
        mime_type=MEDIA_TYPES["csv"],
    )
    async def csv_file(export_id: str) -> str:  # pyright: ignore[reportUnusedFunction]  # registered by the decorator
        return store.read(f"{export_id}.csv")

    @server.resource(
        "crm://exports/{export_id}.jsonl",
        name="export-jsonl",
        title="An export as JSON lines",
        description="A file that export_search made; it is kept for 15 minutes.",
        mime_type=MEDIA_TYPES["jsonl"],
    )
    async def json_lines_file(export_id: str) -> str:  # pyright: ignore[reportUnusedFunction]
        return store.read(f"{export_id}.jsonl")
