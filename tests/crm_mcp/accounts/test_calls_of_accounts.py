"""Each call goes to the account that it names and to no other, and each answer says whose it is."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult

from tests.crm_mcp.accounts.companies import WORDS, Companies, assistant_of, section_of, text_of
from tests.support.mcp_play import call, fail, ids_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

OTHER = {"acme": "beta", "beta": "acme"}
READS: list[tuple[str, dict[str, Any]]] = [
    ("list_modules", {}),
    ("list_modules", {"crm": "minicrm"}),
    ("describe_module", {"crm": "minicrm", "module": "Sales"}),
    ("describe_module", {"crm": "ivinex", "module": "contact"}),
    ("search_records", {"module": "contact", "limit": 5}),
    ("search_records", {"module": "contact", "filters": [{"field": "first_name", "value": "Jane"}]}),
    ("get_record", {"module": "contact", "record_id": "78"}),
    ("get_record", {"module": "contact", "record_id": "999999"}),
    ("summarize_records", {"module": "contact", "group_by": ["contact_type"]}),
    ("search_projects", {"limit": 2}),
    ("search_projects", {"query": "invoice"}),
    ("get_project", {"project_id": "264"}),
    ("get_project", {"project_id": "1"}),
    ("search_contacts", {"query": "John"}),
    ("get_contact", {"contact_id": "12345"}),
    ("get_contact_overview", {"contact_id": "12345"}),
    ("list_open_tasks", {}),
    ("find_stale_projects", {"days": 1}),
    ("summarize_projects", {"group_by": ["user"]}),
    ("query_crm", {"sql": "select id, name from minicrm_contacts order by id"}),
    ("query_crm", {"sql": "select * from nothing"}),
    ("export_search", {"tool": "search_contacts"}),
    ("list_addresses", {"contact_id": "12345"}),
    ("get_project_tasks", {"project_id": "272"}),
]
WRITES: list[tuple[str, dict[str, Any]]] = [
    ("update_contact", {"contact_id": "12345", "fields": {"Position": "new"}}),
    ("create_task", {"project_id": "264", "comment": "call them", "deadline": "2030-01-01"}),
    ("update_records", {"module": "contact", "records": [{"id": "78", "fields": {"phone": "5"}}]}),
    ("create_note", {"contact_id": "78", "text": "they called"}),
    ("create_contact", {"type": "Person", "fields": {"FirstName": "New"}, "allow_duplicate": True}),
]


async def test_nothing_of_one_account_shows_in_an_answer_of_another(
    companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)  # noqa: S311  # not for secrets
    steps = [(tool, account) for tool in (*READS, *WRITES) for account in WORDS]
    chance.shuffle(steps)
    async with assistant_of(companies.settings, monkeypatch) as client:
        for (tool, arguments), account in steps:
            companies.forget_requests()
            result = await client.call_tool(tool, {"account": account, **arguments})
            told = text_of(result)
            assert WORDS[OTHER[account]] not in told, (tool, arguments, account)
            assert account in told, (tool, arguments)
            assert companies.requests_of(OTHER[account]) == [], (tool, arguments, account)
            if (tool, arguments) in WRITES:
                assert not result.is_error, told
                assert {one["method"] for one in companies.requests_of(account)} & {"PUT", "POST"}


async def test_the_same_call_of_two_accounts_at_once_is_two_calls(
    companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_of(companies.settings, monkeypatch) as client:
        calls = [call(client, "get_contact", account=account, contact_id="1234") for account in WORDS]
        for found, (account, word) in zip(await asyncio.gather(*calls), WORDS.items(), strict=True):
            assert found["account"] == account
            assert word in found["name"]


async def test_a_write_is_made_where_it_is_named_alone(companies: Companies, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_of(companies.settings, monkeypatch) as client:
        await call(client, "update_contact", account="acme", contact_id="12346", fields={"Email": "a@acme.example"})
        mine = await call(client, "get_contact", account="acme", contact_id="12346")
        theirs = await call(client, "get_contact", account="beta", contact_id="12346")
    assert (mine["account"], mine["email"]) == ("acme", "a@acme.example")
    assert theirs["account"] == "beta"
    assert theirs["email"] != "a@acme.example"


async def test_a_call_without_a_known_account_reaches_nobody(
    companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "account is required: say in which account. Accounts: acme, beta. Ask the user"),
        ({"account": ""}, "account is required"),
        ({"account": None}, "account is required"),
        ({"account": ["acme"]}, "account is required"),
        ({"account": "acne"}, "There is no account 'acne', did you mean acme. Accounts: acme, beta."),
        ({"account": "gamma"}, "There is no account 'gamma'. Accounts: acme, beta."),
    ]
    companies.forget_requests()
    async with assistant_of(companies.settings, monkeypatch) as client:
        for arguments, says in wrong:
            for tool, own in (READS[0], WRITES[0], ("undo_write", {"write_id": "w"})):
                assert says in await fail(client, tool, **own, **arguments)
    assert companies.requests_of("acme") + companies.requests_of("beta") == []


async def test_the_case_of_a_name_does_not_matter_and_errors_name_the_account(
    companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_of(companies.settings, monkeypatch) as client:
        assert (await call(client, "get_contact", account="ACME", contact_id="12345"))["account"] == "acme"
        assert (await fail(client, "get_contact", account="beta", contact_id="7")).startswith("Account beta: ")
        told = await fail(client, "query_crm", account="beta", sql="select nothing from minicrm_contacts")
        assert "crm://replica" not in told


async def test_a_cursor_belongs_to_its_account(companies: Companies, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_of(companies.settings, monkeypatch) as client:
        first = await call(client, "search_contacts", account="acme", limit=1)
        cursor = first["next_cursor"]
        second = await call(client, "search_contacts", account="acme", limit=1, cursor=cursor)
        assert set(ids_of([first])) & set(ids_of([second])) == set()
        told = await fail(client, "search_contacts", account="beta", limit=1, cursor=cursor)
        assert "This cursor is of the account acme, not of beta." in told
        assert "is of none" in await fail(client, "search_contacts", account="beta", limit=1, cursor="MTIz")


async def test_plans_writes_and_keys_belong_to_their_account(
    companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = {"contact_id": "12345", "fields": {"Position": "planned"}}
    new = {"type": "Person", "fields": {"FirstName": "Key"}, "allow_duplicate": True, "idempotency_key": "one"}
    async with assistant_of(companies.settings, monkeypatch) as client:
        plan = await call(client, "update_contact", account="acme", dry_run=True, **change)
        assert plan["account"] == "acme"
        companies.forget_requests()
        await fail(client, "update_contact", account="beta", plan_id=plan["plan_id"])
        assert companies.requests_of("beta") == []
        written = await call(client, "update_contact", account="acme", plan_id=plan["plan_id"])
        write_id = written.get("write_id") or written["items"][0]["write_id"]
        told = await fail(client, "undo_write", account="beta", write_id=write_id)
        assert told == f'Account beta: {write_id} was written in the account acme. Call undo_write with account="acme".'
        assert "There is no write 'write-x'" in await fail(client, "undo_write", account="beta", write_id="write-x")
        assert companies.requests_of("beta") == []
        assert (await call(client, "undo_write", account="acme", write_id=write_id))["account"] == "acme"
        made = [await call(client, "create_contact", account=account, **new) for account in ("acme", "beta", "acme")]
    assert made[0]["write_id"] == made[2]["write_id"] != made[1]["write_id"]


async def test_the_person_sees_in_which_account_a_write_is_made(
    companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def user(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context
        asked.append(params.message)
        return ElicitResult(action="decline")

    async with assistant_of(companies.settings, monkeypatch, user=user) as client:
        await fail(client, "update_project", account="beta", project_id="264", fields={"Deleted": 1})
    assert len(asked) == 1
    assert asked[0].startswith("Account beta: Move ")


async def test_an_export_belongs_to_its_account(companies: Companies, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_of(companies.settings, monkeypatch) as client:
        result = await client.call_tool("export_search", {"account": "beta", "tool": "search_contacts"})
        uri = str(result.structured_content["uri"])
        assert uri.startswith("crm://beta/exports/")
        assert [str(one.uri) for one in result.content if one.type == "resource_link"] == [uri]
        assert WORDS["beta"] in text_of(await client.read_resource(uri))
        with pytest.raises(Exception, match="no such export"):
            await client.read_resource(uri.replace("beta", "acme"))


async def test_the_account_of_an_export_stands_beside_its_tool(
    companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_of(companies.settings, monkeypatch) as client:
        for nested, says in (("beta", "within arguments it is another"), ("gamma", "no account 'gamma'")):
            own: dict[str, Any] = {"account": "acme", "tool": "search_contacts", "arguments": {"account": nested}}
            assert says in await fail(client, "export_search", **own)
        own = {"account": "acme", "tool": "search_contacts", "arguments": {"account": "acme"}}
        assert WORDS["beta"] not in text_of(await client.call_tool("export_search", own))


async def _tools(client: Client) -> dict[str, Any]:
    return {tool.name: tool for tool in (await client.list_tools()).tools}


async def test_every_tool_requires_an_account_and_offers_no_default(
    companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_of(companies.settings, monkeypatch, toolsets="all") as client:
        tools = await _tools(client)
    assert len(tools) > 35
    for tool in tools.values():
        assert tool.input_schema["properties"]["account"] == {"type": "string", "enum": ["acme", "beta"]}, tool.name
        assert tool.input_schema["required"][0] == "account", tool.name


async def test_the_tools_of_ten_accounts_are_no_larger_than_those_of_two(
    companies: Companies, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sections = [
        f'[accounts.company-number-{n}.minicrm]\nsystem_id = "{n}"\napi_key = "k{n}"\n'
        f'[accounts.company-number-{n}.ivinex]\nurl = "https://{n}.example"\nusername = "u"\npassword = "p"\n'
        for n in range(10)
    ]
    path = tmp_path / "settings.toml"
    path.write_text("".join(sections), encoding="utf-8")
    async with assistant_of(companies.settings, monkeypatch) as client:
        of_two = await _tools(client)
    async with assistant_of(path, monkeypatch) as client:
        of_ten = await _tools(client)
        told = await fail(client, "get_contact", account="company-nmber-3", contact_id="1")
    assert of_ten["list_modules"].input_schema["properties"]["account"]["enum"][9] == "company-number-9"
    assert of_ten["get_contact"].input_schema["properties"]["account"] == {"type": "string"}
    assert _bytes_of(of_ten) < _bytes_of(of_two) + 300
    assert "did you mean company-number-" in told


def _bytes_of(tools: dict[str, Any]) -> int:
    return sum(len(json.dumps(tool.input_schema, separators=(",", ":"))) for tool in tools.values())


async def test_accounts_are_named_in_the_order_of_the_file_whichever_have_the_tool(
    companies: Companies, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    mixed = section_of("acme", companies.fakes["acme"], ivinex=False) + section_of("beta", companies.fakes["beta"])
    path.write_text(mixed, encoding="utf-8")
    async with assistant_of(path, monkeypatch) as client:
        assert "Accounts: acme, beta." in await fail(client, "get_record", module="contact", record_id="78")
