"""The files of exports as resources, and results that link to one."""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver.exceptions import ResourceError
from mcp.types import CallToolResult, ResourceLink

from crm_mcp.errors import StoreError
from crm_mcp.mcp.exports.files import ExportFiles, Format
from crm_mcp.mcp.resources import TakesResources
from crm_mcp.mcp.tool import compact_result

MEDIA_TYPES: dict[Format, str] = {"csv": "text/csv", "jsonl": "application/jsonl"}


def linked_result(answer: dict[str, Any], *, name: str, media_type: str) -> CallToolResult:
    """Return a result that holds `uri` and `bytes` with a link to that file, which hosts show and fetch."""
    result = compact_result(answer)
    link = ResourceLink(name=name, title=name, uri=answer["uri"], mime_type=media_type, size=answer["bytes"])
    return CallToolResult(content=[*result.content, link], structured_content=result.structured_content)


def add_exports(server: TakesResources, files: ExportFiles) -> None:
    """Register the files of exports as resources: `crm://exports/{export_id}.csv` and `.jsonl`."""
    kept = f"A file that export_search made; it is kept for {files.kept_s // 60:.0f} minutes."

    async def read(name: str) -> str:
        try:
            return await files.read(name)
        except StoreError as error:
            raise ResourceError(str(error)) from error

    @server.resource(
        "crm://exports/{export_id}.csv",
        name="export-csv",
        title="An export as CSV",
        description=kept,
        mime_type=MEDIA_TYPES["csv"],
    )
    async def csv_file(export_id: str) -> str:  # pyright: ignore[reportUnusedFunction]  # registered by the decorator
        return await read(f"{export_id}.csv")

    @server.resource(
        "crm://exports/{export_id}.jsonl",
        name="export-jsonl",
        title="An export as JSON lines",
        description=kept,
        mime_type=MEDIA_TYPES["jsonl"],
    )
    async def json_lines_file(export_id: str) -> str:  # pyright: ignore[reportUnusedFunction]
        return await read(f"{export_id}.jsonl")
