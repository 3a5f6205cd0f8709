"""A sort with ties is one order: ties by id, the same every time, and cut into pages it is still the same order."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.ivinex.client import IvinexClient
from tests.properties import oracle
from tests.properties.clients import Clients
from tests.properties.library import VALUES, build_records
from tests.properties.seeds import build_seed
from tests.properties.strategies import share
from tests.support.mcp_play import assistant, ids_of, read_pages

RECORDS = build_records(230)
SIGNED = [sign + field for field in (*VALUES, "collection_id") for sign in ("", "-")]


@pytest.fixture(scope="module", autouse=True)
def _seeded(connected: Clients) -> None:  # pyright: ignore[reportUnusedFunction]  # pytest calls it
    connected.fake.seed(build_seed(records=RECORDS))


async def read_all(client: IvinexClient, order: str, limit: int) -> list[str]:
    """Return the ids of a sorted module, page by page; `-field` descends."""
    field, descending = order.lstrip("-"), order.startswith("-")
    ids: list[str] = []
    while True:
        page = await client.search_records("1001", order_by=field, descending=descending, limit=limit, offset=len(ids))
        ids += [record["id"] for record in page]
        if len(page) < limit:
            return ids


@pytest.mark.parametrize("order", SIGNED)
def test_an_order_is_the_oracles_with_ties_by_id(connected: Clients, order: str) -> None:
    assert connected.run(lambda: read_all(connected.ivinex, order, 100)) == oracle.search(RECORDS, [], order)


@given(order=st.sampled_from(SIGNED), limit=st.integers(7, 100))
@share(8)
@example(order="-active", limit=7)
@example(order="kind", limit=99)
def test_an_order_with_ties_is_the_same_however_it_is_cut(connected: Clients, order: str, limit: int) -> None:
    assert connected.run(lambda: read_all(connected.ivinex, order, limit)) == oracle.search(RECORDS, [], order)


@pytest.mark.parametrize("order", ["active", "-active", "-kind"])
def test_an_order_with_ties_is_the_same_through_the_tool(connected: Clients, order: str) -> None:
    arguments = {"module": "contact", "order_by": order.lstrip("-"), "descending": order.startswith("-")}

    async def run() -> list[str]:
        async with assistant() as client:
            return ids_of(await read_pages(client, "search_records", limit=33, **arguments))

    assert connected.run(run) == oracle.search(RECORDS, [], order)
