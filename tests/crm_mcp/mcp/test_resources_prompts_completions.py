"""What a host offers beside tools: resources to attach, prompts to pick, and names to choose from while typing."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    PromptReference,
    ResourceTemplateReference,
    TextContent,
    TextResourceContents,
)

from tests.support.crm_stub import CrmStub, in_session
from tests.support.mcp_play import assistant

pytestmark = pytest.mark.slow

SCHEMA = ResourceTemplateReference(uri="crm://schema/{crm}/{module}")
RECORD = ResourceTemplateReference(uri="crm://record/{crm}/{kind}/{record_id}")


async def read(client: Client, uri: str) -> Any:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "application/json"
    return json.loads(content.text)


def read_one(uri: str) -> Any:
    return in_session(lambda client: read(client, uri))


def refusal_of(uri: str) -> tuple[str, int]:
    """Read what must fail; return what the host is told, and the code of the error."""

    async def play(client: Client) -> tuple[str, int]:
        try:
            return f"no failure, but {await read(client, uri)}", 0
        except MCPError as error:
            return str(error), error.error.code

    return in_session(play)


def suggestions(
    ref: PromptReference | ResourceTemplateReference, name: str, typed: str = "", **given: str
) -> list[str]:
    async def play(client: Client) -> list[str]:
        answer = await client.complete(ref, {"name": name, "value": typed}, given or None)
        return answer.completion.values

    return in_session(play)


@pytest.mark.usefixtures("crms")
def test_the_modules_of_both_crms_are_one_resource() -> None:
    modules = read_one("crm://modules")
    assert {"crm": "ivinex", "id": "1001", "name": "contact"} in modules
    assert {"crm": "minicrm", "id": "3", "name": "Sales"} in modules


@pytest.mark.usefixtures("crms")
def test_a_schema_is_a_resource_by_the_modules_name() -> None:
    assert read_one("crm://schema/minicrm/Sales")["statuses"] == {"2500": "New", "2509": "Won"}
    assert read_one("crm://schema/minicrm/Person")["id"] == "Person"


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("crm://record/minicrm/project/7", "Card"),
        ("crm://record/minicrm/contact/1", "Anna Nagy"),
    ],
)
@pytest.mark.usefixtures("crms")
def test_a_record_is_a_resource(uri: str, name: str) -> None:
    assert read_one(uri)["name"] == name


def test_an_ivinex_record_is_a_resource_by_its_modules_name(crms: CrmStub) -> None:
    crms.answer("GET /API/Records.php", {"Records": [{"collection_id": "8", "first_name": "Jo"}]})
    assert read_one("crm://record/ivinex/contact/8") == {"id": "8", "fields": {"first_name": "Jo"}}


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("crm://record/minicrm/project/99", "no project 99"),
        ("crm://record/minicrm/invoice/1", "Use project, contact, task, address"),
        ("crm://record/minicrm/project/abc", "digits only"),
        ("crm://schema/hubspot/Sales", "Use ivinex or minicrm"),
        ("crm://schema/minicrm/Sails", "Sales (3)"),
    ],
)
def test_what_is_not_there_is_told_in_words(crms: CrmStub, uri: str, told: str) -> None:
    crms.answer_status("GET /Api/R3/Project/99", 404, "Project (GET): not found")
    text, code = refusal_of(uri)
    assert told in text
    assert code == INVALID_PARAMS


def test_a_refused_login_is_told_without_the_login(crms: CrmStub) -> None:
    crms.answer_status("GET /Api/R3/Category", 401, "wrong demo-api-key")
    text, code = refusal_of("crm://modules")
    assert "MiniCRM" in text
    assert "demo-api-key" not in text
    assert code == INTERNAL_ERROR


@pytest.mark.usefixtures("crms")
@pytest.mark.parametrize("given", [{}, {"user": ""}, {"user": "  "}], ids=str)
def test_a_morning_overview_of_nobody_in_particular_is_mine(given: dict[str, str]) -> None:
    text = in_session(lambda client: read_prompt(client, "morning_overview", given))
    assert 'user="2"' in text
    assert 'user=""' not in text


WRONG_PROMPTS = [
    ("morning_overview", {"users": "Jane"}, "unknown argument 'users' (did you mean 'user'?). Arguments: user."),
    ("morning_overview", {"owner": "Jane"}, "unknown argument 'owner' (did you mean 'user'?). Arguments: user."),
    ("pipeline_review", {"module": ""}, "pipeline_review: module is required. Arguments: module."),
    ("module_review", {"color": "red"}, "unknown argument 'color'; module is required. Arguments: module, group_by."),
]


@pytest.mark.usefixtures("crms")
@pytest.mark.parametrize(("name", "given", "says"), WRONG_PROMPTS)
def test_a_prompt_filled_in_wrongly_says_what_it_takes(name: str, given: dict[str, str], says: str) -> None:
    async def play(client: Client) -> None:
        with pytest.raises(MCPError, match=re.escape(says)) as refused:
            await client.get_prompt(name, given)
        assert refused.value.code == INVALID_PARAMS

    in_session(play)


async def read_prompt(client: Client, name: str, given: dict[str, str]) -> str:
    (message,) = (await client.get_prompt(name, given)).messages
    assert isinstance(message.content, TextContent)
    return message.content.text


@pytest.mark.usefixtures("crms")
def test_every_prompt_names_only_tools_that_are_there() -> None:
    async def play(client: Client) -> None:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        prompts = (await client.list_prompts()).prompts
        assert {prompt.name for prompt in prompts} >= {"morning_overview", "contact_brief", "pipeline_review"}
        for prompt in prompts:
            given = {one.name: "7d" if one.name == "since" else "Sales" for one in prompt.arguments or []}
            text = await read_prompt(client, prompt.name, given)
            words = {word.strip(".,;:()'\"") for word in text.split()}
            named = {word for word in words if word.split("_")[0] in ("search", "get", "list", "find", "summarize")}
            assert {word for word in named if "_" in word} <= tools, prompt.name
            assert "Change nothing." in text

    in_session(play)


@pytest.mark.usefixtures("crms")
def test_modules_statuses_and_users_are_suggested_by_name() -> None:
    assert suggestions(PromptReference(name="pipeline_review"), "module", "s") == [
        "Sales",
        "Support",
        "Business",
        "Person",
    ]
    assert suggestions(PromptReference(name="morning_overview"), "user", "ja") == ["Jane Roe"]
    assert suggestions(SCHEMA, "crm") == ["ivinex", "minicrm"]
    assert suggestions(SCHEMA, "module", crm="ivinex") == ["contact", "note"]
    assert suggestions(SCHEMA, "status", module="Sales", crm="minicrm") == ["New", "Won"]
    assert suggestions(RECORD, "kind", "t", crm="minicrm") == ["task", "contact", "project"]


def test_nothing_is_suggested_while_the_crm_cannot_answer(crms: CrmStub) -> None:
    crms.answer_status("GET /Api/R3/Category", 500, "out of order")
    assert suggestions(PromptReference(name="pipeline_review"), "module") == []


@pytest.mark.usefixtures("crms")
def test_what_depends_on_the_settings_alone_may_be_kept_and_what_a_crm_holds_may_not() -> None:
    async def play(client: Client) -> None:
        lists = [await client.list_tools(), await client.list_prompts(), await client.list_resource_templates()]
        assert [one.ttl_ms for one in lists] == [3_600_000] * 3
        assert not (await client.read_resource("crm://modules")).ttl_ms

    in_session(play)


@pytest.mark.usefixtures("crms")
@pytest.mark.parametrize("read_only", [False, True])
def test_the_instructions_speak_of_writing_only_where_there_is_some(*, read_only: bool) -> None:
    async def run() -> str:
        async with assistant(read_only=read_only) as client:
            return client.instructions or ""

    assert ("dry_run" in asyncio.run(run())) is not read_only
