"""Every request to a CRM with a rate limit is counted in the store, as the settings say how many there are a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from mcp import Client

from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from tests.support.crm_stub import API, CrmStub
from tests.support.mcp_play import call, fail


def counted_after(play: Callable[[Client], Awaitable[object]]) -> list[tuple[str, int]]:
    """Play some tool calls; return for each budget how many requests stand in the store."""

    async def run() -> list[tuple[str, int]]:
        store, pool = Store(), ConnectionPool(patience_s=25)
        async with Client(build_server(connect(pool, store), pool)) as client:
            await play(client)
        rows = await store.run(
            lambda transaction: transaction.execute("select budget, count(*) from sends group by budget order by 1")
        )
        return [(budget.partition("-")[0], count) for budget, count in rows]

    return asyncio.run(run())


@pytest.mark.parametrize(("setting", "counted"), [("7", [("minicrm", 2)]), ("", [("minicrm", 2)]), ("0", [])])
def test_minicrm_is_held_to_the_requests_per_minute_of_its_settings(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch, setting: str, counted: list[tuple[str, int]]
) -> None:
    monkeypatch.setenv("MINICRM_REQUESTS_PER_MINUTE", setting)
    assert counted_after(lambda client: call(client, "describe_module", crm="minicrm", module="Sales")) == counted
    assert crms.calls == [f"GET {API}/Category", f"GET {API}/Schema/Project/3"]


@pytest.mark.parametrize(("setting", "counted"), [("", []), ("0", []), ("90", [("ivinex", 1)])])
def test_ivinex_is_held_to_the_requests_per_minute_of_its_settings(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch, setting: str, counted: list[tuple[str, int]]
) -> None:
    monkeypatch.setenv("IVINEX_REQUESTS_PER_MINUTE", setting)
    crms.answer("GET /API/Records.php", {"Records": [{"collection_id": "1", "name": "A"}]})
    assert counted_after(lambda client: call(client, "search_records", module="contact")) == counted


def test_a_call_that_would_wait_too_long_says_when_to_call_again(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINICRM_REQUESTS_PER_MINUTE", "2")

    async def play(client: Client) -> None:
        await call(client, "describe_module", crm="minicrm", module="Sales")
        said = await fail(client, "get_project", project_id="7")
        assert "Nothing was sent. Call again in " in said

    counted_after(play)
    assert len(crms.calls) == 2
