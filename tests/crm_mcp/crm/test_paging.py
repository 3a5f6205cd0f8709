"""Pages of any size are cut from pages of 100 without losing or doubling a row."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.crm.paging import Page, PageRules, read_slice

PAGE_SIZE = 100
RULES = PageRules("The CRM", PAGE_SIZE)


class Pages:
    """A list served 100 rows a page; `total` says what `Count` claims."""

    def __init__(self, rows: int, *, total: int | None) -> None:
        self.rows = list(range(rows))
        self.total = total
        self.requests = 0

    async def read(self, page: int) -> Page[int]:
        self.requests += 1
        return Page(self.rows[page * PAGE_SIZE : (page + 1) * PAGE_SIZE], self.total)


def read_all(pages: Pages, limit: int) -> list[int]:
    async def run() -> list[int]:
        found: list[int] = []
        for _ in range(1000):
            rows, _, more = await read_slice(pages.read, RULES, offset=len(found), limit=limit)
            assert len(rows) <= limit
            found += rows
            if not more:
                return found
            assert rows, "a page that is not the last one holds rows"
        raise AssertionError("the list never ended")

    return asyncio.run(run())


SIZES = (0, 1, 9, 10, 11, 99, 100, 101, 199, 200, 201)


@pytest.mark.parametrize("rows", SIZES)
@pytest.mark.parametrize("limit", [1, 7, 20, 99, 100])
def test_every_row_comes_once_and_in_order_whatever_the_limit(rows: int, limit: int) -> None:
    assert read_all(Pages(rows, total=rows), limit) == list(range(rows))


@given(rows=st.integers(0, 350), limit=st.integers(1, 100), total=st.none() | st.just(0) | st.integers(0, 400))
@example(rows=100, limit=100, total=None)
@example(rows=200, limit=100, total=0)
def test_no_row_comes_twice_and_the_list_ends_whatever_count_claims(rows: int, limit: int, total: int | None) -> None:
    found = read_all(Pages(rows, total=total), limit)
    assert found == list(range(len(found)))
    if total is None or total >= rows or total % PAGE_SIZE or not total:
        assert len(found) == rows


@pytest.mark.parametrize(
    ("rows", "offset", "limit", "requests"), [(250, 0, 20, 1), (250, 90, 20, 2), (250, 100, 100, 1), (100, 90, 20, 1)]
)
def test_a_page_costs_one_request_and_two_only_across_a_border(
    rows: int, offset: int, limit: int, requests: int
) -> None:
    pages = Pages(rows, total=rows)
    asyncio.run(read_slice(pages.read, RULES, offset=offset, limit=limit))
    assert pages.requests == requests


def test_the_last_page_has_no_more_even_when_it_is_full() -> None:
    rows, total, more = asyncio.run(read_slice(Pages(200, total=200).read, RULES, offset=100, limit=100))
    assert (len(rows), total, more) == (100, 200, False)
