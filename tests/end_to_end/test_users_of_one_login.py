"""Several people of one service with one login: what each began stays theirs, and the audit tells them apart.

What belongs to the login, its records, plans and writes, is for all of them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import Client, MCPError
from mcp.client.extension import advertise
from mcp.types import CallToolResult, ElicitResult, InputRequiredResult

from mockserver.fake_process import running_fake
from tests.crm_mcp.safe_writes.playing import Fake, User
from tests.support.mcp_play import both_crms, call
from tests.support.task_play import TASKS, cancel, get, over, start
from tests.support.team import Team, oauth_of
from tests.support.token_issuer import issuing
from tests.support.transports import run_warm, serving_http

pytestmark = pytest.mark.slow

TRASH = {"project_id": "6001", "fields": {"Deleted": 1}}
PROJECT = "/Api/R3/Project/6001"


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with running_fake("--seed", "demo") as server:
        yield Fake(server.url)


@pytest.fixture(scope="module")
def settings(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    store = str(tmp_path_factory.mktemp("store"))
    return {**both_crms(fake.url), "CRM_MCP_STORE": store, "CRM_MCP_CALL_BUDGET_S": "4"}


@pytest.fixture(scope="module")
def team(settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with (
        issuing() as issuer,
        serving_http(settings | oauth_of(issuer), str(tmp_path_factory.mktemp("cwd"))) as url,
    ):
        yield Team(url, issuer)


async def ask(client: Client) -> InputRequiredResult:
    result = await client.session.call_tool("update_project", TRASH, allow_input_required=True)
    assert isinstance(result, InputRequiredResult), result
    return result


async def reply(client: Client, question: InputRequiredResult) -> CallToolResult:
    yes = ElicitResult(action="accept", content={"confirm": True})
    replies = dict.fromkeys(question.input_requests or {}, yes)
    return await client.session.call_tool(
        "update_project", TRASH, input_responses=dict(replies), request_state=question.request_state
    )


def test_a_question_to_one_user_is_answered_by_no_other(team: Team, fake: Fake) -> None:
    fake.reset()

    async def play() -> None:
        async with team.client_of("anna", elicitation_callback=User()) as anna:
            question = await ask(anna)
            async with team.client_of("bela", elicitation_callback=User()) as bela:
                with pytest.raises(MCPError, match="Invalid or expired requestState"):
                    await reply(bela, question)
            assert fake.writes() == []
            assert not (await reply(anna, question)).is_error

    asyncio.run(play())
    assert fake.writes() == [f"PUT {PROJECT}"]


def test_a_task_is_for_the_user_alone_who_made_it(team: Team, fake: Fake) -> None:
    fake.reset()

    async def play() -> None:
        async with (
            team.client_of("anna", extensions=[advertise(TASKS)]) as anna,
            team.client_of("bela", extensions=[advertise(TASKS)]) as bela,
        ):
            await call(anna, "get_project", project_id="6002")  # what is first used takes its time
            fake.answer_late(PROJECT, delay_s=3)
            task_id = (await start(anna, "get_project", project_id="6001"))["taskId"]
            for look in (get, cancel):
                with pytest.raises(MCPError, match="no such task"):
                    await look(bela, task_id)
            assert (await over(anna, task_id))["result"]["structuredContent"]["id"] == "6001"

    asyncio.run(play())


def test_the_audit_tells_which_user_wrote(team: Team, settings: dict[str, str], fake: Fake, tmp_path: Path) -> None:
    fake.reset()

    async def play(subject: str, name: str) -> str:
        async with team.client_of(subject) as client:
            return (await call(client, "update_project", project_id="6002", fields={"Name": name}))["write_id"]

    wrote = [asyncio.run(play(subject, name)) for subject, name in (("anna", "One"), ("bela", "Two"))]
    audit = run_warm("audit", "--json", settings=settings, cwd=tmp_path).stdout
    who = {entry["write_id"]: entry["who"] for entry in json.loads(audit)["writes"]}
    assert who[wrote[0]] != who[wrote[1]]
    assert all(", user " in who[write_id] for write_id in wrote)
    assert "anna" not in audit
