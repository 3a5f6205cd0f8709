"""Each user of a team's service works with a login of their own, and meets nothing of anybody else's."""

from __future__ import annotations

import asyncio
import contextlib
import json
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
from tests.support.logins_file import entry_of, write_logins, write_text
from tests.support.mcp_play import both_crms, call, fail
from tests.support.task_play import TASKS, get, over, start
from tests.support.team import Team, oauth_of
from tests.support.token_issuer import issuing
from tests.support.transports import ERAS, Era, http_process, run_warm

pytestmark = pytest.mark.slow

OWN_TOKEN = "The-token-of-the-settings"
MANY = 30
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
    settings: dict[str, str]

    @property
    def entries(self) -> dict[str, Any]:
        return {
            "anna": entry_of(self.anna, name="Anna"),
            "anna2": entry_of(self.anna),
            "bela": entry_of(self.bela),
            "carla": entry_of(self.bela, read_only=True),
            **{f"user {at}": entry_of((self.anna, self.bela)[at % 2]) for at in range(MANY)},
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
        settings = {
            **both_crms(fake_server.url),
            **oauth_of(issuer),
            "CRM_MCP_HTTP_TOKEN": OWN_TOKEN,
            "CRM_MCP_LOGINS": str(file),
            "CRM_MCP_STORE": str(folder / "store"),
            "CRM_MCP_CALL_BUDGET_S": "4",
        }
        write_logins(file, Office("", issuer, anna, bela, file, log, settings).entries)
        with http_process(settings, str(folder), log=errors) as (_, url):
            yield Office(url, issuer, anna, bela, file, log, settings)


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


def test_thirty_users_at_once_work_each_in_their_own_account(office: Office) -> None:
    office.anna.reset()
    office.bela.reset()

    async def name_for(subject: str) -> str:
        async with office.client_of(subject) as client:
            return (await call(client, "get_project", project_id="6002"))["name"]

    async def play() -> list[str]:
        async with two(office, "anna", "bela") as (anna, bela):
            await call(anna, "update_project", project_id="6002", fields={"Name": "Of Anna"})
            await call(bela, "update_project", project_id="6002", fields={"Name": "Of Bela"})
        return await asyncio.gather(*(name_for(f"user {at}") for at in range(MANY)))

    assert asyncio.run(play()) == ["Of Anna", "Of Bela"] * (MANY // 2)


async def until_refused(office: Office, subject: str, *, is_refused: bool) -> None:
    """Return once somebody is kept out, or let in."""
    async with asyncio.timeout(30):
        while ((await asyncio.to_thread(hello, office, office.bearer(subject))).status_code == 403) is not is_refused:  # noqa: ASYNC110  # a file is looked at once a second
            await asyncio.sleep(0.1)


async def until_news_end(office: Office, headers: dict[str, str], is_open: asyncio.Event) -> None:
    """Open the stream on which a client of a session waits for news, and return once it has ended."""
    accept = {"Accept": "text/event-stream"}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=60) as http,
        http.stream("GET", office.url, headers={**headers, **accept}) as response,
    ):
        assert response.status_code == 200
        is_open.set()
        with contextlib.suppress(httpx.RemoteProtocolError):
            await response.aread()


def test_a_new_entry_works_and_a_call_in_flight_ends_though_its_entry_goes(office: Office) -> None:
    slow = "/Api/R3/Project/6004"

    async def play() -> None:
        await until_refused(office, "dora", is_refused=True)
        write_logins(office.file, office.entries | {"dora": entry_of(office.bela)})
        await until_refused(office, "dora", is_refused=False)
        async with two(office, "dora", "bela", mode="legacy") as (dora, bela):
            await call(dora, "get_project", project_id="6002")
            office.bela.faults({"match": {"path": slow}, "fault": {"kind": "latency", "delay_s": 3.5}})
            calling = asyncio.create_task(call(dora, "get_project", project_id="6004"))
            while not office.bela.requests(path=slow):  # noqa: ASYNC110  # nothing tells of it
                await asyncio.sleep(0.02)
            session = {"Mcp-Session-Id": hello(office, office.bearer("dora")).headers["mcp-session-id"]}
            is_open = asyncio.Event()
            news = asyncio.create_task(until_news_end(office, {**office.bearer("dora"), **session}, is_open))
            await is_open.wait()
            write_logins(office.file, office.entries)
            await until_refused(office, "dora", is_refused=True)
            assert not calling.done()
            assert not news.done()
            assert (await calling)["id"] == "6004"
            await news
            assert (await call(bela, "get_project", project_id="6002"))["id"] == "6002"

    office.bela.reset()
    asyncio.run(play())


