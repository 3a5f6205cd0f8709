"""OrderBy."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tests.contract.harness.accounts.ivinex_account import ID, ids_of
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount, Record

_SECTION = "Get Records / 7. Sorting Results"


def _search_sorted(ivinex: IvinexAccount, order: str, *conditions: tuple[str, str, object]) -> list[Record]:
    """Return all records in an order, page by page."""
    found: list[Record] = []
    while True:
        page = ivinex.search(ivinex.main_module, *conditions, OrderBy=order, Limit="100", Offset=str(len(found)))
        found += page
        if len(page) < 100 or len(found) > 2000:
            return found


def _values(records: list[Record], field: str) -> list[str]:
    return [str(value) for record in records if (value := record.get(field))]


@rule("ivinex.sorting.descending", source=_SECTION)
def check_descending(ivinex: IvinexAccount) -> None:
    """OrderBy=created_date DESC answers the latest records first."""
    ivinex.need_records(3)
    moments = _values(_search_sorted(ivinex, "created_date DESC"), "created_date")
    if len(set(moments)) < 2:
        raise NotTestedError("all records were created at one moment")
    expect_equal(moments, sorted(moments, reverse=True), "created_date in the order of the answer")


@rule("ivinex.sorting.descending-text", source=_SECTION)
def check_descending_text(ivinex: IvinexAccount) -> None:
    """OrderBy with DESC sorts text in descending order."""
    ivinex.need_records(3)
    field, _ = ivinex.find_text_field(lambda value: value.isascii() and value.isalpha())
    values = _values(_search_sorted(ivinex, f"{field} DESC"), field)
    plain = [value for value in values if value.isascii() and value.isalnum()]
    by_case = sorted(plain, key=str.casefold, reverse=True), sorted(plain, reverse=True)
    folded = [[value.casefold() for value in order] for order in (plain, by_case[0])]
    expect(folded[0] == folded[1] or plain == by_case[1], f"{field} in descending order", plain[:12])


@rule("ivinex.sorting.descending-id", source=_SECTION)
def check_descending_id(ivinex: IvinexAccount) -> None:
    """OrderBy=collection_id DESC answers the highest ids first: 100 before 99, 10 before 9."""
    ids = ivinex.need_numbers(2)
    found = [int(one) for one in ids_of(_search_sorted(ivinex, f"{ID} DESC"))]
    expect_equal(found, sorted(ids, reverse=True), "the ids in the order of the answer")


@rule("ivinex.sorting.ascending", source=_SECTION, provenance="assumed")
def check_ascending(ivinex: IvinexAccount) -> None:
    """OrderBy with a field alone, or with ASC, ascends."""
    ivinex.need_records(3)
    for order in ("created_date", "created_date ASC"):
        moments = _values(_search_sorted(ivinex, order), "created_date")
        expect_equal(moments, sorted(moments), f"created_date with OrderBy={order}")


@rule("ivinex.sorting.numbers", source=_SECTION, provenance="assumed")
def check_numbers(ivinex: IvinexAccount) -> None:
    """A field of numbers is sorted as numbers: 9 before 10."""
    field = ivinex.find_number_field()
    for order, is_reverse in ((field, False), (f"{field} DESC", True)):
        numbers = [int(value) for value in _values(_search_sorted(ivinex, order), field)]
        expect_equal(numbers, sorted(numbers, reverse=is_reverse), f"{field} with OrderBy={order}")


@rule("ivinex.sorting.keeps-all", source=_SECTION)
def check_keeps_all(ivinex: IvinexAccount) -> None:
    """An order leaves no record out and doubles none, on whatever page."""
    everything = ids_of(ivinex.need_records(3))
    field, _ = ivinex.find_text_field()
    for order in (f"{field} DESC", f"{ID} DESC"):
        expect_same_ids(ids_of(_search_sorted(ivinex, order)), everything, f"the records with OrderBy={order}")


@rule("ivinex.sorting.stable-ties", source=_SECTION, provenance="assumed")
def check_stable_ties(ivinex: IvinexAccount) -> None:
    """Records with equal values keep one order from page to page, so that none is doubled or lost between them."""
    records = ivinex.need_records(10)
    field = _find_field_with_ties(ivinex)
    for order in (f"{field} DESC", field):
        pages: list[str] = []
        for offset in range(0, len(records), 9):
            pages += ids_of(ivinex.search(ivinex.main_module, OrderBy=order, Limit="9", Offset=str(offset)))
        expect_same_ids(pages, ids_of(records), f"the records on all pages of 9 with OrderBy={order}")
        whole = ids_of(_search_sorted(ivinex, order))
        expect_equal(pages, whole, f"the order of pages of 9 with OrderBy={order}, against pages of 100")


def _find_field_with_ties(ivinex: IvinexAccount) -> str:
    records = ivinex.need_records(10)
    for name in records[0]:
        values = [record.get(name) for record in records]
        if 1 < len(set(values)) <= len(values) // 3:
            return name
    raise NotTestedError("no field has one value in several records")


@rule("ivinex.sorting.ties-by-id", source=_SECTION, provenance="assumed")
def check_ties_by_id(ivinex: IvinexAccount) -> None:
    """Records with equal values come in the order of their ids, also where the order is DESC."""
    ivinex.need_numbers(2)
    field = _find_field_with_ties(ivinex)
    for order in (field, f"{field} DESC"):
        for one, other in pairwise(_search_sorted(ivinex, order)):
            if one.get(field) == other.get(field):
                expect(int(str(one[ID])) < int(str(other[ID])), f"ascending ids among ties with OrderBy={order}",
                       f"{one[ID]} before {other[ID]}")  # fmt: skip


@rule("ivinex.sorting.with-filter", source=_SECTION)
def check_with_filter(ivinex: IvinexAccount) -> None:
    """Filters and OrderBy work together."""
    ids = ivinex.need_numbers(4)
    bound = ids[len(ids) // 2]
    found = ids_of(_search_sorted(ivinex, f"{ID} DESC", (ID, "LessThan", str(bound))))
    wanted = [str(one) for one in reversed(ids) if one < bound]
    expect_equal(found, wanted, f"the ids below {bound} in descending order")


@rule("ivinex.sorting.unknown-field", source=_SECTION, provenance="assumed")
def check_unknown_field(ivinex: IvinexAccount) -> None:
    """An order by a field that the module does not have is refused."""
    for order in ("no_such_field_here", "no_such_field_here DESC", f"{ID} SIDEWAYS"):
        response = ivinex.ask(ivinex.main_module, OrderBy=order)
        expect(response.status == 400, f"status 400 for OrderBy={order}", response.describe(), response)
