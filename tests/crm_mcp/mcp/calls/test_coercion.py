"""What hosts and models send beside plain values is taken for what it means."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NotRequired

import pytest
from mcp import Client
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from crm_mcp.mcp.arguments import Fields, Id
from crm_mcp.mcp.calls.coercion import CallArguments
from tests.support.crm_stub import API, RECORDS, CrmStub, counted_ids, in_session
from tests.support.mcp_play import call

FORBID_EXTRA = ConfigDict(extra="forbid")


class Part(TypedDict):
    """An object inside a list."""

    __pydantic_config__ = FORBID_EXTRA  # pyright: ignore[reportGeneralTypeIssues]

    record_id: Id
    fields: Fields
    note: NotRequired[str]
    value: NotRequired[object]


class Arguments(CallArguments):
    """One argument of each kind."""

    record_id: Id = "none"
    text: str = "none"
    number: int = 20
    amount: float = 1.5
    flag: bool = True
    names: list[str] = Field(default=["none"])
    ids: list[Id] = Field(default=["none"])
    fields: Fields = Field(default={"none": 1})
    parts: list[Part] = Field(default=[])


SENT: list[tuple[str, Any, Any]] = [
    ("record_id", 6002, "6002"),
    ("record_id", 6002.0, "6002"),
    ("record_id", "6002.0", "6002"),
    ("record_id", " 6002\u00a0", "6002"),
    ("record_id", "007", "007"),
    ("record_id", "v6002.0", "v6002.0"),
    ("text", 5, "5"),
    ("text", 5.0, "5"),
    ("text", 1.5, "1.5"),
    ("text", True, "true"),
    ("text", '["a"]', '["a"]'),
    ("text", "null", "null"),
    ("text", " a ", " a "),
    ("number", 5.0, 5),
    ("number", "5", 5),
    ("number", " 5.0 ", 5),
    ("number", "null", 20),
    ("amount", "2.5", 2.5),
    ("flag", "false", False),
    ("flag", " False ", False),
    ("flag", 0, False),
    ("flag", "0", False),
    ("flag", "null", True),
    ("names", "a", ["a"]),
    ("names", 5, ["5"]),
    ("names", '["a", "b"]', ["a", "b"]),
    ("names", '"[\\"a\\"]"', ["a"]),
    ("names", [1, 2.0, "x"], ["1", "2", "x"]),
    ("names", [None, ""], []),
    ("names", {}, []),
    ("names", "null", ["none"]),
    ("ids", 7001, ["7001"]),
    ("ids", "7001", ["7001"]),
    ("ids", "[7001, 7002.0]", ["7001", "7002"]),
    ("fields", '{"a": "{}", "b": null}', {"a": "{}", "b": None}),
    (
        "fields",
        {"a": "", "b": None, "c": "[1]", "d": [1200.0, 0.5]},
        {"a": "", "b": None, "c": "[1]", "d": [1200, 0.5]},
    ),
    ("fields", [], {}),
    ("parts", {"record_id": 1, "fields": {}}, [{"record_id": "1", "fields": {}}]),
    ("parts", '{"record_id": 1, "fields": {}}', [{"record_id": "1", "fields": {}}]),
    ("parts", ['{"record_id": 1, "fields": "{\\"a\\": 1}"}'], [{"record_id": "1", "fields": {"a": 1}}]),
    ("parts", '[{"record_id": 1.0, "fields": []}]', [{"record_id": "1", "fields": {}}]),
    (
        "parts",
        [{"record_id": 1, "fields": {}, "note": None, "value": None}],
        [{"record_id": "1", "fields": {}, "value": None}],
    ),
    ("parts", [{"record_id": 1, "fields": {}, "value": ""}], [{"record_id": "1", "fields": {}, "value": ""}]),
]


@pytest.mark.parametrize(("name", "sent", "taken"), SENT, ids=str)
def test_a_value_is_taken_for_what_it_means(name: str, sent: object, taken: object) -> None:
    assert json.dumps(getattr(Arguments.model_validate({name: sent}), name)) == json.dumps(taken)


@pytest.mark.parametrize("nothing", [None, "", "  "])
@pytest.mark.parametrize("name", Arguments.model_fields)
def test_null_and_a_blank_text_leave_an_argument_out(name: str, nothing: object) -> None:
    assert Arguments.model_validate({name: nothing}) == Arguments()


def test_records_and_fields_written_as_json_text_inside_one_another_reach_the_crm(crms: CrmStub) -> None:
    record = json.dumps({"record_id": 55, "fields": json.dumps({"first_name": "Anna"})})
    in_session(lambda client: call(client, "update_records", module="contact", records=[record]))
    assert crms.written[0][1]["Records"][0] == {"CollectionTypeID": 1001, "CollectionID": 55, "first_name": "Anna"}


Call = tuple[str, dict[str, Any]]
SAME: list[tuple[Call, Call, Callable[[CrmStub], object]]] = [
    (
        ("update_task", {"task_ids": "9", "comment": "x"}),
        ("update_task", {"task_ids": ["9"], "comment": "x"}),
        lambda crms: crms.written[-1],
    ),
    (
        ("create_task", {"project_id": 7.0, "comment": 5, "deadline": None, "user": "", "type": None}),
        ("create_task", {"project_id": "7", "comment": "5"}),
        lambda crms: crms.written[-1],
    ),
    (
        ("search_records", {"module": "contact", "order_by": "email", "descending": 1, "limit": "5", "filters": None}),
        ("search_records", {"module": "contact", "order_by": "email", "descending": True, "limit": 5}),
        lambda crms: crms.query_of(f"GET {RECORDS}"),
    ),
    (
        (
            "search_projects",
            {"module": "Sales", "status": "", "user": None, "filters": '{"Text1": 1}'},
        ),
        ("search_projects", {"module": "Sales", "filters": {"Text1": 1}}),
        lambda crms: crms.query_of(f"GET {API}/Project"),
    ),
    (
        ("find_stale_projects", {"status_group": "", "module": None, "days": None}),
        ("find_stale_projects", {"status_group": "Open"}),
        lambda crms: crms.query_of(f"GET {API}/Project")["StatusGroup"],
    ),
]


@pytest.mark.parametrize(("sent", "meant", "look"), SAME)
def test_the_crm_is_asked_the_same_however_the_call_was_written(
    crms: CrmStub, sent: Call, meant: Call, look: Callable[[CrmStub], object]
) -> None:
    async def play(client: Client) -> None:
        for tool, arguments in (sent, meant):
            await call(client, tool, **arguments)
            asked.append(look(crms))

    asked: list[object] = []
    crms.answer(f"PUT {API}/ToDo", counted_ids())
    in_session(play)
    assert asked[0] == asked[1]


def test_a_plan_is_applied_alone_by_hosts_that_fill_in_every_argument(crms: CrmStub) -> None:
    empty: dict[str, Any] = {"project_id": None, "fields": {}, "project_ids": [], "dry_run": False}

    async def play(client: Client) -> None:
        shown = await call(client, "update_project", project_id=7, fields={"Name": "New"}, dry_run=True)
        await call(client, "update_project", **empty, plan_id=shown["plan_id"])

    in_session(play)
    assert crms.written == [(f"{API}/Project/7", {"Name": "New"})]
