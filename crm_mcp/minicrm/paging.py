"""How pages of any size are cut from the pages of 100 that MiniCRM serves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from crm_mcp.minicrm.models import PAGE_SIZE, Page

_T = TypeVar("_T")


async def read_slice(
    read_page: Callable[[int], Awaitable[Page[_T]]], *, offset: int, limit: int
) -> tuple[list[_T], int | None, bool]:
    """Return the rows from `offset` on, at most `limit`, with the total and whether there are more.

    One request, or two where the rows lie on two pages. A page that is not full ends the list, and a full one goes on,
    whatever `Count` says: it may disagree with the rows (observed).

    Args:
        read_page: Reads one page of 100 rows, numbered from 0.
        offset: Rows to skip.
        limit: Most rows to return, 1 to 100.
    """
    first, start = divmod(offset, PAGE_SIZE)
    page = await read_page(first)
    rows = page.items[start : start + limit]
    if len(rows) < limit and page.row_count >= PAGE_SIZE and not _ends_at(page, first):
        page = await read_page(first + 1)
        rows += page.items[: limit - len(rows)]
        first += 1
    read_to = offset + len(rows) - first * PAGE_SIZE
    more = read_to < page.row_count or (page.row_count >= PAGE_SIZE and not _ends_at(page, first))
    return rows, page.total, more and bool(rows)


def _ends_at(page: Page[_T], number: int) -> bool:
    """Tell whether a full page is the last one: `Count` is believed only where it agrees with the rows."""
    return page.total == (number + 1) * PAGE_SIZE
