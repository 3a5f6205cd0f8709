"""One user who calls a lot waits for his own calls, and nobody else does."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from mcp import Client

from crm_mcp.crm.call import asking_the_user
from crm_mcp.http_service.limits.calls import CallsPerUser, TooManyCallsError
from crm_mcp.http_service.users import ONE_TOKEN
from tests.crm_mcp.transport.local_server import Handler, fresh, serving
from tests.support.mcp_play import both_crms
from tests.support.transports import ERAS, Era, serving_http


class Working:
    """Calls that work until they are told to end."""

    def __init__(self, calls: CallsPerUser) -> None:
        self._calls = calls
        self.begun: list[str] = []
        self.over = asyncio.Event()

    async def work(self, user: str, name: str) -> None:
        async with self._calls.turn(user):
            self.begun.append(name)
            await self.over.wait()

    async def ask(self, user: str, name: str) -> None:
        async with self._calls.turn(user):
            self.begun.append(name)
            with asking_the_user():
                await self.over.wait()

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


def test_further_calls_of_a_user_wait_in_order_and_another_users_do_not() -> None:
    async def run() -> None:
        working = Working(CallsPerUser(2))
        tasks = [asyncio.create_task(working.work("anna", name)) for name in "abcd"]
        await working.settle()
        tasks.append(asyncio.create_task(working.work("bela", "other")))
        await working.settle()
        assert working.begun == ["a", "b", "other"]
        tasks.pop(2).cancel()
        working.over.set()
        await asyncio.gather(*tasks)
        assert working.begun == ["a", "b", "other", "d"]

    asyncio.run(run())


def test_those_who_share_one_name_have_the_turns_of_ten() -> None:
    async def run() -> None:
        working = Working(CallsPerUser(2))
        tasks = [asyncio.create_task(working.work(ONE_TOKEN, str(number))) for number in range(21)]
        await working.settle()
        assert len(working.begun) == 20
        working.over.set()
        await asyncio.gather(*tasks)

    asyncio.run(run())


def test_a_call_whose_turn_does_not_come_is_refused_and_told_how_many_are_before_it() -> None:
    async def run() -> None:
        calls = CallsPerUser(1, waited_s=0.01, most_waiting=1)
        working = Working(calls)
        first = asyncio.create_task(working.work("anna", "a"))
        await working.settle()
        for _ in range(3):
            with pytest.raises(TooManyCallsError, match=r"1 other calls .* not begun"):
                await working.work("anna", "b")
        waiting = asyncio.create_task(working.work("anna", "c"))
        await working.settle()
        with pytest.raises(TooManyCallsError, match="2 other calls"):
            await working.work("anna", "d")
        working.over.set()
        await asyncio.gather(first, waiting, return_exceptions=True)
        await working.work("anna", "e")
        assert working.begun[-1] == "e", "what was refused or cancelled keeps no turn"

    asyncio.run(run())


def test_calls_that_wait_for_a_person_keep_no_other_from_working() -> None:
    async def run() -> None:
        working = Working(CallsPerUser(1))
        asking = [asyncio.create_task(working.ask("anna", name)) for name in "abc"]
        await working.settle()
        assert working.begun == ["a", "b", "c"]
        working.over.set()
        await asyncio.gather(*asking)
        held = Working(CallsPerUser(1))
        tasks = [asyncio.create_task(held.work("anna", name)) for name in "xy"]
        await held.settle()
        assert held.begun == ["x"], "turns come back"
        held.over.set()
        await asyncio.gather(*tasks)

    asyncio.run(run())


def test_no_call_of_a_user_in_progress_is_remembered_once_it_is_over() -> None:
    async def run() -> None:
        calls = CallsPerUser(1)
        for number in range(100):
            with contextlib.suppress(ZeroDivisionError):
                async with calls.turn(f"user {number}"):
                    raise ZeroDivisionError
        assert not vars(calls)["_users"]

    asyncio.run(run())


class Held(Handler):
    """Answers once it is let."""

    asked = threading.Semaphore(0)
    may_answer = threading.Event()

    def do_GET(self) -> None:  # noqa: N802  # the standard library's name
        self.asked.release()
        self.may_answer.wait(30)
        super().do_GET()


@pytest.mark.slow
@pytest.mark.parametrize("era", ERAS)
def test_what_asks_no_crm_is_answered_while_all_turns_are_taken(era: Era, tmp_path: Path) -> None:
    handler: type[BaseHTTPRequestHandler] = fresh(
        type("HeldHere", (Held,), {"asked": threading.Semaphore(0), "may_answer": threading.Event()})
    )

    async def run(url: str) -> None:
        async with Client(url, mode=era) as client:
            await client.list_tools()
            working = [
                asyncio.create_task(client.call_tool("get_project", {"project_id": str(n)})) for n in range(1, 12)
            ]
            for _ in range(10):  # all that have no name share ten turns
                assert await asyncio.to_thread(handler.asked.acquire, timeout=60)  # type: ignore[attr-defined]
            async with Client(url, mode=era) as other:
                assert (await other.list_tools()).tools
                assert (await client.list_tools()).tools
                waiting = asyncio.create_task(other.call_tool("get_project", {"project_id": "12"}))
                assert not (await asyncio.wait({waiting}, timeout=0.3))[0]
                assert not handler.asked.acquire(blocking=False)  # type: ignore[attr-defined]
                handler.may_answer.set()  # type: ignore[attr-defined]
                assert len(await asyncio.gather(*working, waiting)) == 12

    with serving(handler) as crm, serving_http(both_crms(crm) | {"CRM_MCP_CALLS_PER_USER": "1"}, str(tmp_path)) as url:
        asyncio.run(run(url))
