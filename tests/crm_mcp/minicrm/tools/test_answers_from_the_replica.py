"""What was read is not asked for again by the next question, what is written shows at once, what lacks is said."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from crm_mcp.store.engine import Store
from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import assistant, call
from tests.support.question_play import Json, account, sale

pytestmark = [pytest.mark.slow, pytest.mark.crm_fake(profile="observed", deviations={"requests-are-limited": False})]
LISTS = "/Api/R3/ToDoList/"


def task(task_id: int, project_id: int, **fields: object) -> Json:
    return {"Id": task_id, "ProjectId": project_id, "UserId": 1, "Status": "Open", "Comment": f"T{task_id}", **fields}


Play = Callable[[Callable[[Client], Awaitable[Any]]], Any]


@pytest.fixture(params=["on", "off"])
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Play:
    """Play some calls in a process of their own, with the replica on disk, or off."""

    def in_session(calls: Callable[[Client], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            async with assistant(store=Store(str(tmp_path), keeps_reads=request.param == "on")) as client:
                return await calls(client)

        return asyncio.run(run())

    return in_session


@pytest.fixture
def office(crm_fake: CrmFake, monkeypatch: pytest.MonkeyPatch) -> CrmFake:
    """Three sales, one of them lost and one in the trash, each with a task."""
    rows = [sale(1), sale(2, StatusId=4), sale(3, Deleted=1), sale(4)]
    crm_fake.seed(account(rows, [task(11, 1), task(12, 2), task(13, 3), task(14, 4, Status="Closed")]))
    for name, value in crm_fake.env.items():
        monkeypatch.setenv(name, value)
    for name in ("IVINEX_URL", "IVINEX_USERNAME", "IVINEX_PASSWORD", "IVINEX_MODULES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MINICRM_REQUESTS_PER_MINUTE", "0")
    return crm_fake


def paths(fake: CrmFake) -> list[str]:
    return [one["path"] for one in fake.requests()]


def twice(
    play: Play, fake: CrmFake, tool: str, between: Callable[[Client], Awaitable[object]] | None = None, **arguments: Any
) -> Any:
    """Call a tool twice in one session; return both results, with a journal of the second call alone."""

    async def calls(client: Client) -> Any:
        first = await call(client, tool, **arguments)
        if between is not None:
            await between(client)
        await asyncio.to_thread(fake.forget_requests)
        return first, await call(client, tool, **arguments)

    return play(calls)


def ids(answer: Any) -> list[str]:
    return [one["id"] for one in answer["items"]]


def test_open_tasks_asked_for_again_within_a_minute_cost_no_request(office: CrmFake, play: Play) -> None:
    first, again = twice(play, office, "list_open_tasks")
    assert ids(first) == ["11", "12"]
    assert again == first
    assert paths(office) == []


@pytest.mark.parametrize("play", ["on"], indirect=True)
def test_open_tasks_cost_no_request_in_the_next_process_either(office: CrmFake, play: Play) -> None:
    async def ask(client: Client) -> Any:
        return await call(client, "list_open_tasks")

    first = play(ask)
    office.forget_requests()
    assert play(ask) == first
    assert paths(office) == []


def test_a_task_written_through_this_server_is_listed_at_once(office: CrmFake, play: Play) -> None:
    async def write(client: Client) -> None:
        await call(client, "create_task", project_id="4", comment="Call", user="John")
        await call(client, "update_task", task_id="11", status="Closed")

    _, again = twice(play, office, "list_open_tasks", write)
    assert [one["comment"] for one in again["items"]] == ["T12", "Call"]
    assert sorted(one for one in paths(office) if LISTS in one) == [f"{LISTS}1", f"{LISTS}4"]


def test_a_project_that_was_changed_is_shown_so_and_its_tasks_are_not_read_again(office: CrmFake, play: Play) -> None:
    async def write(client: Client) -> None:
        await call(client, "update_project", project_id="2", fields={"Name": "Renamed"})

    _, again = twice(play, office, "list_open_tasks", write)
    assert [one["project"] for one in again["items"]] == ["Sale 1", "Renamed"]
    assert not [one for one in paths(office) if LISTS in one], "a project that changed has the same tasks"


def test_the_tasks_that_a_crm_that_died_did_not_give_are_named_and_read_by_the_next_call(
    office: CrmFake, play: Play
) -> None:
    office.faults({"match": {"path": f"{LISTS}1"}, "fault": {"kind": "status", "status": 500}})

    async def mend(_: Client) -> None:
        await asyncio.to_thread(office.faults)

    first, again = twice(play, office, "list_open_tasks", mend)
    assert (ids(first), first["exact"], first["looked_at"]) == (["12"], False, 2)
    assert "tasks of project 1 could not be read" in first["note"]
    assert (ids(again), again["exact"], again["looked_at"]) == (["11", "12"], True, 3)
    assert [one for one in paths(office) if LISTS in one] == [f"{LISTS}1"]


def test_where_the_crm_cannot_be_asked_what_is_held_is_told_as_such(office: CrmFake, play: Play) -> None:
    async def die(client: Client) -> None:
        await call(client, "update_project", project_id="2", fields={"Name": "Renamed"})
        rule = {"match": {"path": "/Api/R3/Project"}, "fault": {"kind": "status", "status": 500}}
        await asyncio.to_thread(office.faults, rule)

    _, again = twice(play, office, "list_open_tasks", die)
    assert (ids(again), again["exact"]) == (["11", "12"], False)
    assert "as read before, since the CRM could not be asked again" in again["note"]


QUESTIONS: Sequence[tuple[str, dict[str, Any]]] = (
    ("summarize_projects", {"group_by": ["status"]}),
    ("summarize_projects", {"group_by": ["module", "month:CreatedAt"], "measures": ["sum:Int1"]}),
    ("summarize_projects", {"query": "Sale", "group_by": ["Enum1"]}),
    ("summarize_projects", {"deleted": True}),
    ("find_stale_projects", {"days": 1}),
    ("find_stale_projects", {"days": 1, "without_open_task": True, "status_group": "Failed"}),
    ("get_contact_overview", {"contact_id": "1"}),
    ("get_contact_overview", {"query": "Nagy"}),
)


@pytest.mark.parametrize(("tool", "arguments"), QUESTIONS)
def test_a_question_asked_again_within_a_minute_costs_no_request(
    office: CrmFake, play: Play, tool: str, arguments: dict[str, Any]
) -> None:
    first, again = twice(play, office, tool, **arguments)
    assert again == first
    assert paths(office) == []


@pytest.mark.parametrize(("tool", "arguments"), QUESTIONS)
def test_a_question_tells_what_was_written_since_it_was_asked_before(
    office: CrmFake, play: Play, tool: str, arguments: dict[str, Any]
) -> None:
    async def write(client: Client) -> None:
        await call(client, "update_project", project_ids=["1", "4"], fields={"StatusId": "3", "Enum1": "2", "Int1": 7})
        await call(client, "update_task", task_id="12", status="Closed")
        await call(client, "create_task", project_id="1", comment="Call", user="John")

    _, again = twice(play, office, tool, write, **arguments)

    async def ask(client: Client) -> Any:
        return await call(client, tool, **arguments)

    async def ask_anew() -> Any:
        async with assistant(store=Store()) as client:
            return await ask(client)

    assert {**again, "cutoff": ""} == {**asyncio.run(ask_anew()), "cutoff": ""}


@pytest.mark.parametrize("play", ["on"], indirect=True)
@pytest.mark.parametrize(("tool", "arguments"), QUESTIONS)
@pytest.mark.usefixtures("office")
def test_a_question_over_what_another_process_holds_is_answered_as_the_crm_would(
    play: Play, tool: str, arguments: dict[str, Any]
) -> None:
    async def fill(client: Client) -> None:
        await call(client, "list_open_tasks")

    async def ask(client: Client) -> Any:
        return await call(client, tool, **arguments)

    async def ask_anew() -> Any:
        async with assistant(store=Store()) as client:
            return await ask(client)

    play(fill)
    held = play(ask)
    assert {**held, "cutoff": ""} == {**asyncio.run(ask_anew()), "cutoff": ""}


@pytest.mark.parametrize("play", ["on"], indirect=True)
def test_projects_that_another_process_holds_are_counted_without_a_search(office: CrmFake, play: Play) -> None:
    async def fill(client: Client) -> None:
        await call(client, "list_open_tasks")

    async def count(client: Client) -> Any:
        return await call(client, "summarize_projects", module="Sales", group_by=["status"])

    play(fill)
    office.forget_requests()
    answer = play(count)
    assert [(one["status"], one["count"]) for one in answer["groups"]] == [("Offer", 2), ("Lost", 1)]
    assert "/Api/R3/Project" not in paths(office)


def test_open_tasks_of_a_module_whose_fields_cannot_be_read_are_said_to_lack(office: CrmFake, play: Play) -> None:
    rule = {"match": {"path": "/Api/R3/Schema/Project/5"}, "fault": {"kind": "status", "status": 403}}
    office.faults(rule)

    async def ask(client: Client) -> Any:
        return await call(client, "list_open_tasks")

    answer = play(ask)
    assert (ids(answer), answer["exact"]) == (["11", "12"], False)
    assert "those of Support, whose fields cannot be read" in answer["note"]
