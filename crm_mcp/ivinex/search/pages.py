"""The records of a search, read page by page or to its end.

Ivinex pages by offset alone and tells no total. Records that come or go before the offset move the others, so a page is
read from the last record already given, and continues after it: no record comes twice, and none is lost unnoticed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from crm_mcp.crm.all_pages import MAX_ROWS, AllPages
from crm_mcp.crm.call import Steps
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import UnexpectedAnswerError
from crm_mcp.ivinex.models import PAGE_LIMIT, Record
from crm_mcp.languages import Texts
from crm_mcp.mcp.cursor import Cursor

_texts = Texts(__file__)

ReadRecords = Callable[[int, int], Awaitable[list[Record]]]
"""Reads records, given how many at most (1 to 100) and how many to skip."""

_MOVED = "Records came or went while the pages were read, so some may be missing; call again."


async def read_next(read: ReadRecords, cursor: Cursor, limit: int) -> tuple[list[Record], int, bool]:
    """Return the next records, 1 to 100, the offset of the first of them, and whether more follow.

    One record more than wanted tells whether more follow; where so many may not be asked for, a second request does.

    Raises:
        UnexpectedAnswerError: The list moved too far to go on in it, or the same page comes again.
    """
    ahead, start, is_full = await _read_ahead(read, cursor, limit)
    if len(ahead) > limit or not is_full:
        return ahead[:limit], start, len(ahead) > limit
    return ahead, start, bool(await read(1, start + len(ahead)))


async def _read_ahead(read: ReadRecords, cursor: Cursor, limit: int) -> tuple[list[Record], int, bool]:
    """Return the records behind a cursor, their offset, and whether as many came as were asked for."""
    if not cursor.offset:
        asked = min(limit + 1, PAGE_LIMIT)
        rows = await read(asked, 0)
        return rows, 0, len(rows) >= asked
    start, asked = cursor.offset - 1, min(limit + 2, PAGE_LIMIT)
    rows = await read(asked, start)
    at = _find(rows, cursor.last_id)
    if at is None and start:  # records before it went away, and it moved up
        start, asked = max(0, start - PAGE_LIMIT + 1), PAGE_LIMIT
        rows = await read(asked, start)
        at = _find(rows, cursor.last_id)
    ahead = [] if at is None else rows[at + 1 :]
    is_full = len(rows) >= asked
    if at is None or (is_full and not ahead):
        raise UnexpectedAnswerError(
            f"The list changed while it was read, or Ivinex sent a page again: what follows record {cursor.last_id}"
            " is unknown.",
            hint="Start again without cursor, sorted by a field that does not change meanwhile.",
        )
    return ahead, start + at + 1, is_full


def _find(rows: Sequence[Record], record_id: str) -> int | None:
    return next((at for at, row in enumerate(rows) if row["id"] == record_id), None)


async def read_all_pages(
    read: ReadRecords, steps: Steps, *, at_once: int, max_rows: int = MAX_ROWS
) -> AllPages[Record]:
    """Read pages of 100 until one is not full, which ends a search (observed), up to `at_once` ahead of its end."""
    rows = 0

    async def read_page(number: int) -> list[Record]:
        nonlocal rows
        page = await read(PAGE_LIMIT, number * PAGE_LIMIT)
        rows += len(page)
        await steps.advance(_texts.later("{count} records read", count=rows))
        return page

    return _joined(await read_pages_ahead(read_page, at_once=at_once, most=max_rows // PAGE_LIMIT))


async def read_pages_ahead(
    read_page: Callable[[int], Awaitable[list[Record]]], *, at_once: int, most: int, first: int = 0
) -> list[list[Record]]:
    """Read pages by their numbers from `first` on, and return those until `most` or the last that was asked for.

    Ivinex tells no total: behind the first page, where that is full, so many are read at a time until one is not full
    or shows nothing new. Those asked for behind that one are returned too.
    """
    pages: dict[int, list[Record]] = {}
    seen: set[str] = set()
    numbers = iter(range(first, most))
    is_over = False

    async def read_next_page(number: int) -> None:
        nonlocal is_over
        pages[number] = page = await read_page(number)
        is_over = is_over or len(page) < PAGE_LIMIT or seen.issuperset(record["id"] for record in page)
        seen.update(record["id"] for record in page)

    async def work(_: int) -> None:
        while not is_over and (number := next(numbers, None)) is not None:
            await read_next_page(number)

    await read_next_page(next(numbers))
    await map_bounded(range(at_once), work, at_once=at_once)
    return [pages[number] for number in sorted(pages)]


def _joined(pages: Sequence[Sequence[Record]]) -> AllPages[Record]:
    """Return the records of pages up to the first that is not full, once each."""
    found: dict[str, Record] = {}
    rows = 0
    for number, page in enumerate(pages, start=1):
        known = len(found)
        rows += len(page)
        found |= {record["id"]: record for record in page}
        if len(page) < PAGE_LIMIT:
            is_moved = any(pages[number:])
            return AllPages(list(found.values()), _MOVED if is_moved else _repeats(rows - len(found)))
        if len(found) == known:
            return AllPages(list(found.values()), "Ivinex sent the same page again, so the rest is unknown.")
    return AllPages(list(found.values()), f"Only the first {rows} records were read; narrow the filters.")


def _repeats(count: int) -> str:
    """Say that records came twice: they moved between pages, so others may have been missed."""
    return f"{count} records came twice between pages, so others may be missing; call again." if count else ""