@pytest.mark.parametrize("era", ERAS)
def test_a_connected_client_works_with_the_new_login_when_the_entry_changes(office: Office, era: Era) -> None:
    for fake, name in ((office.anna, "Of Anna"), (office.bela, "Of Bela")):
        fake.reset()
        httpx.put(
            f"{fake.url}/Api/R3/Project/6002", json={"Name": name}, auth=fake.minicrm, trust_env=False
        ).raise_for_status()

    async def play() -> None:
        async with office.client_of("emil", mode=era) as emil:
            assert (await call(emil, "get_project", project_id="6002"))["name"] == "Of Anna"
            write_logins(office.file, office.entries | {"emil": entry_of(office.bela)})
            async with asyncio.timeout(30):
                while (await call(emil, "get_project", project_id="6002"))["name"] == "Of Anna":  # noqa: ASYNC110
                    await asyncio.sleep(0.1)

    write_logins(office.file, office.entries | {"emil": entry_of(office.anna)})
    asyncio.run(until_refused(office, "emil", is_refused=False))
    asyncio.run(play())
    write_logins(office.file, office.entries)
    asyncio.run(until_refused(office, "emil", is_refused=True))


def test_the_audit_names_the_user_as_the_file_does(office: Office, tmp_path: Path) -> None:
    async def wrote_by(subject: str) -> str:
        async with office.client_of(subject) as client:
            return (await call(client, "update_project", **RENAMED))["write_id"]

    wrote = [asyncio.run(wrote_by(subject)) for subject in ("anna", "anna2")]
    of_anna = office.anna.env | {"CRM_MCP_STORE": office.settings["CRM_MCP_STORE"]}
    listed = run_warm("audit", "--json", settings=of_anna, cwd=tmp_path)
    who = {entry["write_id"]: entry["who"] for entry in json.loads(listed.stdout)["writes"]}
    assert who[wrote[0]].endswith(", Anna")
    assert ", user " in who[wrote[1]]
    assert "anna2" not in listed.stdout


def test_doctor_tries_each_login_and_names_nobody_where_its_words_may_be_kept(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "logins.json"
    wrong = entry_of(office.bela)
    wrong["minicrm"]["api_key"] = "s3cret"
    write_logins(file, {"auth0|anna": entry_of(office.anna), "auth0|bela": wrong})
    settings = {**oauth_of(office.issuer), "CRM_MCP_LOGINS": str(file)}
    said = run_warm("doctor", settings=settings, cwd=tmp_path)
    assert said.returncode == 1
    first, second = (line for line in said.stdout.splitlines() if "MiniCRM" in line)
    assert first.startswith("ok      entry 1 (user ")
    assert second.startswith("PROBLEM entry 2 (user ")
    assert "2 users have a login" in said.stdout
    for kept_back in ("auth0", "s3cret", office.anna.minicrm[1]):
        assert kept_back not in said.stdout + said.stderr


@pytest.mark.parametrize(
    ("text", "has_issuer", "said"),
    [
        ('{"auth0|anna": {}}', True, "entry 1: it has no CRM"),
        ("{}", False, "Set CRM_MCP_OAUTH_ISSUER and CRM_MCP_OAUTH_AUDIENCE"),
    ],
)
def test_a_service_does_not_begin_with_logins_that_it_cannot_use(
    office: Office, tmp_path: Path, text: str, has_issuer: bool, said: str
) -> None:
    file = tmp_path / "logins.json"
    write_text(file, text)
    issuer = oauth_of(office.issuer) if has_issuer else {}
    ended = run_warm("serve", "--transport", "http", settings={**issuer, "CRM_MCP_LOGINS": str(file)}, cwd=tmp_path)
    assert ended.returncode == 2
    assert said in ended.stderr
