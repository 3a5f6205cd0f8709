"""Mutants of Ivinex: OrderBy."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.faults import alter_parameter, ignore
from tests.contract.self_test.mutants.ivinex.search import ID, Search, page, sort
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from tests.contract.self_test.mutants.faults import Row

mutant = mutants_of("ivinex")

_chance = random.Random(1)  # noqa: S311 - another order with each request, the same in each run


def _is_number_field(rows: list[Row], field: str) -> bool:
    return all((row[field] or "0").isdigit() for row in rows)


def _as_text(rows: list[Row], field: str, descends: bool) -> list[Row]:
    return sorted(rows, key=lambda row: str(row[field] or ""), reverse=descends)


def _sort_rightly(rows: list[Row], field: str, descends: bool) -> list[Row]:
    number = _is_number_field(rows, field)
    return sorted(rows, key=lambda row: int(row[field] or -1) if number else row[field] or "", reverse=descends)


def _shuffle(rows: list[Row]) -> list[Row]:
    return _chance.sample(rows, len(rows))


def _sort_the_page(search: Search) -> list[Row]:
    order = [row[ID] for row in search.list_records()]
    rows = search.list_records(OrderBy=None)[search.offset :][: search.limit]
    return sorted(rows, key=lambda row: order.index(row[ID]))


def _swap(order: str) -> str:
    field, _, direction = order.partition(" ")
    return order if field == ID else f"{field} {'ASC' if direction.strip().upper() == 'DESC' else 'DESC'}"


# fmt: off
MUTANTS = (
    mutant("order-by-ignored", "sorting.descending-id", "OrderBy is ignored: records come in the order of their ids.",
           ignore("OrderBy")),
    mutant("desc-ignored", "sorting.descending-text", "DESC is ignored: every order ascends.",
           alter_parameter("OrderBy", lambda order: order.partition(" ")[0])),
    mutant("every-order-descends", "sorting.ascending", "Every OrderBy descends, ASC too.",
           alter_parameter("OrderBy", lambda order: f"{order.partition(' ')[0]} DESC")),
    mutant("directions-swapped", "sorting.descending-text",
           "The directions are swapped: DESC ascends, and a plain OrderBy descends.",
           alter_parameter("OrderBy", _swap)),
    mutant("numbers-sorted-as-text", "sorting.numbers", "Numbers are sorted as text: 10 before 9.",
           sort(lambda rows, field, descends: (_sort_rightly if field == ID else _as_text)(rows, field, descends))),
    mutant("ids-sorted-as-text", "sorting.descending-id",
           "Ids are sorted as text: 10 before 9, without an OrderBy too.",
           sort(lambda rows, field, descends: (_as_text if field == ID else _sort_rightly)(rows, field, descends))),
    mutant("unstable-ties", "sorting.stable-ties",
           "Records of equal value change places from request to request, so that pages overlap and lose records.",
           sort(lambda rows, field, descends: _sort_rightly(rows if field == ID else _shuffle(rows), field, descends))),
    mutant("unstable-default-order", "records.default-order",
           "Without an OrderBy the records come in another order with each request.",
           page(
               lambda search: (
                   search.list_records() if "OrderBy" in search.parameters else _shuffle(search.list_records())
               )[search.offset :][: search.limit]
           )),
    mutant("page-sorted-after-cutting", "sorting.stable-ties",
           "The page is cut first and sorted afterwards, so that the newest record may be on the last page.",
           page(_sort_the_page)),
)
# fmt: on
