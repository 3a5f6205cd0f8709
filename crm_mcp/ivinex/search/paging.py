"""The next page of an Ivinex list, read so that no record comes twice and none is lost unnoticed.

Ivinex pages by offset alone and tells no total. Records that come or go before the offset move the others, so each page
is read from the last record already given, and continues after it.
"""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.errors import UnexpectedAnswerError
from crm_mcp.ivinex.models import PAGE_LIMIT, Record
from crm_mcp.ivinex.search.record_search import ReadRecords
from crm_mcp.mcp.cursor import Cursor


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
