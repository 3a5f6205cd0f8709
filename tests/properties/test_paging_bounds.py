"""At its bounds a list ends, and what is no page is refused: by the client unsent, by the fake with a reason."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.errors import InputError
from tests.properties.clients import Clients
from tests.properties.paged_data import SEARCHES, build_rows, read_until_told
from tests.properties.strategies import share
from tests.support.mcp_play import assistant, fail

SAME_PAGE = {"fault": {"kind": "same_page"}}


def ask(clients: Clients, path: str, **query: str) -> httpx.Response:
    """Ask the fake what no client of ours would ask."""
    login = clients.fake.ivinex if path.startswith("/API") else clients.fake.minicrm
    return httpx.get(f"{clients.fake.url}{path}", params=query, auth=login, trust_env=False)


@pytest.mark.parametrize("limit", [0, -1, 101, 10**6])
def test_a_limit_out_of_bounds_is_refused_by_the_client_unsent(connected: Clients, limit: int) -> None:
    before = connected.last_request()["id"]
    with pytest.raises(InputError, match="limit must be 1 to 100"):
        connected.run(lambda: connected.ivinex.search_records("1001", limit=limit))
    assert connected.last_request()["id"] == before


@pytest.mark.parametrize("page", [-1, "abc", 1.5, True])
def test_a_page_or_offset_that_is_none_is_refused_by_the_client_unsent(connected: Clients, page: Any) -> None:
    before = connected.last_request()["id"]
    for search in (connected.minicrm.search_projects, connected.minicrm.search_contacts):
        with pytest.raises(InputError, match="page must be a whole number"):
            connected.run(lambda search=search: search({"Query": "x"}, page))
    with pytest.raises(InputError, match="offset must be"):
        connected.run(lambda: connected.ivinex.search_records("1001", offset=-1))
    assert connected.last_request()["id"] == before


@pytest.mark.parametrize("limit", [0, -1, 101, "abc", 1.5])
def test_a_limit_out_of_bounds_is_refused_by_every_tool_unsent(connected: Clients, limit: Any) -> None:
    before = connected.last_request()["id"]

    async def run() -> None:
        async with assistant() as client:
            for tool, query in SEARCHES.items():
                assert "limit" in await fail(client, tool, limit=limit, **query)

    asyncio.run(run())
    assert connected.last_request()["id"] == before


def test_the_fake_answers_an_odd_limit_offset_or_page_as_its_rules_say(connected: Clients) -> None:
    connected.fake.seed(build_rows(150))
    records = "/API/Records.php"
    for limit, rows in (("1", 1), ("100", 100), ("101", 100), ("1000", 100)):  # that a larger one is cut is assumed
        assert len(ask(connected, records, CollectionTypeID="1001", Limit=limit).json()["Records"]) == rows
    for name, value in (("Limit", "0"), ("Limit", "-1"), ("Limit", "abc"), ("Offset", "-1"), ("Offset", "abc")):
        assert ask(connected, records, CollectionTypeID="1001", **{name: value}).status_code == 400
    for path in ("/Api/R3/Project", "/Api/R3/Contact"):
        for page in ("-1", "abc", "1.5", " 1"):
            assert ask(connected, path, UpdatedSince="2000-01-01", Page=page).status_code == 400


def test_without_a_limit_ten_records_come(connected: Clients) -> None:
    connected.fake.seed(build_rows(11))
    assert len(connected.run(lambda: connected.ivinex.search_records("1001"))) == 10


@given(rows=st.integers(0, 120), beyond=st.integers(0, 10**12))
@share(10)
@example(rows=100, beyond=0)
def test_beyond_the_end_there_is_nothing_and_count_stays(connected: Clients, rows: int, beyond: int) -> None:
    connected.fake.seed(build_rows(rows))
    assert connected.run(lambda: connected.ivinex.search_records("1001", offset=rows + beyond)) == []
    page = -(-rows // 100) + beyond
    for search in (connected.minicrm.search_projects, connected.minicrm.search_contacts):
        found = connected.run(lambda search=search: search({"UpdatedSince": "2000-01-01"}, page))
        assert (found.items, found.total) == ([], rows)


@given(rows=st.integers(0, 250), limit=st.integers(20, 100))
@share(2)
@example(rows=250, limit=100)
@example(rows=101, limit=34)
@example(rows=20, limit=10)
@example(rows=3, limit=1)
def test_the_same_page_for_ever_ends_the_list_doubles_nothing_and_is_told(
    connected: Clients, rows: int, limit: int
) -> None:
    connected.fake.seed(build_rows(rows))

    async def run() -> None:
        async with assistant() as client:
            for tool, query in SEARCHES.items():
                ids, error = await read_until_told(client, tool, limit=limit, **query)
                assert ids == [str(number) for number in range(1, len(ids) + 1)]
                assert len(ids) == rows or "again" in error, (tool, len(ids))

    connected.fake.faults(SAME_PAGE)
    try:
        asyncio.run(run())
    finally:
        connected.fake.faults()
