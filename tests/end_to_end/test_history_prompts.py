"""The prompts on history find what somebody else did in the CRM, as it was seen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.types import TextContent

from mockserver.fake_process import FakeServer, running_fake
from tests.support.mcp_play import assistant, both_crms, call
from tests.support.prompt_play import statements_in

pytestmark = pytest.mark.slow

LOST, OFFER_SENT = "2105", "2103"
DESK = 6002
"""A card of Sales in the status "Offer sent", of Nagy Eszter."""


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    with running_fake("--seed", "demo") as server:
        for name, value in both_crms(server.url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("CRM_MCP_STORE", "memory")
        yield server


def edit(server: FakeServer, card: int, **fields: str) -> None:
    """Change a card as somebody else does."""
    response = httpx.put(f"{server.url}/Api/R3/Project/{card}", json=fields, auth=("10001", "demo-api-key"))
    assert response.status_code == 200, response.text


async def ask(client: Client, prompt: str, **given: str) -> list[list[dict[str, Any]]]:
    """Return the rows of each statement of a prompt, read anew."""
    (message,) = (await client.get_prompt(prompt, given)).messages
    assert isinstance(message.content, TextContent)
    found: list[list[dict[str, Any]]] = []
    for statement in statements_in(message.content.text):
        answer = await call(client, "query_crm", sql=statement, fresh=True)
        found.append([dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]])
    return found


async def look(client: Client) -> None:
    await call(client, "query_crm", sql="select count(*) from minicrm_projects", fresh=True)


def test_a_card_that_somebody_lost_gave_away_or_trashed_is_found_with_its_person(demo: FakeServer) -> None:
    async def play() -> None:
        async with assistant() as client:
            await look(client)
            edit(demo, DESK, StatusId=LOST)
            edit(demo, 6003, UserId="103")
            edit(demo, 6006, Deleted="1")
            lost, taken = await ask(client, "lost_cards")
            assert [(one["id"], one["status_before"], one["user"]) for one in lost] == [
                (DESK, "Offer sent", "Nagy Eszter")
            ]
            assert {(one["id"], one["field"], str(one["new"])) for one in taken} == {
                (6003, "user", "Emma Clarke"),
                (6006, "deleted", "1"),
            }

    asyncio.run(play())


def test_what_changed_counts_and_names_what_was_seen(demo: FakeServer) -> None:
    async def play() -> None:
        async with assistant() as client:
            await look(client)
            edit(demo, DESK, StatusId=LOST)
            counted, listed = await ask(client, "what_changed", since="yesterday")
            assert [(one["kind"], one["field"], one["changes"]) for one in counted] == [("projects", "status", 1)]
            assert [(one["name"], one["old"], one["new"]) for one in listed] == [
                ("Reception desk", "Offer sent", "Lost")
            ]

    asyncio.run(play())


def test_time_in_status_counts_each_stay_and_says_which_have_not_ended(demo: FakeServer) -> None:
    async def play() -> None:
        async with assistant() as client:
            await look(client)
            edit(demo, DESK, StatusId=LOST)
            await look(client)
            edit(demo, DESK, StatusId=OFFER_SENT)
            (stays,) = await ask(client, "time_in_status", module="Sales")
            assert {(one["status"], one["stays"], one["not_ended"]) for one in stays} == {
                ("Lost", 1, 0),
                ("Offer sent", 1, 1),
            }

    asyncio.run(play())
