"""Each user of a team's service works with a login of their own, and meets nothing of anybody else's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, MCPError
from mcp.client.extension import advertise
from mcp.types import ElicitResult, InputRequiredResult

from mockserver.fake_process import FakeServer
from mockserver.testing.crm_fake import CrmFake
from tests.crm_mcp.http_service.app_client import ACCEPT, HELLO
from tests.crm_mcp.safe_writes.playing import User
from tests.support.logins_file import entry_of, write_logins
from tests.support.mcp_play import both_crms, call, fail
from tests.support.task_play import TASKS, get, over, start
from tests.support.team import Team, oauth_of
from tests.support.token_issuer import issuing
from tests.support.transports import ERAS, Era, http_process

pytestmark = pytest.mark.slow

OWN_TOKEN = "The-token-of-the-settings"
RENAMED = {"project_id": "6002", "fields": {"Name": "Renamed"}}
PERSON = {"type": "Person", "fields": {"FirstName": "Dora", "LastName": "Of-Nobody"}}
TRASH = {"project_id": "6001", "fields": {"Deleted": 1}}


@dataclass(frozen=True)
class Office(Team):
    """A service with a login for each: `anna` and `anna2` share one, `bela` has another."""

    anna: CrmFake
    bela: CrmFake
    file: Path
    log: Path

    @property
    def entries(self) -> dict[str, Any]:
        return {
            "anna": entry_of(self.anna, name="Anna"),
            "anna2": entry_of(self.anna),
            "bela": entry_of(self.bela),
            "carla": entry_of(self.bela, read_only=True),
        }


@pytest.fixture(scope="module")
def office(fake_server: FakeServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    file, log = folder / "logins.json", folder / "log"
    with (
        fake_server.new_workspace() as anna,
        fake_server.new_workspace() as bela,
        issuing() as issuer,
        log.open("w") as errors,
    ):
        office = Office("", issuer, anna, bela, file, log)
        write_logins(file, office.entries)
        settings = {
            **both_crms(fake_server.url),
            **oauth_of(issuer),
            "CRM_MCP_HTTP_TOKEN": OWN_TOKEN,
            "CRM_MCP_LOGINS": str(file),
            "CRM_MCP_STORE": str(folder / "store"),
            "CRM_MCP_CALL_BUDGET_S": "4",
        }
        with http_process(settings, str(folder), log=errors) as (_, url):
            yield Office(url, issuer, anna, bela, file, log)


@contextlib.asynccontextmanager
async def two(office: Office, one: str, other: str, **options: Any) -> AsyncGenerator[tuple[Client, Client]]:
    async with office.client_of(one, **options) as first, office.client_of(other, **options) as second:
        yield first, second


def hello(office: Office, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(office.url, json=HELLO, headers={**ACCEPT, **headers}, trust_env=False)


@pytest.mark.parametrize("era", ERAS)
def test_each_user_works_in_the_account_of_their_own_login(office: Office, era: Era) -> None:
    office.anna.reset()
    office.bela.reset()

    async def play() -> None:
        async with two(office, "anna", "bela", mode=era, elicitation_callback=User()) as (anna, bela):
            await call(anna, "update_project", project_id="6002", fields={"Name": "Of Anna"})
            await call(bela, "update_project", project_id="6002", fields={"Name": "Of Bela"})
            assert (await call(anna, "get_project", project_id="6002"))["name"] == "Of Anna"
            assert (await call(bela, "get_project", project_id="6002"))["name"] == "Of Bela"
            found = await call(bela, "query_crm", sql="select name from minicrm_projects where id = 6002")
            assert found["rows"] == [["Of Bela"]]

    asyncio.run(play())


def test_what_one_login_made_means_nothing_to_another(office: Office) -> None:
    office.anna.reset()

    async def play() -> None:
        async with two(office, "anna", "bela", elicitation_callback=User()) as (anna, bela):
            plan = (await call(anna, "update_project", **RENAMED, dry_run=True))["plan_id"]
            assert "plan" in await fail(bela, "update_project", plan_id=plan)
            wrote = (await call(anna, "create_contact", **PERSON, idempotency_key="k1"))["write_id"]
            assert "write" in await fail(bela, "undo_write", write_id=wrote)
            own = await call(bela, "create_contact", **PERSON, idempotency_key="k1")
            assert own["write_id"] != wrote
            page = await call(anna, "search_projects", module="Sales", limit=1)
            assert "cursor" in await fail(bela, "search_projects", module="Sales", cursor=page["next_cursor"])
            export = await call(anna, "export_search", tool="search_projects", arguments={"module": "Sales"})
            with pytest.raises(MCPError, match="no such export"):
                await bela.read_resource(export["uri"])
            assert (await anna.read_resource(export["uri"])).contents

    asyncio.run(play())


def test_a_question_and_a_task_are_the_users_alone_also_where_two_share_a_login(office: Office) -> None:
    office.anna.reset()
    yes = ElicitResult(action="accept", content={"confirm": True})

    async def play(other: str) -> None:
        options = {"elicitation_callback": User(), "extensions": [advertise(TASKS)]}
        async with two(office, "anna", other, **options) as (anna, another):
            asked = await anna.session.call_tool("update_project", TRASH, allow_input_required=True)
            assert isinstance(asked, InputRequiredResult)
            replies = dict.fromkeys(asked.input_requests or {}, yes)
            with pytest.raises(MCPError, match="Invalid or expired requestState"):
                await another.session.call_tool(
                    "update_project", TRASH, input_responses=dict(replies), request_state=asked.request_state
                )
            office.anna.faults({"match": {"path": "/Api/R3/Project/6003"}, "fault": {"kind": "latency", "delay_s": 3}})
            task_id = (await start(anna, "get_project", project_id="6003"))["taskId"]
            with pytest.raises(MCPError, match="no such task"):
                await get(another, task_id)
            assert (await over(anna, task_id))["status"] == "completed"

    for other in ("anna2", "bela"):
        asyncio.run(play(other))


def test_a_session_is_its_users_alone(office: Office) -> None:
    session = {"Mcp-Session-Id": hello(office, office.bearer("anna")).headers["mcp-session-id"]}
    listing: dict[str, Any] = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}

    def status(subject: str) -> int:
        headers = {**ACCEPT, **office.bearer(subject), **session}
        return httpx.post(office.url, json=listing, headers=headers, trust_env=False).status_code

    assert status("anna") == 200
    assert [status("anna2"), status("bela")] == [404, 404]


def test_who_has_no_entry_is_let_in_nowhere_and_told_what_to_do(office: Office) -> None:
    refused = hello(office, office.bearer("auth0|nobody-of-this-name"))
    assert refused.status_code == 403
    assert "CRM_MCP_LOGINS" in refused.json()["error_description"]
    assert "nobody-of-this-name" not in office.log.read_text()


def test_the_token_of_the_settings_has_the_servers_own_login(office: Office) -> None:
    assert hello(office, {"Authorization": f"Bearer {OWN_TOKEN}"}).status_code == 200


def test_an_entry_may_only_read(office: Office) -> None:
    async def names() -> set[str]:
        async with office.client_of("carla") as carla:
            return {tool.name for tool in (await carla.list_tools()).tools}

    assert "get_project" in (found := asyncio.run(names()))
    assert "update_project" not in found
