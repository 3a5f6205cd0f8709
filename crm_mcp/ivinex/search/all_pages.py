"""A search of records read to its end, page by page."""

from __future__ import annotations

from crm_mcp.crm.all_pages import MAX_ROWS, AllPages
from crm_mcp.crm.progress import Steps
from crm_mcp.ivinex.models import PAGE_LIMIT, Record
from crm_mcp.ivinex.search.record_search import ReadRecords


async def read_all_pages(read: ReadRecords, steps: Steps, *, max_rows: int = MAX_ROWS) -> AllPages[Record]:
    """Read pages of 100 until one is not full, which ends a search (observed); Ivinex tells no total.

    Raises:
        CrmError: A page could not be read.
    """
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
    return f"{count} records came twice while paging, so others may be missing; ask again." if count else ""
