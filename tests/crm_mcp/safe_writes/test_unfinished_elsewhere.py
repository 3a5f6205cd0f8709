"""A write that goes on behind its call is picked up by the same call at another process, and never made twice."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from mcp import Client

from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from tests.support.crm_stub import API, CrmStub, counted_ids
from tests.support.mcp_play import call

BUDGET_S = 0.4
TASK = {"project_id": "7", "comment": "Call", "user": "John Doe"}


def test_the_same_call_at_another_process_tells_of_the_write_that_goes_on(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch, store_location: str
) -> None:
    monkeypatch.setenv("CRM_MCP_CALL_BUDGET_S", str(BUDGET_S))
    crms.answer(f"PUT {API}/ToDo", counted_ids())

    async def play() -> None:
        async with AsyncExitStack() as connected:
            clients: list[Client] = []
            for store in (Store(store_location), Store(store_location)):
                pool = ConnectionPool(timeout_s=10, patience_s=BUDGET_S)
                server = build_server(connect(pool, store), pool, store=store)
                clients.append(await connected.enter_async_context(Client(server)))
            mine, sibling = clients
            while (await mine.call_tool("get_project", {"project_id": 7})).is_error:
                pass  # what is imported for the first request takes its time
            crms.hold_back(lambda request: request.method != "GET")
            for client in (mine, sibling):
                while "plan-" not in str(await client.call_tool("create_task", TASK)):
                    pass  # on a slow machine its time is over before the write has begun, or is found
            crms.release()
            told = await call(sibling, "create_task", **TASK)
            while "next_step" in told:
                told = await call(sibling, "create_task", **TASK)
            assert "nothing was sent now" in told["message"]

    asyncio.run(play())
    assert len(crms.written) == 1
