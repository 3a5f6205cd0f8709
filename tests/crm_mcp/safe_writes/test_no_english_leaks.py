"""Whoever set Hungarian reads no English: neither in a question, whatever is written, nor in what a command says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from mcp import Client
from mcp.types import CallToolResult, TextContent

from crm_mcp.cli import main
from crm_mcp.errors import QueryError
from crm_mcp.languages import use
from crm_mcp.replica.planning.planner import Planner
from tests.crm_mcp.safe_writes.playing import Fake, User, play
from tests.support.english import english_in

pytestmark = pytest.mark.slow

TRASH = {"project_id": "6001", "fields": {"Deleted": 1, "StatusId": "Lost"}}
LONG = {"contact_id": "5101", "fields": {"Description": "á" * 600}}
EMPTY = {"contact_id": "5101", "fields": {"Description": "", "Phone": "+36 1 555 0000"}}
MANY: list[tuple[str, list[dict[str, Any]]]] = [
    ("update_project", [{"project_id": str(6001 + n), "fields": {"Name": f"N{n}"}} for n in range(11)]),
    ("create_contact", [{"type": "Person", "fields": {"FirstName": "Anna", "LastName": f"P{n}"}} for n in range(11)]),
    ("create_task", [{"project_id": "6001", "comment": f"Hívás {n}", "deadline": "2026-12-01"} for n in range(11)]),
    ("create_address", [{"contact_id": "5101", "name": f"Telep {n}"} for n in range(11)]),
]


@pytest.fixture(autouse=True)
def _in_hungarian(fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    assert fake.url
    for name, value in {
        "CRM_MCP_LANGUAGE": "hu",
        "CRM_MCP_STORE": str(tmp_path / "store"),
        "LANGUAGE": "",
        "CRM_MCP_TOOLSETS": "all",
    }.items():
        monkeypatch.setenv(name, value)
    yield
    use("en")


async def write(client: Client, tool: str, **arguments: Any) -> str:
    """Call a writing tool, and the plan that it makes; return what it says."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    said = cast("dict[str, Any]", result.structured_content or {})
    if plan := said.get("plan_id"):
        return await write(client, tool, plan_id=plan)
    return "".join(one.text for one in result.content if isinstance(one, TextContent))


def test_no_question_has_an_english_word_in_it() -> None:
    user = User()

    async def scene(client: Client) -> None:
        for tool, records in MANY:
            await write(client, tool, records=records)
        await write(client, "update_project", **TRASH)
        await write(client, "update_contact", **LONG)
        await write(client, "update_contact", **EMPTY)
        people = [{"first_name": "Béla", "last_name": f"M{n}", "email": f"b{n}@pelda.hu"} for n in range(11)]
        await write(client, "create_records", module="contact", records=people)
        updates = [{"record_id": str(n), "fields": {"phone": "+36 30 1"}} for n in range(1, 12)]
        await write(client, "update_records", module="contact", records=updates)

    play(scene, user=user)
    assert len(user.asked) == 8
    assert [line for question in user.asked for line in english_in(question)] == []
    assert all(re.match("Létrehozzak|Módosítsak|Áthelyezzek", question) for question in user.asked)


def test_no_progress_is_told_in_english() -> None:
    heard: list[str] = []
    use("hu")

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        del progress, total
        heard.append(message or "")

    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_open_tasks", {"module": "Sales"}),
        ("summarize_projects", {"module": "Sales", "group_by": ["status"]}),
        ("get_contact_overview", {"contact_id": "5101"}),
        ("summarize_records", {"module": "contact", "group_by": ["last_name"]}),
        ("list_documents", {"kind": "invoice"}),
        ("create_task", {"records": MANY[2][1], "dry_run": True}),
    ]

    async def scene(client: Client) -> None:
        for tool, arguments in calls:
            await client.call_tool(tool, arguments, progress_callback=hear)

    play(scene)
    assert len(set(heard)) > 8
    assert [message for message in heard if english_in(message) or not message] == []


@pytest.mark.parametrize("broken", [{}, {"MINICRM_API_KEY": "wrong"}, {"MINICRM_API_KEY": ""}, {"CRM_MCP_REED": "1"}])
def test_no_command_says_anything_in_english(monkeypatch: pytest.MonkeyPatch, broken: dict[str, str]) -> None:
    for name, value in broken.items():
        monkeypatch.setenv(name, value)
    said = run("doctor")
    if broken:
        assert any(line.startswith("HIBA ") for line in said.splitlines())
    else:
        written = re.findall(r'"write_id": ?"([\w.-]+)"', run("call", "update_contact", as_json(LONG)))
        said += run("audit") + run("undo", written[0], "--dry-run") + run("undo", written[0])
        said += run("undo", written[0]) + run("undo", "w-none") + run("audit", "--since", "soon")
        said += run("query", "select count(*) from minicrm_projects") + run("replica", "status")
        said += run("replica", "rm", "--yes") + run("replica", "rm") + run("sync", "--crm", "nope")
    assert english_in(said) == []
    assert len(said.splitlines()) > (20 if not broken else 0)


SQL = re.compile(r"\b[A-Z]{2,}\b|SQLite: .*?\. |:\S*:\S*|\bhelyette: [^ ]*|\bname ")
"""What is SQL, or SQLite's own words."""
REFUSED = [
    "", ";", "select 1; select 2", "delete from projects", "explain select 1", "selec 1", "select ?", "select nope",
    "select nam from projects", "select nope from projects, tasks", "select x.id from projects", "select nope(1)",
    "select getdate()", "select median(1, 2, 3)", "select left(name, 2) from tasks", "select id from projects, tasks",
    'select name from projects where status = "Open"', "select * from nope", "select * from main.projects",
    "select (1", "select 'a", "select top 5 * from tasks", "select a::int from tasks",
    "select interval '7 days'", "select * from projects where name ilike 'a'", "select sum(sum(budget)) from projects",
    "select name from projects limit 5 for update", "select 1 union select 1, 2", "select 1 from projects where",
    "with x as (select id as hidden from projects) select 1 from x where name = 'a'", "select rowid from projects",
    "select \0", "select " + "1" * 200_000,
]  # fmt: skip


@pytest.mark.parametrize("sql", REFUSED)
def test_no_refusal_of_a_statement_is_in_english(sql: str) -> None:
    planner = Planner({"projects": ["id", "name", "status", "budget"], "tasks": ["id", "project_id", "comment"]})
    use("hu")
    with pytest.raises(QueryError) as refused:
        planner.plan(sql)
    assert english_in(SQL.sub(" ", refused.value.told)) == []
    assert refused.value.told != str(refused.value)  # what the model reads


def test_no_help_is_in_english() -> None:
    for command in (*main.list_commands(main.make_context("crm-mcp", ["tools"])), "replica rm", "replica status"):
        assert english_in(run(*command.split(), "--help")) == [], command


def test_help_that_was_asked_for_in_english_before_is_not_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MCP_LANGUAGE", "en")
    assert english_in(run("audit", "--help"))
    monkeypatch.setenv("CRM_MCP_LANGUAGE", "hu")
    assert english_in(run("audit", "--help")) == []


def as_json(arguments: dict[str, Any]) -> str:
    import json

    return json.dumps(arguments)


def run(*arguments: str) -> str:
    return CliRunner().invoke(main, list(arguments)).output
