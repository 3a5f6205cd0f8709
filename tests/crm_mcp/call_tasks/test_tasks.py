"""A client that declares the Tasks extension gets a task for what takes long, and asks how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import pytest
from mcp import Client, MCPError
from mcp.client.extension import advertise
from mcp.types import CallToolResult

from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from tests.crm_mcp.safe_writes.playing import User
from tests.support.crm_stub import API, CrmStub, counted_ids
from tests.support.task_play import TASKS, cancel, finish, get, over, start, until, update

BUDGET_S = 0.4
PERSON = f"{API}/Contact/1"
TASK: dict[str, Any] = {"project_id": "7", "comment": "Call", "user": "John Doe"}
_T = TypeVar("_T")


@pytest.fixture(autouse=True)
def account(crms: CrmStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MCP_CALL_BUDGET_S", str(BUDGET_S))
    crms.answer(f"PUT {API}/ToDo", counted_ids())


def play(scene: Callable[[Sequence[Client]], Awaitable[_T]], *stores: Store, budget_s: float = BUDGET_S) -> _T:
    """Play a scene with a client for each store, each of a server of its own."""

    async def run() -> _T:
        async with AsyncExitStack() as connected:
            clients: list[Client] = []
            for store in stores or (Store(),):
                pool = ConnectionPool(timeout_s=30, patience_s=budget_s)
                server = build_server(connect(pool, store), pool, store=store)
                client = Client(server, extensions=[advertise(TASKS)], elicitation_callback=User())
                clients.append(await connected.enter_async_context(client))
            return await scene(clients)

    return asyncio.run(run())


def test_what_ends_quickly_is_answered_plainly(crms: CrmStub) -> None:
    async def scene(clients: Sequence[Client]) -> Any:
        return await start(clients[0], "get_contact", contact_id="1")

    result = play(scene, budget_s=60)
    assert result["structuredContent"]["name"] == "Anna Nagy"
    assert crms.calls


def test_what_takes_long_becomes_a_task_that_holds_the_result_in_the_end(crms: CrmStub) -> None:
    async def scene(clients: Sequence[Client]) -> Any:
        crms.hold_back()
        task = await start(clients[0], "get_contact", contact_id="1")
        assert (task["resultType"], task["status"]) == ("task", "working")
        assert (await get(clients[0], task["taskId"]))["status"] == "working"
        await asyncio.sleep(BUDGET_S)
        crms.release()
        return await over(clients[0], task["taskId"])

    task = play(scene)
    assert (task["resultType"], task["status"]) == ("complete", "completed")
    assert task["result"]["structuredContent"]["name"] == "Anna Nagy"
    assert crms.calls == [f"GET {PERSON}"]
    assert task["ttlMs"] >= 3_600_000
    assert len(task["taskId"]) > 30


def test_an_error_of_a_tool_is_the_result_of_a_completed_task(crms: CrmStub) -> None:
    async def scene(clients: Sequence[Client]) -> Any:
        crms.answer_status(f"GET {PERSON}", 404)
        crms.hold_back()
        task = await start(clients[0], "get_contact", contact_id="1")
        crms.release()
        return await over(clients[0], task["taskId"])

    task = play(scene)
    assert task["status"] == "completed"
    assert task["result"]["isError"]


def test_a_cancelled_read_asks_no_further_and_is_begun_anew_by_the_same_call(crms: CrmStub) -> None:
    async def scene(clients: Sequence[Client]) -> Any:
        crms.hold_back()
        task = await start(clients[0], "get_contact", contact_id="1")
        assert (await cancel(clients[0], task["taskId"]))["resultType"] == "complete"
        ended = await over(clients[0], task["taskId"])
        assert "result" not in ended
        crms.release()
        await start(clients[0], "get_contact", contact_id="1")
        return ended

    assert play(scene)["status"] == "cancelled"
    assert crms.calls == [f"GET {PERSON}"] * 2


def test_a_cancelled_batch_finishes_the_write_under_way_and_begins_no_other(crms: CrmStub) -> None:
    async def scene(clients: Sequence[Client]) -> Any:
        crms.hold_back(lambda request: request.method != "GET")
        crms.answer(f"PUT {API}/Project/8", {"Id": 8})
        crms.answer(f"GET {API}/Project/8", {"Id": 8, "CategoryId": 3, "Name": "Card"})
        renamed = {"project_ids": ["7", "8"], "fields": {"Name": "Renamed"}}
        task = await start(clients[0], "update_project", **renamed)
        while not crms.written:  # noqa: ASYNC110  # the stub tells of nothing
            await asyncio.sleep(0.01)
        await cancel(clients[0], task["taskId"])
        ended = await over(clients[0], task["taskId"])
        assert "Call update_project again" in ended["statusMessage"]
        crms.release()
        return await finish(clients[0], "update_project", **renamed)

    told = play(scene)
    assert [item["ok"] for item in told["items"]] == [True, False]
    assert len(crms.written) == 1


def test_another_process_reads_and_ends_the_tasks_of_a_store_and_of_no_other_login(
    crms: CrmStub, store_location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(clients: Sequence[Client]) -> Any:
        mine, sibling = clients
        crms.hold_back()
        task = await start(mine, "get_contact", contact_id="1")
        assert (await get(sibling, task["taskId"]))["status"] == "working"
        crms.release()
        await over(mine, task["taskId"])
        monkeypatch.setenv("MINICRM_API_KEY", "of-somebody-else")
        pool, store = ConnectionPool(patience_s=BUDGET_S), Store(store_location)
        async with Client(
            build_server(connect(pool, store), pool, store=store), extensions=[advertise(TASKS)]
        ) as other:
            with pytest.raises(MCPError, match="There is no such task") as refused:
                await get(other, task["taskId"])
            assert refused.value.error.code == -32602
        return await get(sibling, task["taskId"])

    done = play(scene, Store(store_location, keeps_reads=True), Store(store_location, keeps_reads=True))
    assert done["result"]["structuredContent"]["name"] == "Anna Nagy"


def test_any_process_has_the_result_which_the_store_alone_cannot_read(crms: CrmStub, store_location: str) -> None:
    stores = Store(store_location), Store(store_location)

    async def scene(clients: Sequence[Client]) -> Any:
        mine, sibling = clients
        crms.hold_back()
        task = await start(mine, "get_contact", contact_id="1")
        crms.release()
        await over(mine, task["taskId"])
        held = await stores[0].run(lambda transaction: transaction.execute("select * from tasks"))
        assert len(held) == 1
        assert "Nagy" not in str(held)
        assert task["taskId"] not in str(held)
        return await get(sibling, task["taskId"])

    assert play(scene, *stores)["result"]["structuredContent"]["name"] == "Anna Nagy"


def test_a_task_whose_process_ended_says_so(crms: CrmStub, store_location: str) -> None:
    async def begin(clients: Sequence[Client]) -> str:
        crms.hold_back()
        return (await start(clients[0], "get_contact", contact_id="1"))["taskId"]

    task_id = play(begin, Store(store_location))
    task = play(lambda clients: get(clients[0], task_id), Store(store_location))
    assert task["status"] == "failed"
    assert "The server process that worked on it ended. Call get_contact again" in task["error"]["message"]


def test_a_client_that_does_not_declare_the_extension_is_refused_its_methods_and_gets_no_task(crms: CrmStub) -> None:
    async def run() -> None:
        pool, store = ConnectionPool(timeout_s=30, patience_s=BUDGET_S), Store()
        async with Client(build_server(connect(pool, store), pool, store=store)) as client:
            crms.hold_back()
            result = await client.call_tool("get_contact", {"contact_id": "1"})
            assert isinstance(result, CallToolResult)
            assert "is not finished" in str(result.content)
            with pytest.raises(MCPError) as refused:
                await get(client, "task-1")
            assert refused.value.error.code == -32021

    asyncio.run(run())


def test_a_question_of_a_task_is_answered_by_an_update(crms: CrmStub) -> None:
    async def scene(clients: Sequence[Client]) -> Any:
        return await answered(crms, clients[0], clients[0])

    task = play(scene)
    assert task["result"]["structuredContent"]["id"] == "7"
    assert len(crms.written) == 1


async def answered(crms: CrmStub, mine: Client, sibling: Client) -> Any:
    """Begin a task that asks, reply to its question at a process, twice, and return the task at its end."""
    crms.hold_back()
    task = await start(mine, "update_project", project_id="7", fields={"Deleted": "1"})
    assert task["resultType"] == "task", task
    crms.release()
    asking = await until(sibling, task["taskId"], "input_required")
    ((name, asked),) = asking["inputRequests"].items()
    assert asked["method"] == "elicitation/create"
    await update(sibling, task["taskId"], {"another": {"action": "decline"}})
    for _ in range(2):
        await update(sibling, task["taskId"], {name: {"action": "accept", "content": {"confirm": True}}})
    return await over(sibling, task["taskId"])


def test_a_question_of_a_task_is_shown_and_answered_at_any_process(crms: CrmStub, store_location: str) -> None:
    async def scene(clients: Sequence[Client]) -> Any:
        return await answered(crms, *clients)

    task = play(scene, Store(store_location), Store(store_location))
    assert task["result"]["structuredContent"]["id"] == "7"
    assert len(crms.written) == 1


def test_a_task_that_another_process_is_told_to_end_writes_nothing(crms: CrmStub, store_location: str) -> None:
    async def scene(clients: Sequence[Client]) -> Any:
        mine, sibling = clients
        crms.hold_back()
        task = await start(mine, "update_project", project_id="7", fields={"Deleted": "1"})
        crms.release()
        await until(sibling, task["taskId"], "input_required")
        await cancel(sibling, task["taskId"])
        return await over(sibling, task["taskId"])

    task = play(scene, Store(store_location), Store(store_location))
    assert (task["status"], crms.written) == ("cancelled", [])
    assert "Nothing was written" in task["statusMessage"]
