"""What holds for the arguments of every tool, whichever they are: each is tried in all that hosts write for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest
from mcp import Client
from mcp.types import CallToolResult, TextContent, Tool

from tests.support.crm_stub import API, RECORDS, CrmStub, counted_ids, in_session

pytestmark = pytest.mark.slow

Arguments = dict[str, Any]

PLAIN: Mapping[str, Arguments] = {
    "list_modules": {},
    "describe_module": {"crm": "minicrm", "module": "Sales"},
    "query_crm": {"sql": "select count(*) from minicrm_contacts"},
    "search_records": {"module": "contact"},
    "get_record": {"module": "contact", "record_id": "8"},
    "get_linked_records": {"module": "note", "linked_module": "contact", "linked_id": "8"},
    "summarize_records": {"module": "contact"},
    "create_records": {"module": "note", "records": [{"description": "x"}]},
    "update_records": {"module": "contact", "records": [{"record_id": "55", "fields": {"first_name": "x"}}]},
    "create_note": {"contact_id": "8", "text": "x"},
    "search_projects": {"module": "Sales"},
    "get_project": {"project_id": "7"},
    "search_contacts": {"query": "Anna"},
    "get_contact": {"contact_id": "1"},
    "get_project_tasks": {"project_id": "7"},
    "get_task": {"task_id": "9"},
    "list_addresses": {"contact_id": "1"},
    "get_address": {"address_id": "6"},
    "summarize_projects": {"module": "Sales"},
    "list_open_tasks": {},
    "get_contact_overview": {"contact_id": "1"},
    "find_stale_projects": {},
    "create_project": {"module": "Sales", "contact_id": "2"},
    "update_project": {"project_id": "7", "fields": {"Name": "x"}},
    "create_contact": {"type": "Person", "fields": {"FirstName": "x"}},
    "update_contact": {"contact_id": "2", "fields": {"Name": "x"}},
    "create_task": {"project_id": "7", "comment": "x"},
    "update_task": {"task_id": "9", "comment": "x"},
    "create_address": {"contact_id": "1", "name": "x"},
    "update_address": {"address_id": "6", "fields": {"City": "x"}},
    "undo_write": {"write_id": "write-0"},
    "export_search": {"tool": "search_records", "arguments": {"module": "contact"}},
}
"""A plain call of each tool; all but undo_write work, since nothing was written that it could take back."""

VALUES: Mapping[str, Any] = {
    "limit": 5,
    "text_from": 3,
    "max_groups": 5,
    "max_reads": 5,
    "days": 5,
    "detail": True,
    "descending": True,
    "option_labels": True,
    "deleted": True,
    "without_open_task": True,
    "allow_duplicate": True,
    "dry_run": True,
    "group_by": ["status"],
    "measures": ["sum:Int1"],
    "fields": ["Name"],
    "filters": [{"field": "email", "operand": "Equal", "value": "x"}],
}
OBJECTS: Mapping[str, Any] = {"fields": {"Name": "x"}, "filters": {"Name": "x"}}
"""A value of each optional argument that has more than one way to be written."""

NOTHING = (None, "", "  ")
_RANDOM = re.compile(r"crm://exports/[\w-]+|plan[-_]\w+|write-[\w.]+|\b1\d{3}\b")


def spellings(value: Any) -> Iterator[object]:
    """Yield the ways in which hosts write a value beside its own."""
    match value:
        case bool():
            yield from (str(value).lower(), str(value), int(value), str(int(value)))
        case int():
            yield from (float(value), str(value), f"{value}.0")
        case str() if value.isdecimal():
            yield from (int(value), float(value), f"{value}.0", f" {value}\u00a0")
        case [only]:
            yield only
            yield json.dumps(value)
            yield from ([one] for one in spellings(only) if isinstance(only, dict))
        case dict():
            yield json.dumps(value)
            yield {name: _nested_text(one) for name, one in cast("Arguments", value).items()}
        case _:
            pass


def _nested_text(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict) else value


async def outcome(client: Client, tool: str, arguments: Arguments) -> tuple[bool, str]:
    """Return whether a call failed, and what the model reads, without what is drawn by lot."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    text = "".join(block.text for block in result.content if isinstance(block, TextContent))
    return bool(result.is_error), _RANDOM.sub("...", text)


