"""The tool `export_search`: all rows of a search as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NotRequired

from mcp.types import CallToolResult
from pydantic import Field, ValidationError, WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.crm.call import Steps
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import CallContext, Fields
from crm_mcp.mcp.connector import Connector, SearchExport
from crm_mcp.mcp.exports.files import ExportFiles, Format, encode
from crm_mcp.mcp.exports.resources import MEDIA_TYPES, linked_result
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.rendering.export_formats import columns_of, flat_row, iter_csv, iter_json_lines

_WRITERS: Mapping[Format, Callable[[Sequence[Mapping[str, Any]], Sequence[str]], Iterator[str]]] = {
    "csv": iter_csv,
    "jsonl": iter_json_lines,
}

SearchArguments = Annotated[Fields, Field(description="of that search, without limit and cursor")]
SearchTool = Annotated[str, WithJsonSchema({"type": "string"})]
FileFormat = Annotated[Format, Field()]


def save_file(folder: Path, kind: str, pieces: Iterable[str], file_format: Format) -> Path:
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
        with path.open("wb") as file:
            file.writelines(map(encode, pieces))
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
    """`export_search` over the searches of all connected CRMs.

    Args:
        connectors: The CRMs.
        further: What else can be exported, over all of them, by the name of its tool.
        tools: All tools that there are.
        files: Where the files go.
    """

    def __init__(
        self,
        connectors: Sequence[Connector],
        further: Mapping[str, SearchExport],
        tools: Sequence[CrmTool],
        files: ExportFiles,
    ) -> None:
        self._exports = {name: ([one], export) for one in connectors for name, export in one.exports().items()}
        self._exports |= {name: (list(connectors), export) for name, export in further.items()}
        self._searches = {tool.name: tool for tool in tools if tool.name in self._exports}
        self._files = files

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
        connectors, source = self._exports[tool]
        checked = _checked(search, {**source.defaults, **arguments}, source.paging)
        async with self._files.making([one.account.account_id for one in connectors], format) as file:
            found = await source.read(checked, Steps(ctx))
            rows = [flat_row(item) for item in found.rows]
            for piece in _WRITERS[format](rows, found.columns):
                await file.write(piece)
        export: dict[str, Any] = {
            "uri": file.uri,
            "rows": len(rows),
            "bytes": file.size,
            "columns": list(found.columns) or columns_of(rows),
            "exact": not found.incomplete_reason,
        }
        kind = tool.removeprefix("search_").removesuffix("_crm")
        notes = [found.incomplete_reason, found.note]
        if self._files.folder is not None:
            pieces = _WRITERS[format](rows, found.columns)
            try:
                export["path"] = str(await asyncio.to_thread(save_file, self._files.folder, kind, pieces, format))
            except OSError as error:
                notes.append(f"It could not be written into CRM_MCP_EXPORT_DIR ({error.strerror or error}).")
        if any(notes):
            export["note"] = " ".join(filter(None, notes))
        return linked_result(export, name=f"{kind}.{format}", media_type=MEDIA_TYPES[format])


def _checked(search: CrmTool, arguments: Mapping[str, Any], paging: Sequence[str]) -> dict[str, Any]:
    """Return the arguments as the search itself takes them.

    Raises:
        InputError: One is wrong, or is of paging.
    """
    if refused := [name for name in paging if name in arguments]:
        raise InputError(f"An export takes no {' or '.join(refused)}: it holds all rows.", hint="Leave it out.")
    try:
        checked = search.fn_metadata.validate_arguments(dict(arguments))
    except ValidationError as error:
        raise InputError(search.explain(error)) from error
    return {name: value for name, value in checked.items() if name not in paging}
