"""list_open_tasks, get_contact_overview and find_stale_projects against a fake, at a time that stands still."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import call, fail
from tests.support.question_play import Json, account, asking, sale

pytestmark = [pytest.mark.slow, pytest.mark.crm_fake(profile="observed", deviations={"requests-are-limited": False})]


def asked(fake: CrmFake, tool: str, **arguments: Any) -> dict[str, Any]:
    """Return a tool's answer, with a journal that holds its requests alone."""
    fake.forget_requests()

    async def run() -> dict[str, Any]:
        async with asking(fake.env) as client:
            return await call(client, tool, **arguments)

    return asyncio.run(run())


def refused(fake: CrmFake, tool: str, **arguments: Any) -> str:
    async def run() -> str:
        async with asking(fake.env) as client:
            return await fail(client, tool, **arguments)

    return asyncio.run(run())


def task(task_id: int, project_id: int, deadline: str = "", **fields: object) -> Json:
    row: Json = {"Id": task_id, "ProjectId": project_id, "UserId": 1, "Status": "Open", "Comment": f"Task {task_id}"}
    return {**row, **({"Deadline": deadline} if deadline else {}), **fields}


TASKS = [
    task(11, 1, "2026-11-18 11:00:00"),
    task(12, 1, "2026-11-18 23:59:59", UserId=2),
    task(13, 2, "2026-11-22 09:00:00"),
    task(14, 2, "2026-11-23 09:00:00", UserId=2),
    task(15, 2),
    task(16, 1, "2026-11-17 09:00:00", Status="Closed"),
    task(17, 3, "2026-11-17 09:00:00"),
]


@pytest.fixture
def office(crm_fake: CrmFake) -> CrmFake:
    """An offer, a new inquiry and a lost sale, with tasks; it is Wednesday 18 November 2026, noon, in Budapest."""
    crm_fake.seed(account([sale(1), sale(2, StatusId=1, UserId=2), sale(3, StatusId=4)], TASKS))
    return crm_fake


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ({}, ["17", "11", "12", "13", "14", "15"]),
        ({"due": "overdue"}, ["17", "11"]),
        ({"due": "today"}, ["11", "12"]),
        ({"due": "this_week"}, ["17", "11", "12", "13"]),
        ({"due": "next_7_days"}, ["11", "12", "13", "14"]),
        ({"due": "no_deadline"}, ["15"]),
        ({"user": "me"}, ["12", "14"]),
        ({"user": "john"}, ["17", "11", "13", "15"]),
        ({"user": 2, "due": "this_week"}, ["12"]),
        ({"module": "Support"}, []),
    ],
)
def test_open_tasks_of_every_project_are_listed_by_deadline(
    office: CrmFake, arguments: dict[str, Any], ids: list[str]
) -> None:
    answer = asked(office, "list_open_tasks", **arguments)
    assert [one["id"] for one in answer["items"]] == ids
    assert (answer["total"], answer["exact"]) == (len(ids), True)


def test_a_task_tells_its_project_its_user_and_that_it_is_late(office: CrmFake) -> None:
    late, today = asked(office, "list_open_tasks", due="today")["items"]
    assert late == {
        "id": "11",
        "comment": "Task 11",
        "deadline": "2026-11-18 11:00:00",
        "overdue": True,
        "user": "John",
        "project_id": "1",
        "project": "Sale 1",
    }
    assert "overdue" not in today


def test_each_project_costs_one_request(office: CrmFake) -> None:
    answer = asked(office, "list_open_tasks", module="Sales")
    assert (answer["projects"], answer["looked_at"]) == (3, 3)
    asked_for = [one["path"] for one in office.requests() if "ToDoList" in one["path"]]
    assert sorted(asked_for) == ["/Api/R3/ToDoList/1", "/Api/R3/ToDoList/2", "/Api/R3/ToDoList/3"]


def test_a_task_of_a_project_in_the_trash_is_not_to_do(crm_fake: CrmFake) -> None:
    crm_fake.seed(account([sale(1), sale(2, Deleted=1)], [task(11, 1), task(12, 2)]))
    answer = asked(crm_fake, "list_open_tasks")
    assert ([one["id"] for one in answer["items"]], answer["exact"]) == (["11"], True)


def test_projects_that_were_not_asked_are_said(office: CrmFake) -> None:
    answer = asked(office, "list_open_tasks", max_reads=1)
    assert [one["id"] for one in answer["items"]] == ["13", "14", "15"]
    assert (answer["projects"], answer["looked_at"], answer["exact"]) == (3, 1, False)
    assert "Tasks of 1 unfinished and 1 finished projects were not read" in answer["note"]
    answer = asked(office, "list_open_tasks", max_reads=2)
    assert [one["id"] for one in answer["items"]] == ["11", "12", "13", "14", "15"]
    assert "Tasks of 1 finished projects were not read" in answer["note"]
    answer = asked(office, "list_open_tasks", limit=2)
    assert (answer["total"], len(answer["items"]), answer["exact"]) == (6, 2, True)
    assert "2 of 6 tasks are shown" in answer["note"]


