"""The records of a search, read page by page or to its end.

Ivinex pages by offset alone and tells no total. Records that come or go before the offset move the others, so a page is
read from the last record already given, and continues after it: no record comes twice, and none is lost unnoticed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from crm_mcp.crm.all_pages import MAX_ROWS, AllPages
from crm_mcp.crm.call import Steps
from crm_mcp.errors import UnexpectedAnswerError
from crm_mcp.ivinex.models import PAGE_LIMIT, Record
from crm_mcp.mcp.cursor import Cursor

ReadRecords = Callable[[int, int], Awaitable[list[Record]]]
"""Reads records, given how many at most (1 to 100) and how many to skip."""


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


async def read_all_pages(read: ReadRecords, steps: Steps, *, max_rows: int = MAX_ROWS) -> AllPages[Record]:
    """Read pages of 100 until one is not full, which ends a search (observed); Ivinex tells no total."""
    found: dict[str, Record] = {}
    offset = 0
    while True:
        page = await read(PAGE_LIMIT, offset)
        offset += len(page)
        known = len(found)
        found |= {record["id"]: record for record in page}
        await steps.advance(f"{len(found)} records read")
        if len(page) < PAGE_LIMIT:
            return AllPages(list(found.values()), _repeats(offset - len(found)))
        if len(found) == known:
            return AllPages(list(found.values()), "Ivinex sent the same page again, so the rest is unknown.")
        if offset >= max_rows:
            return AllPages(list(found.values()), f"Only the first {offset} records were read; narrow the filters.")


def _repeats(count: int) -> str:
    """Say that records came twice: they moved between pages, so others may have been missed."""
    return f"{count} records came twice between pages, so others may be missing; call again." if count else ""
