"""A search read to its end, page by page, with what speaks against its being whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from crm_mcp.crm.concurrency import map_bounded
from crm_mcp.crm.progress import Steps
from crm_mcp.minicrm.models import PAGE_SIZE, Page

MAX_ROWS = 20_000
"""Most rows of one search: 200 pages."""

_Row = TypeVar("_Row", bound=Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class AllPages(Generic[_Row]):
    """What a search found.

    Attributes:
        rows: Each row once, in the order of the pages.
        problem: Why this may not be all, as a sentence; empty where it is.
    """

    rows: list[_Row]
    problem: str

    @property
    def ids(self) -> set[str]:
        """The ids of all rows."""
        return {row["id"] for row in self.rows}


async def read_all_pages(
    read_page: Callable[[int], Awaitable[Page[_Row]]],
    steps: Steps,
    *,
    first: Page[_Row] | None = None,
    max_rows: int = MAX_ROWS,
) -> AllPages[_Row]:
    """Read all pages of a search; several at a time where the CRM tells how many there are.

    Rows are what counts: the CRM's `Count` may disagree with them (observed), which makes the result not whole.

    Args:
        read_page: Reads one page, numbered from 0.
        steps: Told of each page.
        first: The first page, where it was read before.
        max_rows: Where to stop, a multiple of 100.

    Raises:
        CrmError: A page could not be read; nothing is made of the others.
    """

    async def read(number: int) -> Page[_Row]:
        page = await read_page(number)
        await steps.advance(f"page {number + 1} of {max(expected, number + 1)}")
        return page

    expected = 1
    pages = [first or await read(0)]
    total = pages[0].total
    expected = min(count_pages(total or 0), max_rows // PAGE_SIZE)
    steps.expect(expected - 1)
    pages += await map_bounded(range(1, expected), read)
    while pages[-1].row_count >= PAGE_SIZE and total != len(pages) * PAGE_SIZE:
        known = _joined(pages[:-1])
        if len(pages) * PAGE_SIZE >= max_rows or all(row["id"] in known for row in pages[-1].items):
            break
        pages.append(await read(len(pages)))
    rows = _joined(pages)
    return AllPages(list(rows.values()), _problem(pages, len(rows), max_rows))


def count_pages(total: int) -> int:
    """Return on how many pages so many rows come; at least one."""
    return max(1, -(-total // PAGE_SIZE))


def _joined(pages: list[Page[_Row]]) -> dict[str, _Row]:
    return {row["id"]: row for page in pages for row in page.items}


def _problem(pages: list[Page[_Row]], found: int, max_rows: int) -> str:
    told = pages[-1].total
    if found >= max_rows and told != found and pages[-1].row_count >= PAGE_SIZE:
        return f"Only the first {found} were read; narrow the search."
    if told is not None and told != found:
        return f"MiniCRM counts {told} but sent {found}."
    if sum(page.row_count for page in pages) != found:
        return "MiniCRM sent rows twice, so others may be missing; ask again."
    return ""
