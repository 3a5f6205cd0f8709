"""Every call returns in its time whatever the CRM does, says how to go on, and writes nothing twice."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import httpx
import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, PromptReference, TextContent

from tests.crm_mcp.mcp.calls.test_every_tool import PLAIN
from tests.support.crm_stub import API, RECORDS, CrmStub, counted_ids
from tests.support.mcp_play import assistant, fail

BUDGET_S = 0.5
EARLIER = "what came of the same call before"
_T = TypeVar("_T")
TASK: dict[str, Any] = {"project_id": "7", "comment": "Call", "user": "John Doe"}
CALLS = {**PLAIN, "query_crm": {"sql": "SELECT id FROM minicrm_projects"}}
UPDATE: dict[str, Any] = {"project_id": "7", "fields": {"Name": "Renamed"}}


@pytest.fixture(autouse=True)
def account(crms: CrmStub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make an account that answers each of the plain calls."""
    monkeypatch.setenv("CRM_MCP_CALL_BUDGET_S", str(BUDGET_S))
    crms.answer(f"PUT {API}/ToDo", counted_ids())


def play(scene: Callable[[Client], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        async with assistant(budget_s=BUDGET_S) as client:
            await finish(client, "get_task", {"task_id": "9"})  # what is imported for the first request takes its time
            return await scene(client)

    return asyncio.run(run())


def is_write(request: httpx.Request) -> bool:
    return request.method != "GET"


async def read(client: Client, tool: str, arguments: dict[str, Any]) -> str:
    """Return what the model reads."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


async def finish(client: Client, tool: str, arguments: dict[str, Any]) -> Any:
    """Return the result of a tool: of the first call, or on a slow machine of a later one."""
    while True:
        result = await client.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        if not (result.is_error or "next_step" in (result.structured_content or {})):
            return result.structured_content
        assert "in a while" in str(result.content), result.content


def test_every_tool_returns_in_its_time_though_the_crm_does_not_answer(crms: CrmStub) -> None:
    async def scene(client: Client) -> dict[str, str]:
        assert {tool.name for tool in (await client.list_tools()).tools} <= set(CALLS)
        crms.hold_back()
        said = await asyncio.gather(*(read(client, tool, arguments) for tool, arguments in CALLS.items()))
        return dict(zip(CALLS, said, strict=True))

    for tool, text in play(scene).items():
        next_step = rf"[Cc]all {tool} (again with the same arguments|with this plan_id alone) in a while"
        assert re.search(next_step, text) or tool == "undo_write", (tool, text)
    assert {path for path, _ in crms.written} <= {RECORDS}, "nothing but what needs no reading before it is begun"


@pytest.mark.parametrize("tool", [tool for tool in PLAIN if tool.startswith(("create_", "update_"))])
def test_a_write_that_was_sent_is_never_sent_again_by_the_same_call(crms: CrmStub, tool: str) -> None:
    async def scene(client: Client) -> tuple[Any, Any]:
        crms.hold_back(is_write)
        while "Nothing was written yet." in (begun := await read(client, tool, dict(PLAIN[tool]))):
            continue  # on a slow machine it takes more than one call to get so far
        assert "the writing goes on by itself" in begun
        again = await read(client, tool, dict(PLAIN[tool]))
        assert json.loads(again)["plan_id"] == json.loads(begun)["plan_id"]
        crms.release()
        result = await finish(client, tool, dict(PLAIN[tool]))
        assert EARLIER in str(result)
        assert len(crms.written) == 1
        return result, await finish(client, tool, dict(PLAIN[tool]))

    first, second = play(scene)
    assert first.get("write_id") != second.get("write_id")
    assert EARLIER not in str(second)
    assert len(crms.written) == 2, "a call after that is a new one"


def test_what_is_read_before_a_write_goes_on_but_nothing_is_written_until_the_same_call_comes_again(
    crms: CrmStub,
) -> None:
    async def scene(client: Client) -> Any:
        crms.hold_back()
        said = await fail(client, "update_project", **UPDATE)
        assert "Nothing was written yet." in said
        crms.release()
        await asyncio.sleep(0.05)
        assert not crms.written
        return await finish(client, "update_project", UPDATE)

    assert play(scene)["id"] == "7"
    assert len(crms.written) == 1


def test_the_same_write_beside_one_under_way_gets_its_result(crms: CrmStub) -> None:
    async def scene(client: Client) -> list[Any]:
        return await asyncio.gather(*(finish(client, "create_task", TASK) for _ in range(2)))

    first, second = play(scene)
    assert first["id"] == second["id"]
    assert len(crms.written) == 1


def test_a_write_whose_caller_went_away_is_told_to_the_same_call(crms: CrmStub) -> None:
    async def scene(client: Client) -> Any:
        crms.hold_back(is_write)
        calling = asyncio.ensure_future(client.call_tool("create_task", TASK))
        while not crms.written:  # noqa: ASYNC110  # the stub tells of nothing
            await asyncio.sleep(0.01)
        calling.cancel()
        await asyncio.wait({calling})
        crms.release()
        return await finish(client, "create_task", TASK)

    assert EARLIER in play(scene)["message"]
    assert len(crms.written) == 1


def test_what_was_read_before_a_write_is_not_told_after_it(crms: CrmStub) -> None:
    async def scene(client: Client) -> Any:
        crms.hold_back(lambda request: request.url.path == f"{API}/Contact/1")
        assert "get_contact is not finished" in await fail(client, "get_contact", contact_id="1")
        crms.release()
        await finish(client, "create_task", TASK)
        crms.answer(f"GET {API}/Contact/1", {"Id": 1, "Type": "Person", "FirstName": "Renamed"})
        return await finish(client, "get_contact", {"contact_id": "1"})

    assert play(scene)["name"] == "Renamed"


def test_a_call_that_is_given_up_leaves_another_that_waits_for_the_same(crms: CrmStub) -> None:
    async def scene(client: Client) -> Any:
        crms.hold_back()
        arguments = {"contact_id": "1"}
        first, second = (asyncio.ensure_future(finish(client, "get_contact", arguments)) for _ in range(2))
        while not crms.calls:  # noqa: ASYNC110  # the stub tells of nothing
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        first.cancel()
        await asyncio.wait({first})
        crms.release()
        return await second

    assert play(scene)["name"] == "Anna Nagy"
    assert crms.calls.count(f"GET {API}/Contact/1") == 1


def test_resources_prompts_and_completions_return_in_time(crms: CrmStub) -> None:
    async def scene(client: Client) -> None:
        crms.hold_back()
        with pytest.raises(MCPError, match="Read it again in a while"):
            await client.read_resource("crm://modules")
        reference = PromptReference(name=(await client.list_prompts()).prompts[0].name)
        completed = await client.complete(reference, {"name": "user", "value": ""})
        assert completed.completion.values == []
        crms.release()
        resources: list[object] = []
        while not resources:
            with suppress(MCPError):  # a slow machine
                resources += (await client.read_resource("crm://modules")).contents

    play(scene)
