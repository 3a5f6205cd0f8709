"""Groups of projects by the CRM's own `Count`: one search for each combination of choices, and no rows read.

`Count` may disagree with the rows (observed), so a count that the rows of a page contradict is not used.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.paging import Page
from crm_mcp.languages import Texts
from crm_mcp.minicrm.field_table import PROJECT
from crm_mcp.minicrm.models import PAGE_RULES, PAGE_SIZE, Project
from crm_mcp.minicrm.search.projects import ProjectSearch
from crm_mcp.minicrm.summary.rows import Tally, Values

_texts = Texts(__file__)

Cell = tuple[str | None, ...]
"""One choice of each field that is grouped by; None for any, and in the end for none of them."""

_MUST_BE_LISTED = frozenset(field.name for field in PROJECT.fields if field.never_empty)
"""Every project has one of these, so one that no search found has a value that the schema does not list."""


class CountsDisagreeError(Exception):
    """The CRM's counts contradict each other or its rows."""


async def count_groups(search: ProjectSearch, choices: Mapping[str, Mapping[str, str]], first: Page[Project]) -> Tally:
    """Return how many projects have which choices, given by field as labels by id: label by field, and their number.

    Raises:
        CountsDisagreeError: What came back contradicts itself.
    """
    fields = list(choices)
    cells = list(itertools.product(*([None, *choices[field]] for field in fields)))[1:]
    search.steps.expect(len(cells) + 1)

    async def count(cell: Cell) -> int:
        narrower = {field: choice for field, choice in zip(fields, cell, strict=True) if choice is not None}
        counted = _checked_count(await search.read_page(narrower=narrower), search)
        await search.steps.advance(_texts.later("{count} counted", count=counted))
        return counted

    every: Cell = (None,) * len(fields)
    counts = {every: _checked_count(first, search)}
    await _check_last_page(search, counts[every])
    counts |= dict(zip(cells, await map_bounded(cells, count), strict=True))
    left = remainders(counts, [list(choices[field]) for field in fields])
    if any(number < 0 for number in left.values()) or _is_unlisted(fields, left):
        raise CountsDisagreeError
    rows: list[tuple[Values, int]] = [
        ({field: _label(choices[field], choice) for field, choice in zip(fields, cell, strict=True)}, number)
        for cell, number in left.items()
        if number
    ]
    return Tally(rows, counts[every], is_counted=True)


def remainders(counts: Mapping[Cell, int], choices: Sequence[Sequence[str]]) -> dict[Cell, int]:
    """Return counts in which None means "none of the choices" where it meant "any"."""
    left = dict(counts)
    for at, known in enumerate(choices):
        for cell in left:
            if cell[at] is None:
                left[cell] -= sum(left[(*cell[:at], choice, *cell[at + 1 :])] for choice in known)
    return left


def _checked_count(page: Page[Project], search: ProjectSearch) -> int:
    """Return a page's count, unless its rows contradict it."""
    in_trash = not search.wants_trash and any(row.get("deleted") for row in page.items)
    if page.total is None or len(page.items) != min(page.total, PAGE_SIZE) or in_trash:
        raise CountsDisagreeError
    return page.total


async def _check_last_page(search: ProjectSearch, total: int) -> None:
    """Check that there are as many rows as the count of all says: the counts of groups must add up to it."""
    last = PAGE_RULES.count_pages(total) - 1
    if last:
        page = await search.read_page(last)
        await search.steps.advance(_texts.later("the last page"))
        if last * PAGE_SIZE + len(page.items) != total:
            raise CountsDisagreeError


def _is_unlisted(fields: Sequence[str], left: Mapping[Cell, int]) -> bool:
    return any(
        number and any(choice is None and field in _MUST_BE_LISTED for field, choice in zip(fields, cell, strict=True))
        for cell, number in left.items()
    )


def _label(choices: Mapping[str, str], choice: str | None) -> str | None:
    return None if choice is None else choices[choice]
