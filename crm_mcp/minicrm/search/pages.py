"""Pages of a list as tools give them: as many rows as one result has room for, and the cursor of what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from crm_mcp.mcp.cursor import Cursor
from crm_mcp.rendering.shortening import RenderOptions, show_list

_Row = TypeVar("_Row", bound=Mapping[str, Any])


def build_page(
    rows: Sequence[_Row], options: RenderOptions, cursor: Cursor, *, more: bool = False, total: int | None = None
) -> dict[str, Any]:
    """Return `{"items": [...], "next_cursor": "...", "total": n}`; the last two only where there is one.

    Args:
        rows: The rows read from the cursor on.
        options: How they are shown.
        cursor: Where they begin.
        more: Whether others follow them.
        total: The CRM's own count of the list.
    """
    page: dict[str, Any] = {"items": show_list(rows, options)}
    if next_cursor := cursor.after(rows, len(page["items"]), more=more):
        page["next_cursor"] = next_cursor
    if total is not None:
        page["total"] = total
    return page


def rows_after(cursor: Cursor, rows: Sequence[_Row]) -> Sequence[_Row]:
    """Return what follows a cursor in a list that comes whole: behind the last row given, if it is still there."""
    at = next((at for at, row in enumerate(rows) if row["id"] == cursor.last_id), cursor.offset - 1)
    return rows[at + 1 :]
