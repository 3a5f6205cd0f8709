"""A client behind a balancer neither knows nor minds which process of the store answers, in both eras."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from mockserver.fake_process import running_fake
from tests.crm_mcp.safe_writes.playing import Fake, User
from tests.support.mcp_play import both_crms, call
from tests.support.round_robin import RoundRobin, balancing
from tests.support.transports import ERAS, Era, http_process

pytestmark = pytest.mark.slow

ACCEPT = {"Accept": "application/json, text/event-stream"}
TRASH = {"project_id": "6001", "fields": {"Deleted": 1}}


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with running_fake("--seed", "demo") as server:
        yield Fake(server.url)


@contextlib.contextmanager
def two_processes(fake: Fake, store: str, folder: Path) -> Generator[tuple[RoundRobin, str, subprocess.Popen[str]]]:
    fake.reset()
    settings = {**both_crms(fake.url), "CRM_MCP_STORE": store}
    with (
        http_process(settings, str(folder)) as (process, first),
        http_process(settings, str(folder)) as (_, second),
        balancing(first, second) as (balancer, url),
    ):
        yield balancer, url, process


@pytest.mark.parametrize("era", ERAS)
def test_a_session_is_gone_on_with_by_whichever_process_is_reached(
    fake: Fake, store_location: str, tmp_path: Path, era: Era
) -> None:
    user = User()

    async def play(url: str) -> None:
        async with Client(url, mode=era, elicitation_callback=user) as client:
            for _ in range(4):
                assert (await call(client, "get_project", project_id=6001))["id"] == "6001"
            done = await call(client, "update_project", **TRASH)
            assert done["write_id"]

    with two_processes(fake, store_location, tmp_path) as (balancer, url, _):
        asyncio.run(play(url))
        assert len(set(balancer.passed)) == 2
    assert len(user.asked) == 1
    assert len(fake.writes()) == 1


def test_a_session_outlives_the_process_that_began_it(fake: Fake, tmp_path: Path) -> None:
    async def play(url: str, process: subprocess.Popen[str]) -> None:
        async with Client(url, mode="legacy") as client:
            assert (await call(client, "get_project", project_id=6001))["id"] == "6001"
            process.kill()
            process.wait()
            for _ in range(3):
                assert (await call(client, "get_project", project_id=6001))["id"] == "6001"

    with two_processes(fake, str(tmp_path / "store"), tmp_path) as (_, url, process):
        asyncio.run(play(url, process))


def test_a_session_that_was_ended_or_never_begun_is_found_nowhere(fake: Fake, tmp_path: Path) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
    with two_processes(fake, str(tmp_path / "store"), tmp_path) as (_, url, _), httpx.Client(trust_env=False) as http:
        session = {"Mcp-Session-Id": http.post(url, json=hello, headers=ACCEPT).headers["Mcp-Session-Id"]}
        assert [http.post(url, json=ping, headers=ACCEPT | session).status_code for _ in range(4)] == [200] * 4
        assert http.delete(url, headers=ACCEPT | session).status_code == 200
        assert 404 in [http.post(url, json=ping, headers=ACCEPT | session).status_code for _ in range(2)]
        unknown = {"Mcp-Session-Id": "0123456789abcdef0123456789abcdef"}
        assert [http.post(url, json=ping, headers=ACCEPT | unknown).status_code for _ in range(2)] == [404] * 2


def begin(http: httpx.Client, url: str) -> dict[str, str]:
    """Begin a session of a client that can ask its user; return the headers of its further requests."""
    about: dict[str, Any] = {"capabilities": {"elicitation": {}}, "clientInfo": {"name": "t", "version": "1"}}
    params = {"protocolVersion": "2025-06-18", **about}
    opened = http.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}, headers=ACCEPT)
    headers = ACCEPT | {"Mcp-Session-Id": opened.headers["Mcp-Session-Id"]}
    http.post(url, json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=headers)
    return headers


def test_an_answer_reaches_the_question_of_its_own_session_alone(fake: Fake, tmp_path: Path) -> None:
    called = {"name": "update_project", "arguments": TRASH}
    with (
        two_processes(fake, str(tmp_path / "store"), tmp_path) as (balancer, _, _),
        httpx.Client(trust_env=False, timeout=60) as http,
    ):
        first, second = balancer.behind
        asking, other = begin(http, first), begin(http, second)
        call_it = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": called}
        with http.stream("POST", first, json=call_it, headers=asking) as response:
            messages = (
                json.loads(line[5:]) for line in response.iter_lines() if line.startswith("data:") and line[5:].strip()
            )
            question = next(message for message in messages if message.get("method") == "elicitation/create")
            yes = {"action": "accept", "content": {"confirm": True}}
            answer = {"jsonrpc": "2.0", "id": question["id"], "result": yes}
            assert http.post(second, json=answer, headers=other).status_code == 202
            time.sleep(1)  # five times as long as answers are looked for
            assert fake.writes() == []
            assert http.post(second, json=answer, headers=asking).status_code == 202
            assert "write_id" in json.dumps(next(message for message in messages if message.get("id") == 2))
    assert len(fake.writes()) == 1
