"""`Count` is the number of all rows found: the same on every page and beyond the last, and what the oracle counts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.crm.paging import Page
from crm_mcp.minicrm.client import MinicrmClient
from tests.properties import minicrm_oracle
from tests.properties.library import CONTACT_CRITERIA, PROJECT_CRITERIA, build_contacts, build_projects, criteria
from tests.properties.paged_data import BORDERS, build_rows
from tests.properties.seeds import build_seed
from tests.properties.strategies import share
from tests.support.direct_clients import direct_clients

PEOPLE = build_contacts()
CONTACTS = [{**row, "Id": row["Id"] + 10 * copy} for copy in range(40) for row in PEOPLE]
PROJECTS = build_projects(440)
FEW = {"UpdatedSince", "Deleted", "CategoryId", "UserId", "MainContactId"}
Search = Callable[[dict[str, Any], int], Awaitable[Page[Any]]]
COMMON = {name: values for name, values in PROJECT_CRITERIA.items() if name in FEW}
"""Criteria that find more than one page of projects."""


@pytest.fixture(scope="module")
def minicrm() -> Iterator[MinicrmClient]:
    with direct_clients(build_seed(contacts=CONTACTS, projects=PROJECTS)) as (_, client):
        yield client


async def check_counts(search: Search, wanted: dict[str, Any], expected: list[str]) -> None:
    """Read every page and one beyond the last: each must tell the same count, and together they hold the rows."""
    ids: list[str] = []
    for number in range(len(expected) // 100 + 2):
        page = await search(wanted, number)
        assert page.total == len(expected), f"page {number}"
        ids += [row["id"] for row in page.items]
    assert ids == expected


@given(wanted=criteria(COMMON, 2) | criteria(PROJECT_CRITERIA, 2))
@share(60)
@example(wanted={"UpdatedSince": "2024-12-31 23:59:59"})
@example(wanted={"Deleted": "1"})
def test_count_of_projects_is_the_oracles_on_every_page(minicrm: MinicrmClient, wanted: dict[str, Any]) -> None:
    plain = {name: int(value) if isinstance(value, bool) else value for name, value in wanted.items()}
    expected = minicrm_oracle.find_projects(PROJECTS, CONTACTS, plain)
    asyncio.run(check_counts(minicrm.search_projects, wanted, expected))


@given(wanted=criteria(CONTACT_CRITERIA, 2))
@share(60)
@example(wanted={"Type": "Person"})
def test_count_of_contacts_is_the_oracles_on_every_page(minicrm: MinicrmClient, wanted: dict[str, Any]) -> None:
    expected = minicrm_oracle.find_contacts(CONTACTS, wanted)
    asyncio.run(check_counts(minicrm.search_contacts, wanted, expected))


@pytest.mark.parametrize("rows", BORDERS)
def test_count_is_the_number_of_rows_at_the_borders_of_a_page(rows: int) -> None:
    expected = [str(number) for number in range(1, rows + 1)]
    with direct_clients(build_rows(rows)) as (_, client):
        for search in (client.search_projects, client.search_contacts):
            asyncio.run(check_counts(search, {"UpdatedSince": "2000-01-01"}, expected))


@given(are_open=st.lists(st.booleans(), max_size=8))
@share(20)
def test_count_of_tasks_and_addresses_is_the_number_of_rows(are_open: list[bool]) -> None:
    tasks = [
        {"Id": number, "ProjectId": 3, "Comment": "x", "Status": "Open" if is_open else "Closed"}
        for number, is_open in enumerate(are_open, 1)
    ]
    addresses = [{"Id": number, "ContactId": 1, "Name": f"A{number}"} for number, _ in enumerate(are_open, 1)]
    seed = build_seed(contacts=PEOPLE, projects=PROJECTS[:1], tasks=tasks, addresses=addresses)

    async def run() -> None:
        with direct_clients(seed) as (_, client):
            for status, expected in (("Open", sum(are_open)), ("All", len(tasks)), ("", len(tasks))):
                listed = await client.list_tasks(3, status)
                assert listed.total == len(listed.items) == expected
            found = await client.list_addresses(1)
            assert found.total == len(found.items) == len(addresses)

    asyncio.run(run())
