"""Limit and Offset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.ivinex_account import ID, ids_of, read_records
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount

_LIMIT = "Get Records / 2. Get More Records Using Limit"
_OFFSET = "Get Records / 6. Paginate Results"


@rule("ivinex.paging.default-limit", source="Get Records / 1. Get All Records (Default Limit)")
def check_default_limit(ivinex: IvinexAccount) -> None:
    """Without Limit the first 10 records are answered."""
    everything = ivinex.need_records(11)
    found = ivinex.search(ivinex.main_module)
    expect_equal(ids_of(found), ids_of(everything)[:10], "the ids of the first 10 records")


@rule("ivinex.paging.limit", source=_LIMIT)
def check_limit(ivinex: IvinexAccount) -> None:
    """Limit tells how many records are answered, from 1 to 100."""
    everything = ids_of(ivinex.need_records(12))
    for limit in (1, 2, 9, 11, 99, 100):
        found = ivinex.search(ivinex.main_module, Limit=str(limit))
        expect_equal(ids_of(found), everything[:limit], f"with Limit={limit} the ids of the records")


@rule("ivinex.paging.limit-maximum", source=_LIMIT)
def check_limit_maximum(ivinex: IvinexAccount) -> None:
    """The maximum allowed Limit is 100: more never come, whatever is asked for."""
    ivinex.need_records(101)
    for limit in (101, 200, 1000):
        response = ivinex.ask(ivinex.main_module, Limit=str(limit))
        if response.status == 200:
            count = len(read_records(response))
            expect(count <= 100, f"at most 100 records with Limit={limit}", f"{count} records", response)


@rule("ivinex.paging.limit-above-is-cut", source=_LIMIT, provenance="assumed")
def check_limit_above_is_cut(ivinex: IvinexAccount) -> None:
    """A Limit above 100 is answered with 100 records (a server may as well refuse it)."""
    ivinex.need_records(101)
    expect_equal(len(ivinex.search(ivinex.main_module, Limit="150")), 100, "with Limit=150 the number of records")


@rule("ivinex.paging.offset", source=_OFFSET)
def check_offset(ivinex: IvinexAccount) -> None:
    """Offset tells how many records are skipped, from none."""
    everything = ids_of(ivinex.need_records(4))
    for offset in (0, 1, 2, 3, 10, 99, 100, 101):
        if offset < len(everything):
            found = ivinex.search(ivinex.main_module, Limit="5", Offset=str(offset))
            expect_equal(ids_of(found), everything[offset : offset + 5], f"with Offset={offset} the ids of the records")


@rule("ivinex.paging.partition", source=_OFFSET)
def check_partition(ivinex: IvinexAccount) -> None:
    """Pages of any size, put together, are all records, each exactly once."""
    everything = ids_of(ivinex.need_records(3))
    for limit in (max(7, len(everything) // 9), 50, 99):
        pages: list[str] = []
        for offset in range(0, len(everything) + limit, limit):
            pages += ids_of(ivinex.search(ivinex.main_module, Limit=str(limit), Offset=str(offset)))
        expect_same_ids(pages, everything, f"the records on all pages of {limit}")


@rule("ivinex.paging.beyond-the-end", source=_OFFSET)
def check_beyond_the_end(ivinex: IvinexAccount) -> None:
    """Where Offset skips all records, none are answered."""
    size = len(ivinex.need_records(1))
    for offset in (size, size + 1, size + 1000):
        found = ivinex.search(ivinex.main_module, Limit="10", Offset=str(offset))
        expect_equal(ids_of(found), [], f"with Offset={offset} of {size} the ids of the records")


@rule("ivinex.paging.with-filter", source=_OFFSET)
def check_with_filter(ivinex: IvinexAccount) -> None:
    """Limit and Offset count the records that the filters let through, not those of the module."""
    everything = ivinex.need_numbers(8)
    middle = str(everything[len(everything) // 2])
    condition = (ID, "GreaterThan", middle)
    passing = ids_of(ivinex.search_all(ivinex.main_module, condition))
    expect(len(passing) < len(everything), f"fewer than {len(everything)} records above id {middle}", len(passing))
    for limit, offset in ((2, 0), (2, 1), (3, 2), (100, 3)):
        found = ivinex.search(ivinex.main_module, condition, Limit=str(limit), Offset=str(offset))
        expect_equal(
            ids_of(found), passing[offset : offset + limit], f"the filtered ids at Limit={limit}, Offset={offset}"
        )


@rule("ivinex.paging.nonsense", source=_LIMIT, provenance="assumed")
def check_nonsense(ivinex: IvinexAccount) -> None:
    """A Limit below 1, an Offset below 0, and text in either are refused."""
    ivinex.need_records(1)
    for name, value in (("Limit", "0"), ("Limit", "-1"), ("Limit", "abc"), ("Offset", "-1"), ("Offset", "abc")):
        response = ivinex.ask(ivinex.main_module, **{name: value})
        expect(response.status == 400, f"status 400 for {name}={value}", response.describe(), response)