def test_of_finished_projects_those_changed_last_are_asked(crm_fake: CrmFake) -> None:
    rows = [sale(one, StatusId=4, UpdatedAt=f"2026-0{1 + one % 8}-10 10:00:{one % 60:02}") for one in range(1, 81)]
    crm_fake.seed(account([sale(100), *rows], [task(1000 + one, one) for one in range(1, 81)]))
    answer = asked(crm_fake, "list_open_tasks", max_reads=31, limit=100)
    assert (answer["looked_at"], answer["exact"]) == (31, False)
    assert "Tasks of 50 finished projects were not read" in answer["note"]
    august = {str(one) for one in range(1, 81) if one % 8 == 7}
    assert august <= {one["project_id"] for one in answer["items"]}


def test_a_project_whose_tasks_fail_is_named_and_the_others_are_told(office: CrmFake) -> None:
    office.faults({"match": {"path": "/Api/R3/ToDoList/1"}, "fault": {"kind": "status", "status": 500}})
    answer = asked(office, "list_open_tasks")
    assert [one["id"] for one in answer["items"]] == ["17", "13", "14", "15"]
    assert answer["exact"] is False
    assert "tasks of project 1 could not be read" in answer["note"]


def test_too_many_requests_leave_out_the_rest_and_say_so(office: CrmFake) -> None:
    office.faults({"match": {"path": "/Api/R3/ToDoList/1"}, "fault": {"kind": "status", "status": 429}})
    answer = asked(office, "list_open_tasks")
    assert answer["exact"] is False
    assert "takes no more requests" in answer["note"]


def test_an_unknown_word_or_user_is_answered_with_the_known_ones(office: CrmFake) -> None:
    assert "next_7_days" in refused(office, "list_open_tasks", due="soon")
    assert "John (1)" in refused(office, "list_open_tasks", user="Joan")


@pytest.fixture
def firm(crm_fake: CrmFake) -> CrmFake:
    contacts: list[Json] = [
        {
            "Id": 1,
            "Type": "Person",
            "FirstName": "Anna",
            "LastName": "Nagy",
            "BusinessId": 9,
            "Email": "a@firm.example",
        },
        {"Id": 2, "Type": "Person", "FirstName": "Anna", "LastName": "Kis", "Email": "k@else.example"},
        {"Id": 9, "Type": "Business", "Name": "Firm", "Phone": "+36 1 555 0101"},
    ]
    addresses = [{"Id": 6, "ContactId": 1, "Type": "Home", "Name": "Home", "City": "Pest", "Address": "Fő u. 1."}]
    projects = [sale(1), sale(2, StatusId=4), sale(3, ContactId=9), sale(4, ContactId=2)]
    crm_fake.seed(account(projects, TASKS, contacts=contacts, addresses=addresses))
    return crm_fake


def test_a_person_is_told_with_company_projects_tasks_and_addresses(firm: CrmFake) -> None:
    overview = asked(firm, "get_contact_overview", email="a@firm.example")
    assert (overview["contact"]["id"], overview["contact"]["name"]) == ("1", "Anna Nagy")
    assert overview["company"] == {"id": "9", "name": "Firm", "type": "Business", "phone": "+36 1 555 0101"}
    assert [(one["id"], one["status"], one["user"]) for one in overview["projects"]] == [
        ("2", "Lost", "John"),
        ("1", "Offer", "John"),
    ]
    assert [(one["id"], one.get("overdue", False)) for one in overview["tasks"]] == [
        ("11", True),
        ("12", False),
        ("13", False),
        ("14", False),
        ("15", False),
    ]
    assert "Fő u. 1." in overview["addresses"][0]
    assert "note" not in overview
    assert overview["exact"] is True
    schemas = sum("Schema" in one["path"] or "Category" in one["path"] for one in firm.requests())
    assert len(firm.requests()) - schemas <= 8


def test_a_company_is_told_with_its_people_and_their_projects(firm: CrmFake) -> None:
    overview = asked(firm, "get_contact_overview", contact_id=9)
    assert [one["name"] for one in overview["people"]] == ["Anna Nagy"]
    assert [one["id"] for one in overview["projects"]] == ["3", "2", "1"]
    assert "company" not in overview


def test_several_matches_are_candidates_and_none_is_read(firm: CrmFake) -> None:
    overview = asked(firm, "get_contact_overview", query="Anna")
    assert {one["id"] for one in overview["candidates"]} == {"1", "2"}
    assert "contact" not in overview
    assert "call again with the contact_id" in overview["note"]
    assert len(firm.requests()) == 1


def test_no_match_and_no_criterion_say_what_to_do(firm: CrmFake) -> None:
    assert "No contact matches" in refused(firm, "get_contact_overview", query="Nobody")
    assert "Give either contact_id" in refused(firm, "get_contact_overview")
    assert "Give either contact_id" in refused(firm, "get_contact_overview", contact_id=1, query="Anna")
    assert "contact_id must be" in refused(firm, "get_contact_overview", contact_id="1/../2")


