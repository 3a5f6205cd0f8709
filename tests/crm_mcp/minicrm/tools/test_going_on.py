"""Where requests are scarce, a call that reads many objects goes on where the last one ended; a write shows at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from mcp import Client

from crm_mcp.crm.call import answering
from crm_mcp.crm.expiring import CACHE_TTL_S, RecentReads
from crm_mcp.crm.messages import Request, Response
from tests.support.crm_stub import API, CrmStub, in_session, numbered_rows
from tests.support.mcp_play import call

PROJECTS = 8
TASKS = f"GET {API}/ToDoList/"


@pytest.fixture
def limit() -> str:
    return "600"


@pytest.fixture(autouse=True)
def account(crms: CrmStub, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setenv("MINICRM_REQUESTS_PER_MINUTE", limit)
    crms.answer(f"GET {API}/Project", numbered_rows("Id", PROJECTS))
    for number in range(1, PROJECTS + 1):
        crms.answer(f"{TASKS}{number}", {"Count": 0, "Results": []})


def tasks_read(crms: CrmStub, between: Callable[[Client], Awaitable[object]]) -> list[int]:
    """List open tasks twice; return how many lists of tasks the CRM was asked for by each."""
    asked: list[int] = []

    async def play(client: Client) -> None:
        for _ in range(2):
            before = sum(one.startswith(TASKS) for one in crms.calls)
            await call(client, "list_open_tasks")
            asked.append(sum(one.startswith(TASKS) for one in crms.calls) - before)
            await between(client)

    in_session(play)
    return asked


async def nothing(_: Client) -> None:
    return


async def a_write(client: Client) -> None:
    await call(client, "create_task", project_id="7", comment="Call", user="John Doe")


async def other_reads(client: Client) -> None:
    await call(client, "get_project_tasks", project_id="7")


def test_what_a_call_read_is_not_asked_for_again(crms: CrmStub) -> None:
    assert tasks_read(crms, nothing) == [PROJECTS, 0]


def test_a_write_makes_everything_be_asked_for_again(crms: CrmStub) -> None:
    crms.answer(f"PUT {API}/ToDo", {"Id": 90})
    assert tasks_read(crms, a_write) == [PROJECTS, PROJECTS]


def test_who_asks_for_one_object_is_answered_by_the_crm(crms: CrmStub) -> None:
    async def play(client: Client) -> int:
        await call(client, "list_open_tasks")
        before = len(crms.calls)
        await other_reads(client)
        return len(crms.calls) - before

    assert in_session(play) >= 1


@pytest.mark.parametrize("limit", ["0"])
def test_without_a_limit_everything_is_asked_for_again(crms: CrmStub) -> None:
    assert tasks_read(crms, nothing) == [PROJECTS, PROJECTS]


class Sender:
    """Answers each request by a list that grows."""

    def __init__(self) -> None:
        self.sent = 0
        self.during: Callable[[], None] = lambda: None

    async def perform(self, request: Request, parse: Callable[[Response], list[int]]) -> list[int]:
        self.sent += 1
        self.during()
        return parse(Response(200, b"[]", "", request))


class Listener:
    """Hears nothing."""

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        del progress, total, message


def test_what_is_kept_is_old_after_some_minutes_and_its_age_is_told() -> None:
    now_s = 0.0
    sender = Sender()
    reads = RecentReads(sender, lambda: now_s)  # type: ignore[arg-type]
    request = Request("GET", "/x")

    def read() -> list[int]:
        return asyncio.run(reads.perform(request, lambda _: [sender.sent]))

    first = read()
    first.append(7)
    now_s = CACHE_TTL_S - 1
    with answering(Listener()) as told:
        assert read() == [1], "the caller's changes stay its own"
    assert told.oldest_read_s == CACHE_TTL_S - 1
    now_s = CACHE_TTL_S + 1
    assert read() == [2]
    sender.during = reads.clear
    reads.clear()
    assert read() == [3]
    assert read() == [4], "what was read during a write may be from before it"
