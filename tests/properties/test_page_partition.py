"""Pages are a partition: every row comes once and in order, whatever the number of rows and the size of a page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.crm.paging import Page, read_slice
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.minicrm.models import PAGE_RULES, PAGE_SIZE
from tests.properties.clients import Clients
from tests.properties.paged_data import BORDERS, SEARCHES, build_rows
from tests.properties.strategies import share
from tests.support.direct_clients import direct_clients
from tests.support.mcp_play import assistant, call, fail, ids_of, read_pages

LIMITS = range(1, 101)


async def read_by_offset(client: IvinexClient, limit: int) -> list[str]:
    """Page as the document has it: by Limit and Offset until a page is not full."""
    ids: list[str] = []
    while True:
        page = await client.search_records("1001", limit=limit, offset=len(ids))
        assert len(page) <= limit
        ids += [record["id"] for record in page]
        if len(page) < limit:
            return ids


async def read_by_slices(read_page: Callable[[int], Awaitable[Page[Any]]], limit: int) -> list[str]:
    """Page as the tools do: slices of any size, cut from pages of 100."""
    ids: list[str] = []
    while True:
        rows, _, more = await read_slice(read_page, PAGE_RULES, offset=len(ids), limit=limit)
        assert len(rows) <= limit
        ids += [row["id"] for row in rows]
        if not more:
            return ids


def numbered(rows: int) -> list[str]:
    return [str(number) for number in range(1, rows + 1)]


@pytest.mark.parametrize("rows", BORDERS)
def test_offsets_part_every_list_by_every_limit(rows: int) -> None:
    async def read_all() -> None:
        with direct_clients(build_rows(rows)) as (ivinex, _):
            for limit in LIMITS:
                assert await read_by_offset(ivinex, limit) == numbered(rows), limit

    asyncio.run(read_all())


@pytest.mark.parametrize("rows", BORDERS)
def test_pages_of_a_hundred_and_slices_of_them_part_every_list_by_every_limit(rows: int) -> None:
    async def read_all() -> None:
        with direct_clients(build_rows(rows)) as (_, minicrm):
            for search in (minicrm.search_projects, minicrm.search_contacts):
                criteria = {"UpdatedSince": "2000-01-01"}
                served = [await search(criteria, number) for number in range(rows // PAGE_SIZE + 2)]
                assert [row["id"] for page in served for row in page.items] == numbered(rows)

                async def read_page(number: int, served: list[Any] = served) -> Page[Any]:
                    return served[number]

                for limit in LIMITS:
                    assert await read_by_slices(read_page, limit) == numbered(rows), limit

    asyncio.run(read_all())


def read_every_list(*limits: int) -> list[list[str]]:
    """Return the ids of each list that a tool gives, read once by each limit."""

    async def run() -> list[list[str]]:
        async with assistant() as client:
            lists = [
                (limit, await read_pages(client, tool, limit=limit, **query))
                for limit in limits
                for tool, query in SEARCHES.items()
            ]
        assert all(len(page["items"]) <= limit for limit, pages in lists for page in pages)
        return [ids_of(pages) for _, pages in lists]

    return asyncio.run(run())


@pytest.mark.parametrize("rows", BORDERS)
def test_cursors_part_every_list_at_the_borders_of_a_page(connected: Clients, rows: int) -> None:
    connected.fake.seed(build_rows(rows))
    assert read_every_list(20, 100) == [numbered(rows)] * len(SEARCHES) * 2


@given(rows=st.integers(0, 230), limit=st.integers(15, 100))
@share(4)
@example(rows=100, limit=100)
@example(rows=201, limit=67)
def test_cursors_part_every_list_whatever_the_limit(connected: Clients, rows: int, limit: int) -> None:
    connected.fake.seed(build_rows(rows))
    assert read_every_list(limit) == [numbered(rows)] * len(SEARCHES)


def test_a_list_that_stays_costs_one_request_a_page(connected: Clients) -> None:
    connected.fake.seed(build_rows(90))
    connected.fake.forget_requests()

    async def run() -> None:
        async with assistant() as client:
            assert len(await read_pages(client, "search_records", module="contact", limit=20)) == 5

    asyncio.run(run())
    queries = [request["query"] for request in connected.fake.requests(path="/API/Records.php")]
    # Each page is read from the last row of the one before, and one row further than it goes.
    assert [query["Offset"] for query in queries if "Offset" in query] == ["19", "39", "59", "79"]


def test_a_cursor_of_another_search_is_refused_and_the_limit_may_change(connected: Clients) -> None:
    connected.fake.seed(build_rows(30))

    async def run() -> None:
        async with assistant() as client:
            cursor = (await call(client, "search_records", module="contact", limit=10))["next_cursor"]
            second = await call(client, "search_records", module="contact", limit=5, cursor=cursor)
            assert ids_of([second]) == ["11", "12", "13", "14", "15"]
            for change in ({"module": "note"}, {"order_by": "name"}, {"fields": ["name"]}, {"option_labels": True}):
                query = {"module": "contact", "cursor": cursor, **change}
                assert "same arguments" in await fail(client, "search_records", **query)
            assert "not a cursor" in await fail(client, "search_contacts", type="Business", cursor="abc")
            assert "same arguments" in await fail(client, "search_contacts", type="Business", cursor=cursor)

    asyncio.run(run())
