"""A question that one process put is answered to another of the same store: in both eras, on both transports."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, ElicitResult, InputRequiredResult

from mockserver.fake_process import running_fake
from tests.crm_mcp.safe_writes.playing import Fake, User
from tests.support.mcp_play import both_crms, call
from tests.support.transports import ERAS, Era, over_stdio, serving_http

pytestmark = pytest.mark.slow

TRASH = {"project_id": "6001", "fields": {"Deleted": 1}}
Transport = Literal["stdio", "http"]


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with running_fake("--seed", "demo") as server:
        yield Fake(server.url)


@pytest.fixture
def settings(fake: Fake, store_location: str) -> dict[str, str]:
    fake.reset()
    return {**both_crms(fake.url), "CRM_MCP_STORE": store_location}


@contextlib.asynccontextmanager
async def process(
    settings: Mapping[str, str], transport: Transport, cwd: Path, era: Era = "auto", user: User | None = None
) -> AsyncGenerator[Client]:
    """Start a server of its own and connect to it a client that can ask its user."""
    user = user or User()
    if transport == "stdio":
        async with over_stdio(settings, str(cwd), era, user=user) as client:
            yield client
        return
    with serving_http(settings, str(cwd)) as url:
        async with Client(url, mode=era, elicitation_callback=user) as client:
            yield client


async def ask(client: Client, arguments: Mapping[str, Any] = TRASH) -> InputRequiredResult:
    """Call a tool once; return the question that it has."""
    result = await client.session.call_tool("update_project", dict(arguments), allow_input_required=True)
    assert isinstance(result, InputRequiredResult), result
    return result


async def answer(
    client: Client, question: InputRequiredResult, action: Literal["accept", "decline"] = "accept"
) -> CallToolResult:
    """Repeat the call with the user's answer."""
    content: dict[str, Any] | None = {"confirm": True} if action == "accept" else None
    replies = {name: ElicitResult(action=action, content=content) for name in question.input_requests or {}}
    return await client.session.call_tool(
        "update_project", dict(TRASH), input_responses=dict(replies), request_state=question.request_state
    )


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_a_question_of_one_process_is_answered_to_another(
    settings: dict[str, str], transport: Transport, fake: Fake, tmp_path: Path
) -> None:
    async def run() -> None:
        async with process(settings, transport, tmp_path) as first:
            question = await ask(first)
            assert fake.writes() == []
        async with process(settings, transport, tmp_path) as second:
            done = await answer(second, question)
            assert not done.is_error, done

    asyncio.run(run())
    assert fake.writes() == ["PUT /Api/R3/Project/6001"]


def test_while_both_run_a_no_to_the_other_process_is_a_no(settings: dict[str, str], fake: Fake, tmp_path: Path) -> None:
    async def run() -> CallToolResult:
        async with process(settings, "stdio", tmp_path) as first, process(settings, "http", tmp_path) as second:
            return await answer(second, await ask(first), "decline")

    assert asyncio.run(run()).is_error
    assert fake.writes() == []


@pytest.mark.parametrize("store", ["memory", "{folder}/another"])
def test_a_process_without_that_store_takes_no_answer(store: str, fake: Fake, tmp_path: Path) -> None:
    fake.reset()

    async def run() -> None:
        settings = {**both_crms(fake.url), "CRM_MCP_STORE": store.format(folder=tmp_path)}
        async with process(settings, "stdio", tmp_path) as first:
            question = await ask(first)
        async with process({**settings, "CRM_MCP_STORE": "memory"}, "stdio", tmp_path) as second:
            with pytest.raises(MCPError, match="Invalid or expired requestState"):
                await answer(second, question)

    asyncio.run(run())
    assert fake.writes() == []


@pytest.mark.parametrize("era", ERAS)
def test_the_same_call_asks_again_on_another_process_and_works(
    settings: dict[str, str], era: Era, fake: Fake, tmp_path: Path
) -> None:
    closing, agreeing = User("cancel"), User("accept")

    async def run() -> None:
        async with process(settings, "stdio", tmp_path, era, closing) as first:
            result = await first.call_tool("update_project", TRASH)
            assert isinstance(result, CallToolResult)
            assert result.is_error
        async with process(settings, "stdio", tmp_path, era, agreeing) as second:
            await call(second, "update_project", **TRASH)

    asyncio.run(run())
    assert closing.asked == agreeing.asked
    assert len(agreeing.asked) == 1
    assert fake.writes() == ["PUT /Api/R3/Project/6001"]


def test_a_start_to_the_list_of_tools_opens_no_store(fake: Fake, tmp_path: Path) -> None:
    folder = tmp_path / "store"

    async def run() -> None:
        settings = {**both_crms(fake.url), "CRM_MCP_STORE": str(folder)}
        async with process(settings, "stdio", tmp_path) as client:
            assert (await client.list_tools()).tools
            assert not await asyncio.to_thread(folder.exists)

    asyncio.run(run())
