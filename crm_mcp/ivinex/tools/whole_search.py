"""A search read to its end, page by page, with what speaks against its being whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from crm_mcp.crm.progress import Steps
from crm_mcp.ivinex.models import PAGE_LIMIT, Record

MAX_ROWS = 20_000
"""Most records of one call: 200 pages."""


@dataclass(frozen=True, slots=True)
class AllPages:
    """What a search found.

    Attributes:
        records: Each record once, in the order received.
        incomplete_reason: Why this may not be all, as a sentence; empty where it is.
    """

    records: list[Record]
    incomplete_reason: str


async def read_all_pages(
    read_page: Callable[[int], Awaitable[Sequence[Record]]], steps: Steps, *, max_rows: int = MAX_ROWS
) -> AllPages:
    """Read pages of 100 until one is not full, which ends a search (observed); Ivinex tells no total.

    Args:
        read_page: Reads up to 100 records from an offset on.
        steps: Told of each page.
        max_rows: Where to stop.

    Raises:
        CrmError: A page could not be read; nothing is made of the others.
    """
    found: dict[str, Record] = {}
    offset = 0
    while True:
        page = await read_page(offset)
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
