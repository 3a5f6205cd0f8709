"""Over a store that cannot be used the server works on and says so; over one that fails later it writes nothing."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from mcp import Client

from crm_mcp.store.location import FILE
from mockserver.fake_process import running_fake
from tests.crm_mcp.safe_writes.playing import Fake, User
from tests.support.mcp_play import both_crms, call, fail
from tests.support.postgres import PASSWORD, PostgresServer
from tests.support.transports import http_process, over_stdio

pytestmark = pytest.mark.slow
RENAME = {"project_id": "6001", "fields": {"Name": "Renamed"}}


@pytest.fixture
def fake() -> Iterator[Fake]:
    with running_fake("--seed", "demo") as server:
        yield Fake(server.url)


def test_over_a_damaged_store_writes_go_on_and_it_is_told_once(fake: Fake, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1_000)
    log = io.StringIO()

    async def write(url: str) -> None:
        async with Client(url, elicitation_callback=User()) as client:
            await call(client, "update_project", **RENAME)
            await call(client, "update_project", **RENAME)

    settings = {**both_crms(fake.url), "CRM_MCP_STORE": str(tmp_path)}
    with http_process(settings, str(tmp_path), log=log) as (_, url):
        asyncio.run(write(url))
    assert fake.writes() == ["PUT /Api/R3/Project/6001"] * 2
    assert log.getvalue().count("the file is damaged") == 1
    assert (tmp_path / FILE).read_bytes() == b"no database" * 1_000


def test_over_a_postgresql_that_went_away_nothing_is_written_and_it_comes_back(
    fake: Fake, postgres_url: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    database = postgres_url.rpartition("/")[2]

    def allow(state: str) -> None:
        with psycopg.connect(postgres_server.url(), autocommit=True) as owner:
            owner.execute(f"alter database {database} allow_connections {state}".encode())
        postgres_server.disconnect_all()

    async def play() -> str:
        settings = {**both_crms(fake.url), "CRM_MCP_STORE": postgres_url}
        async with over_stdio(settings, str(tmp_path), "auto", user=User()) as client:
            await call(client, "update_project", **RENAME)
            await asyncio.to_thread(allow, "false")
            said = await fail(client, "update_project", **RENAME)
            assert len(fake.writes()) == 1
            await asyncio.to_thread(allow, "true")
            await call(client, "update_project", **RENAME)
            return said

    said = asyncio.run(play())
    assert f"The store (PostgreSQL at 127.0.0.1:{postgres_server.port}/{database})" in said
    assert PASSWORD not in said
    assert len(fake.writes()) == 2
