"""A search or an export that takes longer than its call may is not lost: the same call again returns it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from crm_mcp.crm.call import Call
from crm_mcp.mcp.calls.caller import Caller, working_on_behalf_of
from crm_mcp.mcp.calls.unfinished_calls import UnfinishedCalls
from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from mockserver.fake_process import running_fake
from tests.crm_mcp.safe_writes.playing import Fake
from tests.support.mcp_play import both_crms, call, fail

pytestmark = pytest.mark.slow

EXPORT: dict[str, Any] = {"tool": "search_contacts", "arguments": {"type": "Person", "fields": ["email"]}}


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Fake]:
    """Connect both CRMs to a fake that takes its time over each contact."""
    monkeypatch.chdir(tmp_path)
    with running_fake("--seed", "demo") as server:
        for name, value in (both_crms(server.url) | {"MINICRM_REQUESTS_PER_MINUTE": "0"}).items():
            monkeypatch.setenv(name, value)
        fake = Fake(server.url)
        fake.answer_late("/Api/R3/Contact*", delay_s=0.4)
        yield fake


def test_an_export_that_takes_longer_than_its_call_is_returned_by_the_same_call_again(slow: Fake) -> None:
    async def scene(client: Client) -> Any:
        assert "is not finished" in await fail(client, "export_search", **EXPORT)
        assert "is not finished" in await fail(client, "export_search", **EXPORT | {"format": "jsonl"})
        while (result := await client.call_tool("export_search", EXPORT)).is_error:
            assert "Call export_search again with the same arguments" in str(result.content)
        return result.structured_content

    async def play() -> Any:
        pool = ConnectionPool(patience_s=0.2)
        store = Store()
        async with Client(build_server(connect(pool, store), pool, store=store)) as client:
            return await scene(client)

    exported = asyncio.run(play())
    assert exported["rows"] > 10
    assert len(slow.requests()) < 4 * exported["rows"]  # nothing was begun anew by each call


def test_a_call_that_is_cancelled_reads_no_further(slow: Fake) -> None:
    async def play() -> int:
        pool = ConnectionPool(patience_s=20)
        async with Client(build_server(connect(pool), pool)) as client:
            calling = asyncio.ensure_future(call(client, "export_search", **EXPORT))
            while not slow.requests():  # noqa: ASYNC110  # the fake's journal tells of no news
                await asyncio.sleep(0.05)
            calling.cancel()
            await asyncio.sleep(0.5)
            before = len(slow.requests())
            await asyncio.sleep(1)
            return len(slow.requests()) - before

    assert asyncio.run(play()) == 0


def test_the_same_call_of_two_users_is_two_calls() -> None:
    begun: list[int] = []

    async def play() -> list[int]:
        calls, everybody_called = UnfinishedCalls(20), asyncio.Event()

        async def work() -> int:
            begun.append(len(begun))
            await everybody_called.wait()
            return begun[-1]

        async def ask(user: str) -> int:
            with working_on_behalf_of(Caller(user)):
                return await calls.answer("search", "key", Call(None), work, is_read=True)

        asking = [asyncio.create_task(ask(user)) for user in ("anna", "bela", "anna")]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        everybody_called.set()
        return await asyncio.gather(*asking)

    asyncio.run(play())
    assert len(begun) == 2
