"""A search read to its end, page by page, and why it may be incomplete."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from crm_mcp.crm.call import Steps
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.paging import Page, PageRules
from crm_mcp.languages import Texts

_texts = Texts(__file__)

MAX_ROWS = 20_000
"""Most rows of one search: 200 pages."""

_Row = TypeVar("_Row", bound=Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class AllPages(Generic[_Row]):
    """Each row that a search found once, and why these may not be all, as a sentence; empty where they are."""

    rows: list[_Row]
    incomplete_reason: str

    @property
    def ids(self) -> set[str]:
        """The ids of all rows."""
        return {row["id"] for row in self.rows}


async def read_all_pages(
    read_page: Callable[[int], Awaitable[Page[_Row]]],
    rules: PageRules,
    steps: Steps,
    *,
    first: Page[_Row] | None = None,
    max_rows: int = MAX_ROWS,
) -> AllPages[_Row]:
    """Read all pages of a search; several at a time where the CRM sends how many there are.

    Rows are what counts: the CRM's own count may disagree with them (observed), which makes the result incomplete.
    Pages are numbered from 0; `first` is the first one where it was read before. `max_rows`, where to stop, is a
    multiple of the page size.
    """

    async def read(number: int) -> Page[_Row]:
        page = await read_page(number)
        await steps.advance(
            _texts.later("page {number} of {pages}", number=number + 1, pages=max(expected, number + 1))
        )
        return page

    expected = 1
    pages = [first or await read(0)]
    total = pages[0].total
    expected = min(rules.count_pages(total or 0), max_rows // rules.page_size)
    steps.expect(expected - 1)
    pages += await map_bounded(range(1, expected), read)
    while rules.is_full(pages[-1]) and total != len(pages) * rules.page_size:
        known = _joined(pages[:-1])
        if len(pages) * rules.page_size >= max_rows or all(row["id"] in known for row in pages[-1].items):
            break
        pages.append(await read(len(pages)))
    rows = _joined(pages)
    return AllPages(list(rows.values()), _incomplete_reason(pages, len(rows), max_rows, rules))


def _joined(pages: list[Page[_Row]]) -> dict[str, _Row]:
    return {row["id"]: row for page in pages for row in page.items}


def _incomplete_reason(pages: list[Page[_Row]], found: int, max_rows: int, rules: PageRules) -> str:
    counted = pages[-1].total
    if found >= max_rows and counted != found and rules.is_full(pages[-1]):
        return f"Only the first {found} were read; narrow the search."
    if counted is not None and counted != found:
        return f"{rules.crm} counts {counted} but sent {found}: some may be missing."
    if sum(len(page.items) for page in pages) != found:
        return f"{rules.crm} sent rows twice, so others may be missing; call again."
    return ""