def test_stale_projects_are_those_that_did_not_change(crm_fake: CrmFake) -> None:
    rows = [
        sale(1, UpdatedAt="2026-11-01 10:00:00"),
        sale(2, UpdatedAt="2026-10-01 10:00:00"),
        sale(3, UpdatedAt="2026-09-01 10:00:00"),
        sale(4, UpdatedAt="2026-09-02 10:00:00", StatusId=4),
        sale(5, UpdatedAt="2026-09-03 10:00:00", UserId=2),
    ]
    crm_fake.seed(account(rows, [task(11, 3)]))
    answer = asked(crm_fake, "find_stale_projects", module="Sales")
    assert answer["cutoff"] == "2026-10-19 12:00:00"
    assert (answer["total"], answer["projects"], answer["exact"]) == (3, 4, True)
    assert answer["items"][0] == {
        "id": "3",
        "name": "Sale 3",
        "status": "Offer",
        "user": "John",
        "updated_at": "2026-09-01 10:00:00",
    }
    assert [one["id"] for one in answer["items"]] == ["3", "5", "2"]
    for arguments, ids in (
        ({"user": "Jane"}, ["5"]),
        ({"days": 60}, ["3", "5"]),
        ({"without_open_task": True}, ["5", "2"]),
        ({"status_group": "failed"}, ["4"]),
    ):
        answer = asked(crm_fake, "find_stale_projects", **arguments)
        assert [one["id"] for one in answer["items"]] == ids, arguments
    answer = asked(crm_fake, "find_stale_projects", limit=1)
    assert [one["id"] for one in answer["items"]] == ["3"]
    assert "The 1 longest untouched of 3 are shown" in answer["note"]


def shuffled(number: int) -> list[Json]:
    """Return sales of which none changed as late as the one before it in this order: 7, 14, 21, ... modulo 101."""
    order = [one * 7 % 101 for one in range(1, 101)]
    return [
        sale(one, UpdatedAt=f"20{10 + order.index(one) // 10}-03-{10 + order.index(one) % 10} 09:00:00")
        for one in range(1, number + 1)
    ]


def test_the_longest_untouched_of_many_are_found_wherever_they_stand_in_the_list(crm_fake: CrmFake) -> None:
    crm_fake.seed(account(shuffled(100)))
    answer = asked(crm_fake, "find_stale_projects", limit=5)
    assert [one["id"] for one in answer["items"]] == ["7", "14", "21", "28", "35"]
    assert (answer["total"], answer["exact"]) == (100, True)
    assert len(crm_fake.requests()) < 60, "the details of a few are read, not those of all"


def test_projects_changed_in_one_second_do_not_hide_an_older_one(crm_fake: CrmFake) -> None:
    rows = [sale(one, UpdatedAt="2026-02-01 10:00:00") for one in range(1, 61)]
    crm_fake.seed(account([*rows, sale(99, UpdatedAt="2026-02-01 09:59:59")]))
    answer = asked(crm_fake, "find_stale_projects", limit=3)
    assert answer["items"][0]["id"] == "99"
    assert [one["updated_at"] for one in answer["items"][1:]] == ["2026-02-01 10:00:00"] * 2


def test_the_longest_untouched_without_a_task_are_found_among_many(crm_fake: CrmFake) -> None:
    crm_fake.seed(account(shuffled(100), [task(11, 7), task(12, 21)]))
    answer = asked(crm_fake, "find_stale_projects", limit=3, without_open_task=True)
    assert [one["id"] for one in answer["items"]] == ["14", "28", "35"]


def test_a_stale_project_whose_detail_fails_is_told_without_its_date(crm_fake: CrmFake) -> None:
    crm_fake.seed(account([sale(1, UpdatedAt="2026-01-01 10:00:00"), sale(2, UpdatedAt="2026-02-01 10:00:00")]))
    crm_fake.faults({"match": {"path": "/Api/R3/Project/1"}, "fault": {"kind": "status", "status": 500}})
    answer = asked(crm_fake, "find_stale_projects")
    assert [one["id"] for one in answer["items"]] == ["2", "1"]
    assert answer["exact"] is False
    assert "1 could not be read: MiniCRM answered 500" in answer["note"]


@pytest.mark.parametrize(
    ("path", "lacking", "said"),
    [
        ("/Api/R3/AddressList/1", "addresses", "The addresses could not be read: MiniCRM answered 500"),
        ("/Api/R3/Contact/9", "company", "The company could not be read"),
        ("/Api/R3/Project", "projects", "The projects could not be read"),
        ("/Api/R3/ToDoList/*", "tasks", "The tasks could not be read"),
    ],
)
def test_a_part_of_an_overview_that_fails_is_named_and_the_rest_is_told(
    firm: CrmFake, path: str, lacking: str, said: str
) -> None:
    firm.faults({"match": {"path": path}, "fault": {"kind": "status", "status": 500}})
    overview = asked(firm, "get_contact_overview", contact_id=1)
    assert overview["exact"] is False
    assert said in overview["note"]
    told = {"contact", "company", "projects", "tasks", "addresses"} - {lacking}
    assert told - {"tasks" if lacking == "projects" else ""} <= overview.keys()
    assert lacking not in overview
