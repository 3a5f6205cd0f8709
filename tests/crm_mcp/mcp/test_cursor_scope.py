"""A cursor goes on with exactly the arguments it was made with: true of every tool that pages, whatever it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.support.in_process import build_seed
from tests.support.mcp_play import assistant, call, fail
from tests.support.question_play import account, sale

_T = TypeVar("_T")
pytestmark = pytest.mark.crm_fake(profile="observed", deviations={"requests-are-limited": False})

MANY = range(1, 251)
"""Rows of lists that take no limit: more than one answer has room for."""
LONG = "x" * 250
FIRST_CALL: dict[str, dict[str, Any]] = {
    "search_records": {"module": "contact", "limit": 1},
    "get_linked_records": {"module": "note", "linked_module": "contact", "linked_id": "1", "limit": 1},
    "search_projects": {"module": "Sales", "limit": 1},
    "search_contacts": {"type": "Person", "limit": 1},
    "get_project_tasks": {"project_id": "1"},
    "list_addresses": {"contact_id": "1"},
}
"""A call of each tool that pages, which leaves something for a second page."""
ANOTHER = {"string": "another", "boolean": True, "object": {"Name": "another"}}
"""Another value for an argument, by its type."""


@pytest.fixture(autouse=True)
def both(crm_fake: CrmFake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two of everything that pages by a limit, and many tasks and addresses."""
    tasks = [{"Id": one, "ProjectId": 1, "UserId": 1, "Status": "Open", "Comment": LONG} for one in MANY]
    addresses = [{"Id": one, "ContactId": 1, "Name": LONG, "City": "Pécs"} for one in MANY]
    contacts = [{"Id": one, "Type": "Person", "FirstName": "Anna"} for one in (1, 2)]
    notes: list[Mapping[str, object]] = [{"description": "called", "contact": "1"} for _ in range(2)]
    records = build_seed({"first_name": "Anna"}, {"first_name": "Béla"}, notes=notes)
    crm_fake.seed(records | account([sale(1), sale(2)], tasks, contacts=contacts, addresses=addresses))
    monkeypatch.chdir(tmp_path)
    for name, value in crm_fake.env.items():
        monkeypatch.setenv(name, value)


def played(play: Callable[[Client], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        async with assistant() as client:
            return await play(client)

    return asyncio.run(run())


def another(schema: dict[str, Any]) -> object:
    if schema["type"] != "array":
        return ANOTHER[schema["type"]]
    is_filter = schema["items"]["type"] == "object"
    return [{"field": "first_name", "operand": "Equal", "value": "another"} if is_filter else "another"]


def test_every_tool_that_pages_is_tried() -> None:
    async def play(client: Client) -> set[str]:
        return {tool.name for tool in (await client.list_tools()).tools if "cursor" in tool.input_schema["properties"]}

    assert played(play) == set(FIRST_CALL)


@pytest.mark.parametrize("tool", FIRST_CALL)
def test_a_cursor_is_refused_once_any_argument_but_the_limit_differs(tool: str) -> None:
    async def play(client: Client) -> None:
        (listed,) = (one for one in (await client.list_tools()).tools if one.name == tool)
        arguments = listed.input_schema["properties"]
        first = FIRST_CALL[tool]
        cursor = (await call(client, tool, **first))["next_cursor"]
        assert (await call(client, tool, **first, cursor=cursor))["items"]
        if "limit" in arguments:
            assert (await call(client, tool, **{**first, "limit": 2}, cursor=cursor))["items"]
        for name in arguments.keys() - {"limit", "cursor"}:
            changed = {**first, name: another(arguments[name])}
            refusal = await fail(client, tool, **changed, cursor=cursor)
            assert "This cursor belongs to a search with other arguments." in refusal, name

    played(play)
