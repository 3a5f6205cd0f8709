"""A write says beforehand what it links to and what cannot be undone, and afterwards what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from tests.crm_mcp.safe_writes.playing import Fake, User, play
from tests.support.crm_stub import API, CrmStub, in_session
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

DANGLING: list[tuple[str, dict[str, Any], str]] = [
    ("create_task", {"project_id": 999999, "comment": "x"}, "There is no project 999999."),
    (
        "create_task",
        {"project_id": 5101, "comment": "x"},
        'There is no project 5101: that is the id of the contact "Kat',
    ),
    ("create_project", {"module": "Sales", "contact_id": 999999}, "There is no contact 999999."),
    (
        "create_project",
        {"module": "Sales", "contact_id": 6001},
        "There is no contact 6001: that is the id of the project ",
    ),
    (
        "create_project",
        {"module": "Sales", "contact_id": 7001},
        "There is no contact 7001: that is the id of the task ",
    ),
    ("create_address", {"contact_id": 6001, "name": "x"}, "There is no contact 6001: that is the id of the project "),
    (
        "update_project",
        {"project_id": 6001, "fields": {"ContactId": 6002}},
        "There is no contact 6002: that is the id of the project ",
    ),
    ("create_contact", {"type": "Person", "fields": {"FirstName": "I", "BusinessId": 9}}, "There is no company 9."),
    (
        "create_contact",
        {"type": "Person", "fields": {"FirstName": "I", "BusinessId": 5101}},
        "not a company but a person",
    ),
    (
        "update_contact",
        {"contact_id": 5101, "fields": {"BusinessId": 6001}},
        "There is no company 6001: that is the id of the project ",
    ),
]
NAMED: list[tuple[str, dict[str, Any], str]] = [
    ("create_task", {"project_id": 6001, "comment": "x"}, "Third floor, twelve rooms"),
    ("create_project", {"module": "Sales", "contact_id": 5101}, "Katalin Vörös"),
    ("create_address", {"contact_id": 5101, "name": "x"}, "Katalin Vörös"),
    (
        "create_contact",
        {"type": "Person", "fields": {"FirstName": "I", "BusinessId": 5001}},
        "Duna-parti Szálloda Kft.",
    ),
    ("update_contact", {"contact_id": 5101, "fields": {"BusinessId": 5002}}, "Fehér Holló Könyvesház Bt."),
]
WRONG_NAMES: list[tuple[str, dict[str, Any], str]] = [
    (
        "create_contact",
        {"type": "Person", "fields": {"Name": "Vera Minta"}},
        "Give 'Vera Minta' as FirstName and LastName",
    ),
    ("create_contact", {"type": "Business", "fields": {"FirstName": "Vera"}}, "Give 'Vera' as Name"),
    ("update_contact", {"contact_id": 5101, "fields": {"Name": "Vera"}}, "FirstName and LastName"),
    ("update_contact", {"contact_id": 5001, "fields": {"LastName": "Vera"}}, "as Name"),
]
LASTING: list[tuple[str, dict[str, Any], str]] = [
    ("create_project", {"module": "Sales", "contact_id": 5101}, "undo_write moves it to the trash"),
    ("create_contact", {"type": "Person", "fields": {"FirstName": "Ida"}}, "cannot be undone"),
    ("create_task", {"project_id": 6001, "comment": "x"}, "cannot be undone"),
    ("create_address", {"contact_id": 5101, "name": "x"}, "cannot be undone"),
    ("update_task", {"task_id": 7001, "status": "closed"}, "cannot be undone"),
]
LONG = "Long requirements. " * 40


@pytest.mark.parametrize(("tool", "arguments", "says"), [*DANGLING, *WRONG_NAMES])
def test_a_link_to_nothing_or_a_name_of_the_wrong_kind_is_refused_before_anything_is_written(
    fake: Fake, tool: str, arguments: dict[str, Any], says: str
) -> None:
    async def scene(client: Client) -> None:
        assert says in await fail(client, tool, **arguments)
        assert says in await fail(client, tool, **arguments, dry_run=True)
        (item,) = (await call(client, tool, records=[arguments]))["items"]
        assert says in item["message"]

    play(scene)
    assert fake.writes() == []


@pytest.mark.parametrize(("tool", "arguments", "name"), NAMED)
def test_a_dry_run_names_what_is_linked(fake: Fake, tool: str, arguments: dict[str, Any], name: str) -> None:
    planned = play(lambda client: call(client, tool, **arguments, dry_run=True))
    assert name in [change["after"] for change in planned["changes"]]
    assert fake.writes() == []


def test_a_project_in_the_trash_is_told_of_and_each_link_is_read_once(fake: Fake) -> None:
    fake.change("Project/6001", Deleted=1)
    records = [{"project_id": 6001, "comment": f"Call {at}"} for at in range(30)]
    planned = play(lambda client: call(client, "create_task", records=records, dry_run=True))
    assert "is in the trash" in "\n".join(planned["warnings"])
    assert fake.requests().count("GET /Api/R3/Project/6001") == 1


@pytest.mark.parametrize(("tool", "arguments", "says"), LASTING)
def test_what_cannot_be_undone_is_said_before_and_after_and_nobody_is_asked(
    fake: Fake, tool: str, arguments: dict[str, Any], says: str
) -> None:
    user = User()

    async def scene(client: Client) -> None:
        planned = await call(client, tool, **arguments, dry_run=True)
        assert says in "\n".join(planned["warnings"])
        written = await call(client, tool, **arguments)
        assert says in written["message"]

    play(scene, user=user)
    assert user.asked == []
    assert len(fake.writes()) == 1


@pytest.mark.parametrize("reply", ["accept", "decline"])
def test_emptying_a_long_text_asks_and_a_short_one_does_not(fake: Fake, reply: Any) -> None:
    fake.change("Project/6001", Text1204=LONG)
    fake.change("Project/6002", Text1204="Short")
    user = User(reply)

    async def scene(client: Client) -> None:
        await call(client, "update_project", project_id=6002, fields={"Text1204": ""})
        planned = await call(client, "update_project", project_id=6001, fields={"Text1204": " "}, dry_run=True)
        assert "Emptying Text1204 (760 characters), which undo_write can bring back." in planned["warnings"]
        assert "will be asked" in planned["next_step"]
        write = call if reply == "accept" else fail
        await write(client, "update_project", project_id=6001, fields={"Text1204": None})

    play(scene, user=user)
    (question,) = user.asked
    assert "Empty Text1204" in question
    assert "760 characters, which can be brought back until the server ends" in question
    assert len(fake.writes()) == (4 if reply == "accept" else 3)


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "which can be brought back for 30 days"), ("hu", "(760 karakter, 30 napig visszaállítható)")],
)
def test_who_is_asked_about_a_long_text_is_told_how_long_it_can_be_brought_back(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str, says: str
) -> None:
    settings = {"CRM_MCP_STORE": str(tmp_path), "CRM_MCP_AUDIT_DAYS": "30", "MINICRM_LANGUAGE": language}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    fake.change("Project/6001", Text1204=LONG)
    user = User("decline")
    play(lambda client: fail(client, "update_project", project_id=6001, fields={"Text1204": ""}), user=user)
    (question,) = user.asked
    assert says in question


def test_emptying_a_long_note_asks_too(fake: Fake) -> None:
    user = User("decline")

    async def scene(client: Client) -> None:
        note = {"module": "note", "records": [{"record_id": "1", "description": LONG}]}
        await call(client, "update_records", **note)
        note["records"] = [{"record_id": "1", "description": ""}]
        assert "was declined" in await fail(client, "update_records", **note)

    play(scene, user=user)
    (question,) = user.asked
    assert "Empty description" in question
    assert len(fake.writes()) == 1


def test_more_than_ten_closes_ask(fake: Fake) -> None:
    user = User("decline")
    tasks = [{"task_id": 7001 + at, "status": "closed"} for at in range(12)]

    async def scene(client: Client) -> None:
        planned = await call(client, "update_task", records=tasks)
        await fail(client, "update_task", plan_id=planned["plan_id"])

    play(scene, user=user)
    assert len(user.asked) == 1
    assert fake.writes() == []


def test_a_deadline_that_has_passed_is_warned_of(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        task = {"project_id": 6001, "comment": "Call", "deadline": "2020. 01. 31."}
        planned = await call(client, "create_task", **task, dry_run=True)
        assert "The deadline 2020-01-31 23:59:59 is in the past." in planned["warnings"]
        assert "in the past" in (await call(client, "update_task", task_id=7001, deadline="2020-01-31"))["message"]
        later = await call(client, "create_task", project_id=6001, comment="Call", deadline="2099-01-31")
        assert "in the past" not in later["message"]

    play(scene)
    assert len(fake.writes()) == 2


def test_a_type_that_does_not_exist_is_refused_with_those_seen(fake: Fake) -> None:
    async def scene(client: Client) -> list[str]:
        return [
            await fail(client, "create_task", project_id=6001, comment="Call", type="Meetin"),
            await fail(client, "update_task", task_id=7001, type="Meetin"),
        ]

    for said in play(scene):
        assert "no task type 'Meetin', did you mean Meeting" in said
        assert "Types seen in this account: " in said
        assert "Meeting (32)" in said
    assert len(fake.writes()) == 2


def test_a_closed_task_is_called_closed(fake: Fake) -> None:
    fake.change("ToDo/7001", Status="Closed")
    said = play(lambda client: fail(client, "update_task", task_id=7001, comment="Again"))
    assert "Task 7001 is closed" in said
    assert "create_task" in said


@pytest.mark.parametrize(
    ("tool", "arguments", "path"),
    [
        ("update_project", {"project_id": 7, "fields": {"Name": "A"}}, "Project/7"),
        ("update_contact", {"contact_id": 2, "fields": {"Name": "A"}}, "Contact/2"),
        ("update_task", {"task_id": 9, "comment": "A"}, "ToDo/9"),
        ("update_address", {"address_id": 6, "fields": {"City": "A"}}, "Address/6"),
    ],
)
def test_an_answer_about_another_record_is_an_unknown_outcome(
    crms: CrmStub, tool: str, arguments: dict[str, Any], path: str
) -> None:
    crms.answer(f"PUT {API}/{path}", {"Id": 999})

    async def scene(client: Client) -> tuple[str, Any]:
        return await fail(client, tool, **arguments), await call(client, tool, records=[arguments])

    said, batch = in_session(scene)
    assert "999" in said
    assert "unknown" in said
    (item,) = batch["items"]
    assert (item["ok"], item["unknown"]) == (False, True)


def test_a_create_that_is_answered_with_an_earlier_record_is_an_unknown_outcome(crms: CrmStub) -> None:
    async def scene(client: Client) -> Any:
        records = [{"project_id": 7, "comment": f"Call {at}"} for at in range(2)]
        return await call(client, "create_task", records=records)

    first, second = in_session(scene)["items"]
    assert first["ok"]
    assert (second["ok"], second["unknown"]) == (False, True)
    assert len(crms.written) == 2