@pytest.fixture
def account(crms: CrmStub, monkeypatch: pytest.MonkeyPatch) -> CrmStub:
    """An account that answers each of the plain calls, at one moment."""
    monkeypatch.setenv("MINICRM_NOW", "2026-01-02T03:04:05")
    person = {"collection_id": "8", "first_name": "Anna", "modified_date": "2026-01-01 10:00:00"}
    crms.answer(f"GET {RECORDS}", {"Records": [person]})
    for kind in ("Project", "Contact", "ToDo", "Address"):
        crms.answer(f"PUT {API}/{kind}", counted_ids())
    crms.answer(f"GET {API}/ToDo/9", {"Id": 9, "Comment": "x", "Status": "Open", "ProjectId": 7})
    crms.answer(f"GET {API}/ToDoList/7", {"Count": 0, "Results": []})
    crms.answer(f"GET {API}/AddressList/1", {"Count": 0, "Results": []})
    crms.answer(f"GET {API}/Address/6", {"Id": 6, "Name": "x", "ContactId": 1})
    return crms


@pytest.mark.usefixtures("account")
def test_every_tool_has_a_plain_call_here_and_each_of_them_works() -> None:
    async def play(client: Client) -> None:
        for tool in (await client.list_tools()).tools:
            failed, text = await outcome(client, tool.name, PLAIN[tool.name])
            assert failed == (tool.name == "undo_write"), f"{tool.name}: {text}"

    in_session(play)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("nothing", NOTHING, ids=repr)
def test_an_optional_argument_that_is_null_or_blank_is_one_left_out(nothing: object) -> None:
    async def play(client: Client) -> None:
        for tool in (await client.list_tools()).tools:
            plain = PLAIN[tool.name]
            expected = await outcome(client, tool.name, plain)
            optional = [name for name in tool.input_schema["properties"] if name not in plain]
            every = dict.fromkeys(optional, nothing)
            for empty in (every, *({name: nothing} for name in optional)):
                assert await outcome(client, tool.name, plain | empty) == expected, (tool.name, empty)

    in_session(play)


@pytest.mark.usefixtures("account")
def test_a_value_is_taken_the_same_however_it_is_written() -> None:
    async def play(client: Client) -> None:
        for tool in (await client.list_tools()).tools:
            plain = PLAIN[tool.name]
            optional = {
                name: (OBJECTS if schema["type"] == "object" else VALUES)[name]
                for name, schema in tool.input_schema["properties"].items()
                if name in VALUES
            }
            for name, value in (optional | plain).items():
                arguments = plain | {name: value}
                expected = await outcome(client, tool.name, arguments)
                for spelled in spellings(value):
                    assert await outcome(client, tool.name, arguments | {name: spelled}) == expected, (name, spelled)

    in_session(play)


def test_an_unknown_argument_is_refused_by_its_name_at_any_depth(account: CrmStub) -> None:
    async def play(client: Client) -> None:
        for tool in (await client.list_tools()).tools:
            plain = PLAIN[tool.name]
            for where in unknown_somewhere(tool, plain):
                failed, text = await outcome(client, tool.name, plain | where)
                assert failed, (tool.name, where)
                assert "no_such_name" in text, text

    in_session(play)
    assert account.calls == []


def unknown_somewhere(tool: Tool, plain: Arguments) -> Iterator[Arguments]:
    """Yield arguments with an unknown name: at the top, and in each object whose keys the schema lists.

    Beside a record's id any name is a field of the record.
    """
    yield {"no_such_name": 1}
    for name, schema in tool.input_schema["properties"].items():
        keys = schema.get("items", {}).get("properties", {})
        if keys and "record_id" not in keys:
            whole = plain[name][0] if name in plain else dict.fromkeys(keys, "Equal")
            yield {name: [{**whole, "no_such_name": 1}]}


def test_a_required_argument_that_is_empty_is_missed_by_its_name(account: CrmStub) -> None:
    async def play(client: Client) -> None:
        for tool in (await client.list_tools()).tools:
            for name in tool.input_schema.get("required", []):
                for nothing in NOTHING:
                    failed, text = await outcome(client, tool.name, PLAIN[tool.name] | {name: nothing})
                    assert failed, (tool.name, name)
                    assert f"{name} is required" in text, text

    in_session(play)
    assert account.calls == []
