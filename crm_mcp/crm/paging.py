"""How pages of any size are cut from the pages of 100 that MiniCRM serves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar, cast

from crm_mcp.errors import UnexpectedAnswerError
from crm_mcp.minicrm.models import PAGE_SIZE, Page

_T = TypeVar("_T")


async def read_slice(
    read_page: Callable[[int], Awaitable[Page[_T]]], *, offset: int, limit: int, last_id: str = ""
) -> tuple[list[_T], int | None, bool]:
    """Return the rows from `offset` on, at most `limit`, with the total and whether there are more.

    One request, or two where the rows lie on two pages. A page that is not full ends the list, and a full one goes on,
    whatever `Count` says: it may disagree with the rows (observed).

    Rows may come and go between two slices. With `last_id` the slice goes on behind that row, wherever it or its place
    is by now: ids ascend (observed), so no row comes twice and none that stayed is passed over.

    Args:
        read_page: Reads one page of 100 rows, numbered from 0.
        offset: Rows to skip.
        limit: Most rows to return, 1 to 100.
        last_id: The id of the row before the slice; empty skips by `offset` alone.

    Raises:
        UnexpectedAnswerError: The same page comes again.
    """
    number, start = divmod(offset - 1 if last_id else offset, PAGE_SIZE)
    page = await read_page(number)
    if last_id and not _ascends(page):
        return await read_slice(read_page, offset=offset, limit=limit)
    while last_id and number and not _has_reached(page, last_id):  # rows before it went away, and the others moved up
        number -= 1
        page = await read_page(number)
    ahead = _behind(page.items, last_id) if last_id else page.items[start:]
    while len(ahead) < limit and page.row_count >= PAGE_SIZE and not _ends_at(page, number):
        last_on_page = page.items[-1]
        number += 1
        page = await read_page(number)
        ahead = [*ahead, *(_behind(_new_on(page, last_on_page), last_id) if last_id else page.items)]
    more = len(ahead) > limit or (page.row_count >= PAGE_SIZE and not _ends_at(page, number))
    rows = ahead[:limit]
    return rows, page.total, more and bool(rows)


def _ends_at(page: Page[_T], number: int) -> bool:
    """Tell whether a full page is the last one: `Count` is believed only where it agrees with the rows."""
    return page.total == (number + 1) * PAGE_SIZE


def _ascends(page: Page[_T]) -> bool:
    ids = [_id(row) for row in page.items]
    return ids == sorted(ids)


def _has_reached(page: Page[_T], last_id: str) -> bool:
    return any(_id(row) <= int(last_id) for row in page.items)


def _behind(rows: Sequence[_T], last_id: str) -> list[_T]:
    return [row for row in rows if _id(row) > int(last_id)]


def _new_on(page: Page[_T], last_row: _T) -> list[_T]:
    new = _behind(page.items, str(_id(last_row)))
    if page.items and not new:
        raise UnexpectedAnswerError(
            "MiniCRM sent a page of the list again instead of the next one.",
            hint="What was read so far is right but not all; narrow the search to read the rest.",
        )
    return new


def _id(row: object) -> int:
    return int(cast("Mapping[str, str]", row)["id"])
