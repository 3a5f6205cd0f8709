"""The fewest requests that give an exact answer."""

from __future__ import annotations

import itertools

import pytest

from crm_mcp.minicrm.summary.counts import remainders
from crm_mcp.minicrm.summary.plan import Need, Plan, choose_plan

STATUS = Need("StatusId", in_rows=True, choices=5)
SOURCE = Need("Enum1", choices=4)
GROUP = Need("StatusGroup", in_details=False, choices=4)
MODULE = Need("CategoryId", choices=5)
AMOUNT = Need("Int1")


@pytest.mark.parametrize(
    ("needs", "total", "plan"),
    [
        ([], 5000, Plan(counts=True, requests=1)),
        ([], 60, Plan(requests=0)),
        ([STATUS], 60, Plan(requests=0)),
        ([STATUS], 5000, Plan(counts=True, requests=6)),
        ([SOURCE], 5000, Plan(counts=True, requests=5)),
        ([SOURCE], 3, Plan(details=True, requests=3)),
        ([SOURCE], 90, Plan(per_choice=("Enum1",), requests=4)),
        ([STATUS, SOURCE], 5000, Plan(counts=True, requests=30)),
        ([STATUS, SOURCE], 90, Plan(per_choice=("Enum1",), requests=4)),
        ([GROUP, AMOUNT], 200, Plan(per_choice=("StatusGroup",), details=True, requests=1 + 5 + 200)),
        ([AMOUNT], 200, Plan(details=True, requests=201)),
        ([MODULE, AMOUNT], 200, Plan(details=True, requests=201)),
        ([AMOUNT], 5000, Plan(details=True, requests=49 + 300)),
    ],
)
def test_the_cheapest_exact_plan_is_chosen(needs: list[Need], total: int, plan: Plan) -> None:
    assert choose_plan(needs, total, max_reads=300) == plan


def test_without_trust_in_counts_rows_are_read() -> None:
    assert choose_plan([STATUS], 5000, max_reads=300, may_count=False) == Plan(requests=49)
    assert choose_plan([SOURCE], 500, max_reads=300, may_count=False) == Plan(per_choice=("Enum1",), requests=4 + 8)


def test_a_cut_answer_is_given_only_where_an_exact_one_would_take_too_many_requests() -> None:
    wide = Need("Enum1", choices=200)
    assert choose_plan([wide], 500, max_reads=300).counts
    assert choose_plan([wide], 500, max_reads=100).details


def test_what_no_choice_holds_is_what_the_others_leave() -> None:
    projects = [("a", "x"), ("a", None), (None, "x"), (None, "x"), (None, None), ("b", "y")]
    choices = [["a", "b"], ["x", "y"]]
    cells = list(itertools.product([None, *choices[0]], [None, *choices[1]]))
    asked = {
        cell: sum(all(want is None or want == has for want, has in zip(cell, one, strict=True)) for one in projects)
        for cell in cells
    }
    by_hand = {cell: sum(one == cell for one in projects) for cell in cells}
    assert remainders(asked, choices) == by_hand
