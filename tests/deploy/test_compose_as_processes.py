"""What compose.yaml starts works together: a proxy, two servers and a PostgreSQL, with no container engine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncGenerator, Generator, Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import httpx2
import pytest
import trustme
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from mockserver.fake_process import running_fake
from tests.crm_mcp.safe_writes.playing import Fake, User
from tests.deploy.compose_file import ROOT, SERVERS
from tests.deploy.processes import HAPROXY, Stack, running_stack
from tests.support.mcp_play import call
from tests.support.postgres import PostgresServer
from tests.support.round_robin import balancing
from tests.support.transports import ERAS, Era

pytestmark = [pytest.mark.slow]
TRASH = {"project_id": "6001", "fields": {"Deleted": 1}}
needs_haproxy = pytest.mark.skipif(not HAPROXY, reason="HAProxy is not installed here")


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with running_fake("--seed", "demo") as server:
        yield Fake(server.url)


@pytest.fixture(scope="module")
def stack(fake: Fake, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("compose")
    authority = httpx.get(f"{fake.url}/_control/ca.pem", trust_env=False).raise_for_status().content
    (folder / "ca.pem").write_bytes(authority)
    https = fake.url.replace("http://127.0.0.1", "https://localhost")
    with running_stack(folder, postgres_server, https) as stack:
        yield stack


@contextlib.contextmanager
def proxied(stack: Stack) -> Generator[str]:
    """Yield the address of the proxy; without HAProxy a balancer stands for it."""
    if HAPROXY:
        yield stack.url
        return
    with balancing(*(f"http://127.0.0.1:{stack.ports[name]}/mcp" for name in SERVERS)) as (_, url):
        yield url


@contextlib.asynccontextmanager
async def connected(stack: Stack, url: str, era: Era, user: User) -> AsyncGenerator[Client]:
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {stack.token}"}, trust_env=False, timeout=30)
    transport = streamable_http_client(url, http_client=http)
    async with http, Client(transport, mode=era, elicitation_callback=user) as client:
        yield client


@pytest.mark.parametrize(("era", "killed"), [*zip(ERAS, SERVERS, strict=True)])
def test_a_client_is_served_by_whichever_server_lives(stack: Stack, fake: Fake, era: Era, killed: str) -> None:
    fake.reset()
    user = User()

    async def play(url: str) -> None:
        async with connected(stack, url, era, user) as client:
            assert (await call(client, "get_project", project_id=6001))["id"] == "6001"
            stack.kill(killed)
            for _ in range(3):
                assert (await call(client, "get_project", project_id=6001))["id"] == "6001"
            assert (await call(client, "update_project", **TRASH))["write_id"]

    with proxied(stack) as url:
        asyncio.run(play(url))
    stack.start(killed)
    assert len(user.asked) == len(fake.writes()) == 1


@needs_haproxy
def test_servers_are_replaced_one_after_the_other_and_nothing_is_lost_or_doubled(stack: Stack, fake: Fake) -> None:
    fake.reset()
    is_over = asyncio.Event()
    ids: list[str] = []

    async def write_on() -> None:
        async with connected(stack, stack.url, "auto", User()) as client:
            while not is_over.is_set():
                text = f"Task {len(ids)}"
                task = {"project_id": "6001", "comment": text, "idempotency_key": text}
                try:
                    result = await client.call_tool("create_task", task)
                except MCPError:  # on a slow machine a call may last longer than an ending server waits
                    continue
                assert isinstance(result, CallToolResult)
                if result.is_error:
                    assert "Nothing was written" in str(result.content)
                else:
                    ids.append(cast("dict[str, Any]", result.structured_content)["id"])

    async def replace() -> None:
        for name in SERVERS:
            before = len(ids)
            while len(ids) < before + 3:  # noqa: ASYNC110  # the other task writes
                await asyncio.sleep(0.02)
            assert await asyncio.to_thread(stack.kill, name, signal.SIGTERM) == 0
            await asyncio.to_thread(stack.start, name)
        is_over.set()

    async def play() -> None:
        await asyncio.gather(write_on(), replace())

    asyncio.run(play())
    assert len(ids) == len({*ids}) == len(fake.writes())


@needs_haproxy
def test_what_a_dying_server_was_sent_is_not_sent_to_the_other(stack: Stack, fake: Fake) -> None:
    fake.reset()
    fake.break_writes("*", "latency", delay_s=3)
    first, second = SERVERS
    stack.kill(second)

    async def play() -> None:
        async with connected(stack, stack.url, "auto", User()) as client:
            sent = asyncio.create_task(client.call_tool("create_task", {"project_id": "6001", "comment": "Once"}))
            while not fake.writes():  # noqa: ASYNC110  # another process sends
                await asyncio.sleep(0.02)
            await asyncio.to_thread(stack.start, second)
            assert not sent.done()
            stack.kill(first)
            with pytest.raises(MCPError):
                await sent
            assert (await call(client, "get_project", project_id=6001))["id"] == "6001"

    asyncio.run(play())
    stack.start(first)
    assert len(fake.writes()) == 1


@needs_haproxy
def test_the_proxy_takes_its_configuration_with_tls_too(tmp_path: Path) -> None:
    trustme.CA().issue_cert("crm.example").private_key_and_cert_chain_pem.write_to_path(tmp_path / "crm.pem")
    files = [part for name in ("haproxy.cfg", "haproxy-tls.cfg") for part in ("-f", str(ROOT / "deploy" / name))]
    variables = {**os.environ, "CRM_PROXY_CERTIFICATES": str(tmp_path)}
    variables |= {f"CRM_SERVER_{number}": f"127.0.0.1:800{number}" for number in (1, 2)}
    done = subprocess.run([str(HAPROXY), "-c", *files], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


@needs_haproxy
def test_the_proxy_says_what_is_wrong_and_writes_down_nothing_of_a_request(stack: Stack) -> None:
    checked = [name for name in ("proxy", *SERVERS) if name != "proxy" or shutil.which("wget")]
    with httpx.Client(trust_env=False, timeout=30) as http:
        ready = stack.url.replace("/mcp", "/ready")
        assert http.get(ready).status_code == 200
        assert all(stack.is_healthy(name) for name in checked)
        assert http.post(f"{stack.url}?secret=word", json={}).status_code == 401
        assert http.post(stack.url, content=b"x" * 4_200_000).status_code == 413
        for name in SERVERS:
            stack.kill(name, signal.SIGTERM)
        assert http.get(ready).status_code == 503
        assert not any(stack.is_healthy(name) for name in checked)
    # The proxy looks every two seconds, and refuses what reaches nobody before that.
    log = stack.wait_for_log("proxy", "is DOWN")
    assert not [word for word in (stack.token, "secret", "/mcp") if word in log]
