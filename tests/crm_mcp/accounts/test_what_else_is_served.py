"""Resources, prompts, completions, skills and commands of several accounts, and settings that are not clear."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from mcp import MCPError
from mcp.types import PromptReference, ResourceTemplateReference

from crm_mcp.cli import main
from crm_mcp.commands.connecting import connect
from crm_mcp.errors import SettingsError
from tests.crm_mcp.accounts.companies import WORDS, Companies, assistant_of, section_of, text_of
from tests.support.mcp_play import call, fail
from tests.support.transports import ERAS, Era, over_stdio

pytestmark = pytest.mark.slow

MINICRM = "[accounts.{}.minicrm]\nsystem_id = '{}'\napi_key = 'k'\n"


@pytest.mark.anyio
async def test_resources_stand_under_their_account(companies: Companies, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_of(companies.settings, monkeypatch) as client:
        templates = [one.uri_template for one in (await client.list_resource_templates()).resource_templates]
        listed = [str(one.uri) for one in (await client.list_resources()).resources]
        mine = text_of(await client.read_resource("crm://beta/record/minicrm/contact/12345"))
        schema = text_of(await client.read_resource("crm://beta/replica/schema"))
        assert "minicrm" in text_of(await client.read_resource("crm://acme/modules"))
        for wrong in ("crm://modules", "crm://gamma/modules", "crm://record/minicrm/contact/12345"):
            with pytest.raises(MCPError):
                await client.read_resource(wrong)
    assert all(one.startswith("crm://{account}/") for one in templates)
    assert not [one for one in listed if one.startswith("crm://")]
    assert WORDS["beta"] in mine
    assert WORDS["acme"] not in mine
    assert "crm://replica" not in schema


@pytest.mark.anyio
async def test_prompts_take_an_account_and_say_it(companies: Companies, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_of(companies.settings, monkeypatch) as client:
        prompts = (await client.list_prompts()).prompts
        assert all((one.arguments or [])[0].name == "account" and (one.arguments or [])[0].required for one in prompts)
        told = await client.get_prompt("pipeline_review", {"account": "beta", "module": "Sales"})
        assert len(told.messages) == 1
        text = getattr(told.messages[0].content, "text", "")
        assert text.startswith('Work in the account beta alone: give account="beta" with every call.\n\n')
        for wrong in ({"module": "Sales"}, {"module": "Sales", "account": "gamma"}):
            with pytest.raises(MCPError, match="Accounts: acme, beta"):
                await client.get_prompt("pipeline_review", wrong)


@pytest.mark.anyio
async def test_completions_offer_names_of_the_account_that_is_chosen_and_no_others(
    companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = PromptReference(type="ref/prompt", name="pipeline_review")
    record = ResourceTemplateReference(type="ref/resource", uri="crm://{account}/record/{crm}/{kind}/{record_id}")
    async with assistant_of(companies.settings, monkeypatch) as client:

        async def complete(ref: Any, name: str, **given: str) -> list[str]:  # of either kind
            argument = {"name": name, "value": ""}
            return (await client.complete(ref, argument, context_arguments=given)).completion.values

        assert await complete(prompt, "account") == ["acme", "beta"]
        assert await complete(prompt, "module") == []
        assert "Sales" in await complete(prompt, "module", account="Beta")
        assert "contact" in await complete(record, "kind", account="acme", crm="ivinex")


@pytest.mark.anyio
async def test_each_account_has_a_skill_of_its_own(companies: Companies, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_of(companies.settings, monkeypatch) as client:
        listed = [str(one.uri) for one in (await client.list_resources()).resources]
        assert {"skill://crm-acme-en/SKILL.md", "skill://crm-beta-hu/SKILL.md"} <= set(listed)
        text = text_of(await client.read_resource("skill://crm-beta-en/SKILL.md"))
    assert "name: crm-beta-en" in text
    assert 'account: \\"beta\\"' in text.replace('\\\\"', '\\"')
    assert "crm://replica" not in text


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.anyio
async def test_a_process_serves_both_and_keeps_them_apart(companies: Companies, era: Era, tmp_path: Path) -> None:
    settings = {"CRM_MCP_SETTINGS": str(companies.settings)}
    async with over_stdio(settings, str(tmp_path), era) as client:
        for account, word in WORDS.items():
            found = await call(client, "get_contact", account=account, contact_id="1234")
            assert found["account"] == account
            assert word in found["name"]
        assert "account is required" in await fail(client, "get_contact", contact_id="1234")
        assert "Several accounts are connected, each another company: acme, beta." in (client.instructions or "")


@pytest.mark.anyio
async def test_a_tool_of_a_crm_that_an_account_has_not_says_which_have_it(
    companies: Companies, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    mixed = section_of("acme", companies.fakes["acme"]) + section_of("beta", companies.fakes["beta"], ivinex=False)
    path.write_text(mixed, encoding="utf-8")
    async with assistant_of(path, monkeypatch) as client:
        told = await fail(client, "get_record", account="beta", module="contact", record_id="78")
        assert told == "The account beta has no get_record: another CRM is connected there. It is of acme."
        assert (await call(client, "list_modules", account="acme", crm="ivinex"))["items"]
        assert (await call(client, "list_modules", account="beta"))["items"]
        tools = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}
    assert tools["get_record"]["properties"]["account"]["enum"] == ["acme"]
    assert "search_records" in tools["export_search"]["properties"]["tool"]["enum"]


@pytest.mark.anyio
async def test_a_refused_login_is_named_by_its_section(
    companies: Companies, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    sections = [section_of(name, fake) for name, fake in companies.fakes.items()]
    path.write_text(
        sections[0] + sections[1].replace('api_key = "', 'api_key = "wrong-').replace('word = "', 'word = "no-')
    )
    path.chmod(0o600)
    async with assistant_of(path, monkeypatch) as client:
        await call(client, "search_contacts", account="acme", limit=1)
        told = await fail(client, "search_contacts", account="beta", limit=1)
        assert "must check system_id and api_key in [accounts.beta.minicrm] of the settings file;" in told
        told = await fail(client, "search_records", account="beta", module="contact")
        assert "must check username and password in [accounts.beta.ivinex] of the settings file;" in told


@pytest.mark.anyio
async def test_one_account_of_the_file_is_served_as_the_environments_would_be(
    companies: Companies, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(section_of("acme", companies.fakes["acme"]), encoding="utf-8")
    async with assistant_of(path, monkeypatch) as client:
        tools = (await client.list_tools()).tools
        assert not [tool.name for tool in tools if "account" in tool.input_schema["properties"]]
        assert "account" not in await call(client, "get_contact", contact_id="1234")
        assert text_of(await client.read_resource("crm://modules"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "[accounts.a.minicrn]\n",
            r"\[accounts.a.minicrn\] is no CRM, did you mean minicrm. There are",
        ),
        ("[accounts.a]\n", "the account a has no CRM"),
        ("[accounts.a.minicrm]\nuser = 'x'\n", r"\[accounts.a.minicrm\] has no login. It needs system_id and api_key."),
        (MINICRM.format("a", 1) + "[accounts.b]\n", "the account b has no CRM"),
        (MINICRM.format("a", 1) + "[accounts.b.minicrm]\nsystem_id='1'", r"api_key in \[accounts.b.minicrm\]"),
        (MINICRM.format("a", 1) + MINICRM.format("b", 1), "the accounts a and b have the same login of MiniCRM"),
    ],
)
def test_a_file_that_leaves_open_what_is_meant_is_refused(
    text: str, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CRM_MCP_SETTINGS", str(path))
    with pytest.raises(SettingsError, match=says):
        connect()


@pytest.mark.parametrize("variable", ["MINICRM_SYSTEM_ID", "MINICRM_API_KEY", "MINICRM_URL", "IVINEX_MODULES"])
def test_a_variable_of_one_account_beside_several_is_refused(
    variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(MINICRM.format("a", 1) + MINICRM.format("b", 2), encoding="utf-8")
    monkeypatch.setenv("CRM_MCP_SETTINGS", str(path))
    monkeypatch.setenv("MINICRM_TIMEZONE", "Europe/London")
    assert len(connect()[3]) == 2
    monkeypatch.setenv(variable, "s3cret")
    with pytest.raises(SettingsError) as caught:
        connect()
    told = str(caught.value)
    assert f"has 2 accounts (a, b), and the environment says {variable}" in told
    assert "CRM_MCP_SETTINGS=off" in told
    assert "s3cret" not in told


@pytest.fixture
def run(companies: Companies, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Run a command on both companies."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRM_MCP_SETTINGS", str(companies.settings))
    monkeypatch.setenv("CRM_MCP_STORE", str(tmp_path / "store"))
    return lambda *options: CliRunner().invoke(main, options)


def test_commands_work_on_the_account_that_they_name(run: Callable[..., Any]) -> None:
    sql = "select name from minicrm_contacts where id = 1234"
    assert "Several accounts are connected. Name one: --account acme or beta." in run("query", sql).output
    assert "There is no account 'gamma'. Use acme, beta." in run("query", sql, "--account", "gamma").output
    told = run("query", sql, "--account", "Beta").output
    assert WORDS["beta"] in told
    assert WORDS["acme"] not in told
    unknown = run("query", "select 1 from minicrm_contracts", "--account", "beta").output
    assert "Their columns: crm-mcp replica schema." in unknown
    assert re.findall(r"^(\w+) minicrm: ", run("replica", "status").output, re.MULTILINE) == ["acme", "beta"]
    findings = run("doctor").output
    assert "acme MiniCRM: login works" in findings
    assert "beta Ivinex: login works" in findings


def test_the_audit_names_the_account_and_undo_finds_it(run: Callable[..., Any]) -> None:
    given = '{"account": "beta", "contact_id": "12346", "fields": {"Phone": "+36 1 555 0199"}}'
    assert run("call", "update_contact", given).exit_code == 0
    line = run("audit").output.splitlines()[0]
    assert "  beta  update_contact  12346" in line
    assert run("audit", "--account", "acme").output.strip() == "Nothing was written."
    write_id = line.split("  ")[1]
    assert "taken back" in run("undo", write_id).output
