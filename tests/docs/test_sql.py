"""Each SQL statement that the prompts and the skill show is answered on the demo data."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from mcp import Client
from mcp.types import TextContent, TextResourceContents

from crm_mcp.registry import CONNECTORS
from mockserver.fake_process import FakeServer, running_fake
from tests.support.mcp_play import assistant, both_crms, call
from tests.support.prompt_play import statements_in

pytestmark = pytest.mark.slow

GIVEN = {"user": "101", "contact": "Anna Kovács", "since": "30d", "group_by": "contact_type"}
MODULES = {"module_review": "contact"}


@pytest.fixture(scope="module")
def demo() -> Iterator[FakeServer]:
    with running_fake("--seed", "demo") as server:
        yield server


@pytest.fixture(autouse=True)
def connected(demo: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in both_crms(demo.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CRM_MCP_STORE", "memory")


async def statements_of_skill(client: Client, language: str) -> list[str]:
    (content,) = (await client.read_resource(f"skill://crm-{language}/references/playbooks.md")).contents
    assert isinstance(content, TextResourceContents)
    return statements_in(content.text)


async def statements_of_prompts(client: Client) -> list[str]:
    found: list[str] = []
    for prompt in (await client.list_prompts()).prompts:
        names = [one.name for one in prompt.arguments or []]
        given = {name: GIVEN.get(name, MODULES.get(prompt.name, "Sales")) for name in names}
        (message,) = (await client.get_prompt(prompt.name, given)).messages
        assert isinstance(message.content, TextContent)
        statements = statements_in(message.content.text)
        assert statements, prompt.name
        found += statements
    return found


def answerable(statements: Sequence[str]) -> list[str]:
    """Return the statements that name no table of a CRM that has no replica."""
    without = [crm.name for crm in CONNECTORS if not crm.has_replica]
    return [one for one in statements if not any(f"{name}_" in one for name in without)]


async def answer_all(client: Client, statements: Sequence[str]) -> list[Any]:
    answers = [await call(client, "query_crm", sql=statement) for statement in answerable(statements)]
    assert [one.get("note") for one in answers if not one["exact"]] == []
    return answers


@pytest.mark.parametrize("language", ["en", "hu"])
def test_the_statements_of_the_skill_are_answered(language: str) -> None:
    async def play() -> None:
        async with assistant() as client:
            statements = await statements_of_skill(client, language)
            assert len(statements) > 12
            await answer_all(client, statements)

    asyncio.run(play())


@pytest.mark.parametrize("language", ["en", "hu"])
def test_the_statements_of_the_prompts_are_answered(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_LANGUAGE", language)

    async def play() -> None:
        async with assistant() as client:
            statements = await statements_of_prompts(client)
            assert len(statements) > 10
            await answer_all(client, statements)

    asyncio.run(play())


def test_the_table_that_the_description_of_a_module_names_can_be_asked() -> None:
    async def play() -> None:
        async with assistant() as client:
            modules = (await call(client, "list_modules"))["items"]
            described = [
                await call(client, "describe_module", crm=one["crm"], module=one["id"])
                for one in [*modules, {"crm": "minicrm", "id": "Person"}]
            ]
            named = {one["name"]: one["table"] for one in described if "table" in one}
            assert named["Kivitelezés"] == "minicrm_projects_kivitelezes"
            assert named["Person"] == "minicrm_contacts"
            assert named["contact"] == "ivinex_contact"
            await answer_all(client, [f"select count(*) from {table}" for table in named.values()])

    asyncio.run(play())
