"""A MiniCRM tool that writes refuses what would go wrong, before anything is written, and writes ids for names."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from tests.support.crm_stub import API, CrmStub, in_session
from tests.support.mcp_play import call, fail

UNKNOWN_CHOICES: list[tuple[str, dict[str, Any], str]] = [
    ("update_project", {"project_id": 7, "fields": {"UserId": "Jane Row"}}, "did you mean Jane Roe"),
    ("update_project", {"project_id": 7, "fields": {"UserId": 99}}, "'99' is not a choice"),
    ("update_project", {"project_id": 7, "fields": {"UserId": "Max Five"}}, "no user 'Max Five'"),
    ("update_project", {"project_id": 7, "fields": {"StatusId": "Waiting"}}, "Sales has no status 'Waiting'"),
    ("update_project", {"project_id": 7, "fields": {"Enum2": "Green"}}, "Red (7), Blue (8)"),
    ("update_project", {"project_id": 7, "fields": {"Txt1": "x"}}, "did you mean Text1"),
    (
        "create_project",
        {"module": "Sales", "contact_id": 2, "fields": {"UserId": "Nobody"}},
        "'Nobody' is not a choice",
    ),
    ("create_project", {"module": "Sales", "contact_id": 2, "fields": {"StatusId": 2600}}, "no status '2600'"),
    ("create_project", {"module": "Sails", "contact_id": 2}, "did you mean Sales"),
    ("create_task", {"project_id": 7, "comment": "Call", "user": "Jane Row"}, "did you mean Jane Roe"),
    ("create_task", {"project_id": 7, "comment": "Call", "user": 99}, "'99' is not a choice"),
    ("create_task", {"project_id": 7, "comment": "Call", "deadline": "tomorrow"}, "not a date"),
    ("update_task", {"task_id": 9, "user": "Nobody"}, "'Nobody' is not a choice"),
    ("update_task", {"task_id": 9, "status": "open"}, "cannot be opened again"),
    ("update_task", {"task_id": 9, "status": "Done"}, "takes closed alone, not 'Done'"),
    ("update_task", {"task_id": 9}, "nothing to change"),
    ("create_contact", {"type": "Business", "fields": {"Name": "F", "Enum8": "Iron"}}, "Steel (4)"),
    ("update_contact", {"contact_id": 2, "fields": {"Enum8": "Iron"}}, "Steel (4)"),
]
BLANK_OR_TWICE: list[tuple[str, dict[str, Any], str]] = [
    ("create_task", {"project_id": 7, "comment": " "}, "comment is required"),
    ("create_task", {"project_id": 7, "comment": "\u200b\u2060"}, "A task needs a comment"),
    ("create_project", {"module": "Sales", "contact_id": 2, "fields": {"ContactId": 1}}, "ContactId is given"),
    ("create_project", {"module": "Sales", "contact_id": 2, "fields": {"CategoryId": 5}}, "CategoryId is given"),
    ("create_project", {"module": "Sales", "contact_id": 2, "name": "A", "fields": {"Name": "B"}}, "Name is given"),
    ("create_contact", {"type": "Business", "fields": {"Name": "F", "Type": "Person"}}, "Type is given"),
    ("create_address", {"contact_id": 2, "name": "Office", "fields": {"Name": "Home"}}, "Name is given"),
    ("create_address", {"contact_id": 2, "name": "Office", "fields": {"ContactId": 1}}, "ContactId is given"),
    ("create_address", {"contact_id": 2, "name": "Office", "fields": {"city": "Pest"}}, "'city', did you mean City"),
    ("update_address", {"address_id": 6, "fields": {"Citty": "Pest"}}, "'Citty', did you mean City"),
    ("create_project", {"module": "Sales", "contact_id": 2, "fields": {"Deleted": 1}}, "created in the trash"),
    ("create_contact", {"type": "Business", "fields": {"Name": "F", "Deleted": "1"}}, "created in the trash"),
    ("create_project", {"module": "Sales", "contact_id": "2x"}, "contact_id must be"),
    ("update_project", {"project_id": "7x", "fields": {"UserId": "me"}}, "project_id must be"),
    ("update_project", {"project_id": 7, "fields": {}}, "`fields` is empty"),
    ("update_contact", {"contact_id": 2, "fields": {}}, "`fields` is empty"),
    ("update_task", {"task_id": "9x", "user": "me"}, "task_id must be"),
]


async def refuse_all(client: Client, refused: list[tuple[str, dict[str, Any], str]]) -> list[tuple[str, str]]:
    return [(await fail(client, tool, **arguments), says) for tool, arguments, says in refused]


def test_what_the_account_does_not_know_is_refused_and_nothing_is_written(crms: CrmStub) -> None:
    for text, says in in_session(lambda client: refuse_all(client, UNKNOWN_CHOICES)):
        assert says in text
    assert crms.written == []


def test_what_is_blank_or_given_twice_or_misspelt_is_refused_without_any_request(crms: CrmStub) -> None:
    for text, says in in_session(lambda client: refuse_all(client, BLANK_OR_TWICE)):
        assert says in text
    assert crms.calls == []


def test_me_and_names_are_written_as_ids(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        await call(client, "create_task", project_id=7, comment="Call", user="me", deadline="2026-01-31")
        await call(client, "update_task", task_id=9, user="Me", status="CLOSED")
        await call(client, "create_project", module="sales", contact_id=2, fields={"UserId": "me", "StatusId": "won"})
        await call(client, "update_project", project_id=7, fields={"UserId": "me", "Enum2": "blue"})
        await call(client, "update_project", project_id=7, fields={"UserId": "john doe"})

    in_session(play)
    assert crms.written == [
        (f"{API}/ToDo", {"ProjectId": "7", "Comment": "Call", "Deadline": "2026-01-31 23:59:59", "UserId": "2"}),
        (f"{API}/ToDo/9", {"UserId": "2", "Status": "Closed"}),
        (f"{API}/Project", {"ContactId": "2", "CategoryId": "3", "UserId": "2", "StatusId": "2509"}),
        (f"{API}/Project/7", {"UserId": "2", "Enum2": "8"}),
        (f"{API}/Project/7", {"UserId": "1"}),
    ]


def test_me_is_refused_where_the_settings_do_not_say_who_that_is(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINICRM_USER", "")
    refused: list[tuple[str, dict[str, Any], str]] = [
        ("create_task", {"project_id": 7, "comment": "Call", "user": "me"}, "MINICRM_USER"),
        ("update_project", {"project_id": 7, "fields": {"UserId": "me"}}, "MINICRM_USER"),
    ]
    for text, says in in_session(lambda client: refuse_all(client, refused)):
        assert says in text
    assert crms.written == []


def test_a_business_is_updated_by_the_schema_of_businesses(crms: CrmStub) -> None:
    async def play(client: Client) -> str:
        await call(client, "update_contact", contact_id=2, fields={"Enum8": "steel"})
        return await fail(client, "update_contact", contact_id=2, fields={"Enum9": "Gold"})

    assert "no field 'Enum9'" in in_session(play)
    assert crms.written == [(f"{API}/Contact/2", {"Enum8": "4"})]
    assert f"GET {API}/Schema/Person" not in crms.calls


@pytest.mark.parametrize(
    ("deleted", "sent"), [(True, b'{"Deleted":1}'), (1, b'{"Deleted":1}'), ("true", b'{"Deleted":1}')]
)
def test_the_trash_is_written_as_1_after_a_look_but_without_asking_for_a_schema(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch, deleted: object, sent: bytes
) -> None:
    monkeypatch.setenv("CRM_MCP_UNCONFIRMED_WRITES", "1")
    in_session(lambda client: call(client, "update_project", project_id=7, fields={"Deleted": deleted}))
    assert crms.calls == [f"GET {API}/Project/7", f"PUT {API}/Project/7"]
    assert crms.last_body == sent


@pytest.mark.parametrize("deleted", [False, 0, "0"])
def test_the_trash_is_left_by_0_after_a_look_but_without_asking_for_a_schema(crms: CrmStub, deleted: object) -> None:
    in_session(lambda client: call(client, "update_project", project_id=7, fields={"Deleted": deleted}))
    assert crms.calls == [f"GET {API}/Project/7", f"PUT {API}/Project/7"]
    assert crms.last_body == b'{"Deleted":0}'


@pytest.mark.parametrize("status", [403, 404])
def test_a_module_whose_schema_is_refused_keeps_no_user_of_the_others_from_being_found(
    crms: CrmStub, status: int
) -> None:
    crms.answer_status(f"GET {API}/Schema/Project/3", status, "Schema (GET): Nem")

    async def play(client: Client) -> str:
        await call(client, "create_task", project_id=7, comment="Call", user="Max Five")
        return await fail(client, "create_task", project_id=7, comment="Call", user="Jane Roe")

    assert "'Jane Roe' is not a choice" in in_session(play)
    assert [body["UserId"] for _, body in crms.written] == ["4"]


def test_a_schema_refused_for_haste_is_not_taken_for_an_unknown_user(crms: CrmStub) -> None:
    crms.answer_status(f"GET {API}/Schema/Project/3", 429)
    text = in_session(lambda client: fail(client, "create_task", project_id=7, comment="Call", user="John Doe"))
    assert "Wait a minute" in text
    assert crms.written == []
