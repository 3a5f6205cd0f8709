"""Plans which requests a summary of projects needs: the fewest that make it exact. Pure.

Rows of a search hold only ids, names, statuses and users, 100 a page. Any other field takes a request a project, unless
it is a choice: then one search for each choice finds the projects that have it, or just their number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crm_mcp.minicrm.models import PAGE_RULES


@dataclass(frozen=True, slots=True)
class Need:
    """A field that a summary needs.

    Attributes:
        field: Its API name.
        in_rows: Whether rows of a search hold it.
        in_details: Whether a project's detail holds it.
        choices: How many values a search can use as a criterion; 0 where it can use none.
    """

    field: str
    in_rows: bool = False
    in_details: bool = True
    choices: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The requests to make.

    Attributes:
        counts: Whether to take the CRM's `Count` of one search for each combination of choices, and read no rows.
        per_choice: Fields to find by one search for each choice, read to its end.
        details: Whether to read projects one by one.
        requests: How many requests that takes beside the first page, at most.
    """

    counts: bool = False
    per_choice: tuple[str, ...] = ()
    details: bool = False
    requests: int = 0


def choose_plan(needs: Sequence[Need], total: int, *, max_reads: int, may_count: bool = True) -> Plan:
    """Return the plan with the fewest requests, among those that are exact if there are any.

    A field that is measured is a need without choices; `total` is what the first page says. At most `max_reads`
    projects are read one by one, or as many searches made in place of that; `may_count` tells if `Count` is trusted.
    """
    pages = PAGE_RULES.count_pages(total)
    missing = [need for need in needs if not need.in_rows]
    plans: list[Plan] = []
    if all(need.choices for need in missing):
        searches = sum(need.choices + pages - 1 for need in missing)
        plans.append(Plan(per_choice=tuple(need.field for need in missing), requests=pages - 1 + searches))
    if may_count and all(need.choices for need in needs):
        cells = math.prod(need.choices + 1 for need in needs)
        plans.append(Plan(counts=True, requests=cells - 1 + min(pages - 1, 1)))
    affordable = [plan for plan in plans if plan.requests - (pages - 1) <= max_reads]
    beyond = [need for need in missing if not need.in_details]
    if all(need.choices for need in beyond):
        searches = sum(need.choices + pages - 1 for need in beyond)
        per_choice = tuple(need.field for need in beyond)
        reading = Plan(per_choice=per_choice, details=True, requests=pages - 1 + searches + min(total, max_reads))
        if total <= max_reads or not affordable:
            affordable.append(reading)
    return min(affordable or plans, key=lambda plan: plan.requests)
