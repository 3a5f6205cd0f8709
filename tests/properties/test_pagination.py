"""Paging yields every row once, in order, whatever the number of rows and the size of the page, through the tools."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mcp import Client

from tests.fake_process import FakeServer
from tests.mcp_play import assistant, both_crms, call, fail

BORDERS = (0, 1, 9, 10, 11, 99, 100, 101, 199, 200, 201)


def seed_of(rows: int) -> dict[str, Any]:
    numbers = range(1, rows + 1)
    return {
        "ivinex": {
            "modules": {
                "1001": {
                    "name": "contact",
                    "fields": {"first_name": {"type": "text"}, "group": {"type": "text"}},
                    "records": [
                        {"collection_id": str(n), "first_name": f"n{n:04}", "group": str(n % 3)} for n in numbers
                    ],
                }
            }
        },
        "minicrm": {
            "users": {"1": "Anna"},
            "modules": {"3": {"name": "Sales", "statuses": {"25": {"label": "New", "group": "Open"}}}},
            "contacts": [{"Id": n, "Type": "Business", "Name": f"Firm {n}"} for n in numbers],
            "projects": [
                {
                    "Id": n,
                    "CategoryId": 3,
                    "ContactId": n,
                    "StatusId": 25,
                    "UserId": 1,
                    "Name": f"Card {n}",
                    "Deleted": 0,
                }
                for n in numbers
            ],
        },
    }


@pytest.fixture
def connected(fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeServer:
    monkeypatch.chdir(tmp_path)
    for name, value in both_crms(fake_server.url).items():
        monkeypatch.setenv(name, value)
    return fake_server


def seed(fake: FakeServer, rows: int) -> None:
    httpx.put(f"{fake.url}/_control/seed", json=seed_of(rows), trust_env=False, timeout=20).raise_for_status()


async def read_all(client: Client, tool: str, limit: int, **query: Any) -> list[int]:
    """Follow next_cursor to the end; return the ids in the order they came."""
    ids: list[int] = []
    cursor = ""
    for _ in range(300):
        page = await call(client, tool, limit=limit, cursor=cursor, **query)
        assert len(page["items"]) <= limit
        assert page.get("total", 0) in (0, len(ids) + len(page["items"])) or "next_cursor" in page
        ids += [int(item["id"]) for item in page["items"]]
        cursor = page.get("next_cursor", "")
        if not cursor:
            return ids
    raise AssertionError("the list never ended")


SEARCHES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("search_records", {"module": "contact"}),
    ("search_projects", {"module": "Sales"}),
    ("search_contacts", {"type": "Business"}),
)


def read_every_list(limit: int) -> list[list[int]]:
    async def run() -> list[list[int]]:
        async with assistant() as client:
            return [await read_all(client, tool, limit, **query) for tool, query in SEARCHES]

    return asyncio.run(run())


@pytest.mark.parametrize("rows", BORDERS)
def test_every_row_comes_once_and_in_order_at_the_borders_of_a_page(connected: FakeServer, rows: int) -> None:
    seed(connected, rows)
    for limit in (10, 100):
        assert read_every_list(limit) == [list(range(1, rows + 1))] * len(SEARCHES)


@given(rows=st.integers(0, 230), limit=st.integers(5, 100))
@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(rows=100, limit=100)
@example(rows=201, limit=67)
def test_every_row_comes_once_and_in_order_whatever_the_limit(connected: FakeServer, rows: int, limit: int) -> None:
    seed(connected, rows)
    assert read_every_list(limit) == [list(range(1, rows + 1))] * len(SEARCHES)


def test_a_sort_with_ties_yields_every_row_once(connected: FakeServer) -> None:
    seed(connected, 120)

    async def run() -> list[int]:
        async with assistant() as client:
            return await read_all(client, "search_records", 25, module="contact", order_by="group", descending=True)

    ids = asyncio.run(run())
    assert sorted(ids) == list(range(1, 121))
    assert [n % 3 for n in ids] == sorted((n % 3 for n in ids), reverse=True)


def test_a_cursor_of_another_search_is_refused_and_the_limit_may_change(connected: FakeServer) -> None:
    seed(connected, 30)

    async def run() -> None:
        async with assistant() as client:
            first = await call(client, "search_records", module="contact", limit=10)
            cursor = first["next_cursor"]
            second = await call(client, "search_records", module="contact", limit=5, cursor=cursor)
            assert [item["id"] for item in second["items"]] == ["11", "12", "13", "14", "15"]
            for change in ({"module": "note"}, {"order_by": "group"}, {"fields": ["group"]}, {"option_labels": True}):
                query = {"module": "contact", "cursor": cursor, **change}
                assert "same arguments" in await fail(client, "search_records", **query)
            assert "not a cursor" in await fail(client, "search_contacts", type="Business", cursor="abc")
            assert "same arguments" in await fail(client, "search_contacts", type="Business", cursor=cursor)

    asyncio.run(run())
