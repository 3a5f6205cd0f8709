"""A client behind a balancer neither knows nor minds which process of the store answers, in both eras.

One pair of servers on one PostgreSQL serves most tests; those that end a process have a pair of their own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, TextResourceContents

from mockserver.fake_process import running_fake
from tests.crm_mcp.safe_writes.playing import Fake, User
from tests.support.mcp_play import both_crms, call, fail
from tests.support.postgres import PostgresServer
from tests.support.round_robin import RoundRobin, balancing
from tests.support.transports import ERAS, Era, http_process

pytestmark = pytest.mark.slow

ACCEPT = {"Accept": "application/json, text/event-stream"}
TRASH = {"project_id": "6001", "fields": {"Deleted": 1}}
RENAME = {"project_id": "6001", "fields": {"Name": "Renamed"}}
READ = "/Api/R3/Project/6001"
_UNTIL_SEEN_S = 1.0
"""Longer than any of both looks for what was left for it."""


@dataclass
class Pair:
    """Two servers of one store, and a balancer in front of them."""

    balancer: RoundRobin
    url: str
    first: subprocess.Popen[str]


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with running_fake("--seed", "demo") as server:
        yield Fake(server.url)


@pytest.fixture(autouse=True)
def _a_fresh_account(fake: Fake) -> None:  # pyright: ignore[reportUnusedFunction]
    fake.reset()


@contextlib.contextmanager
def two_processes(fake: Fake, store: str, folder: Path) -> Generator[Pair]:
    settings = {**both_crms(fake.url), "CRM_MCP_STORE": store}
    with (
        http_process(settings, str(folder)) as (process, first),
        http_process(settings, str(folder)) as (_, second),
        balancing(first, second) as (balancer, url),
    ):
        yield Pair(balancer, url, process)


@pytest.fixture(scope="module")
def pair(fake: Fake, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with (
        postgres_server.new_database() as store,
        two_processes(fake, store, tmp_path_factory.mktemp("pair")) as running,
    ):
        yield running


@pytest.mark.parametrize("era", ERAS)
def test_a_session_is_gone_on_with_by_whichever_process_is_reached(pair: Pair, fake: Fake, era: Era) -> None:
    user = User()

    async def play() -> None:
        async with Client(pair.url, mode=era, elicitation_callback=user) as client:
            for _ in range(4):
                assert (await call(client, "get_project", project_id=6001))["id"] == "6001"
            done = await call(client, "update_project", **TRASH)
            assert done["write_id"]

    pair.balancer.passed.clear()
    asyncio.run(play())
    assert len(set(pair.balancer.passed)) == 2
    assert len(user.asked) == 1
    assert len(fake.writes()) == 1


@pytest.mark.parametrize("era", ERAS)
def test_a_session_and_an_export_outlive_the_process_that_made_them(fake: Fake, tmp_path: Path, era: Era) -> None:
    async def play(running: Pair) -> None:
        async with Client(running.url, mode=era) as client:
            export = await call(client, "export_search", tool="search_projects", arguments={"module": "Sales"})
            texts = [await read(client, export["uri"]) for _ in range(2)]
            running.first.kill()
            running.first.wait()
            for _ in range(3):
                assert (await call(client, "get_project", project_id=6001))["id"] == "6001"
                texts.append(await read(client, export["uri"]))
            assert len(texts[0].encode()) == export["bytes"]
            assert len(set(texts)) == 1
            with pytest.raises(MCPError, match=r"no such export.*60 minutes.*Call export_search again"):
                await read(client, export["uri"].replace("exports/", "exports/x"))

    with two_processes(fake, str(tmp_path / "store"), tmp_path) as running:
        asyncio.run(play(running))


async def read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


def test_a_session_that_was_ended_or_never_begun_is_found_nowhere(pair: Pair) -> None:
    ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
    with httpx.Client(trust_env=False, timeout=60) as http:
        session = begin(http, pair.url)
        assert [http.post(pair.url, json=ping, headers=session).status_code for _ in range(4)] == [200] * 4
        assert http.delete(pair.url, headers=session).status_code == 200
        assert 404 in [http.post(pair.url, json=ping, headers=session).status_code for _ in range(2)]
        unknown = ACCEPT | {"Mcp-Session-Id": "0123456789abcdef0123456789abcdef"}
        assert [http.post(pair.url, json=ping, headers=unknown).status_code for _ in range(2)] == [404] * 2


def begin(http: httpx.Client, url: str) -> dict[str, str]:
    """Begin a session of a client that can ask its user; return the headers of its further requests."""
    about: dict[str, Any] = {"capabilities": {"elicitation": {}}, "clientInfo": {"name": "t", "version": "1"}}
    params = {"protocolVersion": "2025-06-18", **about}
    opened = http.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}, headers=ACCEPT)
    headers = ACCEPT | {"Mcp-Session-Id": opened.headers["Mcp-Session-Id"]}
    http.post(url, json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=headers)
    return headers


@contextlib.contextmanager
def calling(
    http: httpx.Client, url: str, session: dict[str, str], arguments: dict[str, Any]
) -> Generator[Iterator[Any]]:
    """Call update_project; give the messages of its response as they come."""
    params = {"name": "update_project", "arguments": arguments}
    call_it = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}
    with http.stream("POST", url, json=call_it, headers=session) as response:
        yield (json.loads(line[5:]) for line in response.iter_lines() if line.startswith("data:") and line[5:].strip())


def test_an_answer_reaches_the_question_of_its_own_session_alone_and_once(pair: Pair, fake: Fake) -> None:
    first, second = pair.balancer.behind
    with httpx.Client(trust_env=False, timeout=20) as http:
        asking, other = begin(http, first), begin(http, second)
        with calling(http, first, asking, TRASH) as messages:
            question = next(message for message in messages if message.get("method") == "elicitation/create")
            yes = {"action": "accept", "content": {"confirm": True}}
            answer = {"jsonrpc": "2.0", "id": question["id"], "result": yes}
            assert http.post(second, json=answer, headers=other).status_code == 202
            time.sleep(_UNTIL_SEEN_S)
            assert fake.writes() == []
            for _ in range(2):
                assert http.post(second, json=answer, headers=asking).status_code == 202
            assert "write_id" in json.dumps(next(message for message in messages if message.get("id") == 2))
        assert http.post(second, json=answer, headers=asking).status_code == 202
    assert len(fake.writes()) == 1


CANCELLED = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}}


def test_a_cancellation_withdraws_the_question_of_another_process_but_none_of_another_session(
    pair: Pair, fake: Fake
) -> None:
    first, second = pair.balancer.behind
    with httpx.Client(trust_env=False, timeout=20) as http:
        asking, other = begin(http, first), begin(http, second)
        with calling(http, first, asking, TRASH) as messages:
            question = next(message for message in messages if message.get("method") == "elicitation/create")
            assert http.post(second, json=CANCELLED, headers=other).status_code == 202
            time.sleep(_UNTIL_SEEN_S)
            assert http.post(second, json=CANCELLED, headers=asking).status_code == 202
            rest = list(messages)
        assert [message["error"]["message"] for message in rest if message.get("id") == 2] == ["Request cancelled"]
        late = {"jsonrpc": "2.0", "id": question["id"], "result": {"action": "accept", "content": {"confirm": True}}}
        http.post(second, json=late, headers=asking)
        time.sleep(_UNTIL_SEEN_S)
    assert fake.writes() == []


def test_a_write_that_another_process_has_not_begun_is_not_made_once_it_is_cancelled(pair: Pair, fake: Fake) -> None:
    first, second = pair.balancer.behind
    fake.answer_late(READ, delay_s=3)
    with httpx.Client(trust_env=False, timeout=20) as http:
        session = begin(http, first)
        with calling(http, first, session, RENAME) as messages:
            wait_until_asked(fake)
            assert http.post(second, json=CANCELLED, headers=session).status_code == 202
            assert "Request cancelled" in json.dumps(list(messages))
        fake.mend()
        assert http.post(second, json={"jsonrpc": "2.0", "id": 3, "method": "ping"}, headers=session).status_code == 200
    assert fake.writes() == []


def wait_until_asked(fake: Fake) -> None:
    """Return once the record was asked for, which is answered late."""
    deadline = time.monotonic() + 20
    while f"GET {READ}" not in fake.requests():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_closing_the_response_cancels_a_newer_call_through_the_balancer(pair: Pair, fake: Fake) -> None:
    fake.answer_late(READ, delay_s=2)

    async def play() -> None:
        async with Client(pair.url, mode="auto") as client:
            calling = asyncio.create_task(client.call_tool("update_project", RENAME))
            await asyncio.to_thread(wait_until_asked, fake)
            calling.cancel()
            await asyncio.wait({calling})
            assert (await call(client, "get_project", project_id=6001))["id"] == "6001"  # as late as the other
            assert fake.writes() == []

    asyncio.run(play())


@pytest.mark.parametrize("era", ERAS)
def test_a_plan_of_one_process_is_applied_once_by_both(pair: Pair, fake: Fake, era: Era) -> None:
    async def play() -> None:
        first, second = pair.balancer.behind
        async with Client(first, mode=era) as one, Client(second, mode=era) as other:
            plan = await call(one, "update_project", **RENAME, dry_run=True)
            named = {"plan_id": plan["plan_id"]}
            both = await asyncio.gather(*(client.call_tool("update_project", named) for client in (one, other)))
            assert any(isinstance(result, CallToolResult) and not result.is_error for result in both), both
            assert "was applied already: 1 of 1 done" in await fail(other, "update_project", **named)

    asyncio.run(play())
    assert fake.writes() == [f"PUT {READ}"]


@pytest.mark.parametrize("era", ERAS)
def test_a_key_at_both_processes_at_once_creates_one_record(pair: Pair, fake: Fake, era: Era) -> None:
    new = {"project_id": "6001", "comment": "Call", "deadline": "2030-01-02", "idempotency_key": f"key of {era}"}

    async def play() -> set[str]:
        first, second = pair.balancer.behind
        async with Client(first, mode=era) as one, Client(second, mode=era) as other:
            both = await asyncio.gather(*(call(client, "create_task", **new) for client in (one, other)))
            other_words = {**new, "comment": "Write"}
            assert "used with other arguments" in await fail(other, "create_task", **other_words)
            return {made["id"] for made in both}

    assert len(asyncio.run(play())) == 1
    assert len(fake.writes()) == 1


@pytest.mark.parametrize("era", ERAS)
def test_a_session_goes_on_after_the_store_was_cut_off(
    pair: Pair, postgres_server: PostgresServer, fake: Fake, era: Era
) -> None:
    user = User()

    async def play() -> None:
        async with Client(pair.url, mode=era, elicitation_callback=user) as client:
            await call(client, "get_project", project_id=6001)
            postgres_server.disconnect_all()
            for _ in range(3):
                await call(client, "get_project", project_id=6001)
            postgres_server.disconnect_all()
            assert (await call(client, "update_project", **TRASH))["write_id"]

    asyncio.run(play())
    assert len(fake.writes()) == 1
