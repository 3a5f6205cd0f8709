"""What happened with a card: its status changes with who, when and how long, and what the server itself knows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.crm_mcp.minicrm.tools.history.asking import ask, refused
from tests.support.crm_stub import API, CrmStub, in_session
from tests.support.mcp_play import assistant, call, ids_of, read_pages
from tests.support.question_play import account, sale

pytestmark = pytest.mark.slow
TOOL = "get_project_history"
HISTORY = f"GET {API}/ProjectHistory/7"


def change(number: int, at: str, old: int, new: int, user: int = 1) -> dict[str, Any]:
    start = {"Status_Old_Id": old} if old else {}
    person = {"UserId": user} if user else {}
    return {"Id": number, "ProjectId": 1, **person, "ClosedAt": at, **start, "Status_New_Id": new}


CHANGES = [
    change(51, "2026-10-01 08:00:00", 0, 1),
    change(52, "2026-10-24 20:00:00", 1, 2, user=2),
    change(53, "2026-10-25 20:00:00", 2, 1),  # the clocks were put back that night
    change(54, "2026-11-01 08:00:00", 1, 2, user=0),
]


@pytest.fixture
def office(crm_fake: CrmFake, monkeypatch: pytest.MonkeyPatch) -> CrmFake:
    """A card that became an offer twice, and one in the trash; it is 18 November 2026, 8 o'clock."""
    projects = [sale(1), sale(2, Deleted=1), sale(3)]
    crm_fake.seed(account(projects, status_changes=CHANGES))
    for name, value in {**crm_fake.env, "MINICRM_NOW": "2026-11-18T08:00:00", "CRM_MCP_STORE": "memory"}.items():
        monkeypatch.setenv(name, value)
    return crm_fake


@pytest.mark.usefixtures("office")
def test_the_changes_of_a_status_come_newest_first_with_person_and_days() -> None:
    answer = ask(TOOL, project_id=1)
    assert answer["items"] == [
        {
            "id": "54",
            "at": "2026-11-01 08:00:00",
            "old_status": "New",
            "status": "Offer",
            "days": 17.0,
            "is_current": True,
        },
        {
            "id": "53",
            "at": "2026-10-25 20:00:00",
            "old_status": "Offer",
            "status": "New",
            "days": 6.5,
            "user": "John",
        },
        {
            "id": "52",
            "at": "2026-10-24 20:00:00",
            "old_status": "New",
            "status": "Offer",
            "days": 1.04,
            "user": "Jane",
        },
        {"id": "51", "at": "2026-10-01 08:00:00", "status": "New", "days": 23.5, "user": "John"},
    ]
    assert answer["time_in_status"] == [
        {"status": "New", "days": 30.0, "stays": 2},
        {"status": "Offer", "days": 18.04, "stays": 2},
    ]
    assert (answer["total"], answer["exact"]) == (4, True)
    assert answer["project"] == {"id": "1", "name": "Sale 1", "module": "Sales", "status": "Offer", "user": "John"}


@pytest.mark.usefixtures("office")
def test_pages_hold_each_change_once_while_days_in_status_are_of_all() -> None:
    pages = in_session(lambda client: read_pages(client, TOOL, project_id=1, limit=3), toolsets="history")
    assert ids_of(pages) == ["54", "53", "52", "51"]
    assert all(page["time_in_status"][0]["days"] == 30.0 for page in pages)


@pytest.mark.usefixtures("office")
def test_a_card_in_the_trash_and_one_that_does_not_exist_are_told_apart() -> None:
    assert "Project 2 is in the trash" in refused(TOOL, project_id=2)
    assert "MiniCRM has no project 99" in refused(TOOL, project_id=99)
    assert "must be a MiniCRM id" in refused(TOOL, project_id="Sale 1")


@pytest.mark.crm_fake(deviations={"trashed-projects-have-a-history": True})
@pytest.mark.usefixtures("office")
def test_where_the_trash_has_a_history_it_is_read() -> None:
    assert ask(TOOL, project_id=2)["project"]["name"] == "Sale 2"


@pytest.mark.usefixtures("office")
def test_what_the_server_saw_and_wrote_stands_beside_with_its_source() -> None:
    async def run() -> Any:
        async with assistant(toolsets="default,history") as client:
            await call(client, "query_crm", sql="select id, name, status from minicrm_projects")
            await call(client, "update_project", project_id=1, fields={"StatusId": "Won", "Name": "Sale one"})
            await call(client, "query_crm", sql="select id, name, status from minicrm_projects", fresh=True)
            return await call(client, TOOL, project_id=1)

    answer = asyncio.run(run())
    assert answer["items"][0]["status"] == "Won"
    (written,) = answer["written"]
    assert (written["tool"], written["outcome"]) == ("update_project", "written")
    assert written["fields"]["Name"] == {"old": "Sale 1", "new": "Sale one"}
    assert written["write_id"]
    seen = {one["field"]: (one["old"], one["new"]) for one in answer["seen"]}
    assert seen["name"] == ("Sale 1", "Sale one")


def row(number: int, at: str, status: str, **more: object) -> Mapping[str, object]:
    return {"Id": str(number), "ClosedAt": at, "Status_New_Name": status, "UserId": "1", "Status_Old_Name": "", **more}


def test_a_plan_that_has_no_history_says_so(crms: CrmStub) -> None:
    for status in (403, 404, 405):
        crms.answer_status(HISTORY, status, "ProjectHistory (GET): forbidden")
        said = refused(TOOL, project_id=7)
        assert f"does not give the history of project 7 ({status}), though it has that project" in said
        assert "plan" in said
    crms.answer_status(HISTORY, 401)
    assert "MINICRM_API_KEY" in refused(TOOL, project_id=7)


def test_a_list_that_lacks_rows_or_fits_no_card_is_not_exact(crms: CrmStub) -> None:
    crms.answer(HISTORY, {"Count": "5", "Results": {"1": row(1, "2026-11-01 08:00:00", "New")}})
    answer = ask(TOOL, project_id=7)
    assert (answer["exact"], answer["note"]) == (False, "MiniCRM counts 5 of them and sent 1.")
    crms.answer(HISTORY, {"Count": "1", "Results": {"1": row(1, "2026-11-01 08:00:00", "Won")}})
    answer = ask(TOOL, project_id=7)
    assert not answer["exact"]
    assert "is in 'New' now, its last change led to 'Won'" in answer["note"]
    crms.answer(HISTORY, {"Count": "1", "Results": [row(1, "soon", "New", Status_Old_Name="Won")]})
    answer = ask(TOOL, project_id=7)
    assert (answer["exact"], "days" in answer["items"][0]) == (False, False)
    assert "in the midst" in answer["note"]


def test_no_change_at_all_is_an_answer(crms: CrmStub) -> None:
    crms.answer(HISTORY, [])
    answer = ask(TOOL, project_id=7)
    assert (answer["items"], answer["total"], answer["exact"]) == ([], 0, True)
    assert "no change" in answer["note"]


def test_ten_thousand_changes_are_counted_and_fit_an_answer(crms: CrmStub) -> None:
    rows = {str(n): row(n, f"2026-01-01 00:{n // 60 % 60:02}:{n % 60:02}", "New") for n in range(1, 10_001)}
    crms.answer(HISTORY, {"Count": "10000", "Results": rows})

    async def play(client: Client) -> Any:
        return await call(client, TOOL, project_id=7, limit=100)

    answer = in_session(play, toolsets="history")
    assert (answer["total"], answer["exact"]) == (10_000, True)
    assert len(answer["items"]) == 100
    assert answer["time_in_status"][0]["stays"] == 10_000
