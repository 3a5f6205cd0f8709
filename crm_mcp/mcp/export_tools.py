"""The tool that reads a whole search into a file, which goes to the host and not through the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from mcp.types import CallToolResult, ResourceLink
from pydantic import Field, ValidationError, WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.crm.progress import Steps
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import CallContext, Fields
from crm_mcp.mcp.connector import Connector
from crm_mcp.mcp.cursor import PAGING_ARGUMENTS
from crm_mcp.mcp.exports import MEDIA_TYPES, ExportStore, Format
from crm_mcp.mcp.tool import READ, CrmTool, build_tool, compact_result
from crm_mcp.rendering.export_formats import columns_of, flat_row, write_csv, write_json_lines

SearchTool = Annotated[str, WithJsonSchema({"type": "string"})]
FileFormat = Annotated[Format, Field()]


class Export(TypedDict):
    """A file with all rows of a search; beside it stand its `bytes`, its `columns`, and in `note` what it lacks."""

    uri: str
    rows: int
    exact: bool


class ExportTools:
    """`export_search` over the searches of all connected CRMs.

    Args:
        connectors: The connected CRMs.
        tools: Their tools, the searches among them.
        store: Where files are kept.
    """

    def __init__(self, connectors: Sequence[Connector], tools: Sequence[CrmTool], store: ExportStore) -> None:
        readers = {name: reader for connector in connectors for name, reader in connector.exports().items()}
        self._readers = readers
        self._searches = {tool.name: tool for tool in tools if tool.name in readers}
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
        arguments: Fields = {},  # noqa: B006  # pydantic copies defaults
        format: FileFormat = "csv",  # noqa: A002
    ) -> Annotated[CallToolResult, Export]:
        """Read all rows of a search into a file for the user; to read rows yourself call the search."""
        search = self._searches.get(tool)
        if search is None:
            raise InputError(f"There is no search {tool[:60]!r}.", hint=f"Use {' or '.join(self._searches)}.")
        found = await self._readers[tool](_checked(search, arguments), Steps(ctx))
        rows = [flat_row(item) for item in found.rows]
        uri, size = self._store.add(write_csv(rows) if format == "csv" else write_json_lines(rows), format)
        export: dict[str, Any] = {
            "uri": uri,
            "rows": len(rows),
            "bytes": size,
            "columns": columns_of(rows),
            "exact": not found.problem,
        }
        if found.problem:
            export["note"] = found.problem
        name = f"{tool.removeprefix('search_')}.{format}"
        return _linked(export, name=name, media_type=MEDIA_TYPES[format])


def _checked(search: CrmTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments as the search itself takes them.

    Raises:
        InputError: One is wrong, or of no use here.
    """
    if refused := [name for name in PAGING_ARGUMENTS if name in arguments]:
        raise InputError(f"An export takes no {' or '.join(refused)}: it holds all rows.", hint="Leave it out.")
    try:
        checked = search.fn_metadata.validate_arguments(dict(arguments))
    except ValidationError as error:
        raise InputError(search.explain(error)) from error
    return {name: value for name, value in checked.items() if name not in PAGING_ARGUMENTS}


def _linked(export: dict[str, Any], *, name: str, media_type: str) -> CallToolResult:
    """Return the answer with a link to the file, which hosts show and fetch."""
    result = compact_result(export)
    link = ResourceLink(name=name, title=name, uri=export["uri"], mime_type=media_type, size=export["bytes"])
    return CallToolResult(content=[*result.content, link], structured_content=result.structured_content)
