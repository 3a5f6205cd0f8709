"""Whatever is read and written: nothing of the store, and no log, holds a login of a CRM or of the store itself."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from mcp import Client

from mockserver.fake_process import FakeServer
from mockserver.testing.crm_fake import CrmFake
from tests.crm_mcp.safe_writes.playing import User
from tests.support.mcp_play import call, fail
from tests.support.postgres import PASSWORD
from tests.support.transports import http_process

pytestmark = pytest.mark.slow


@pytest.fixture
def crms(fake_server: FakeServer) -> Iterator[CrmFake]:
    with fake_server.new_workspace("demo") as fake:
        yield fake


def forms_of(secret: str, user: str) -> list[bytes]:
    """Return a secret as plain text, in a URL, and in a login's header with each alignment of base64."""
    pairs = [f"{user}:{secret}".encode(), *(b" " * shift + secret.encode() for shift in range(3))]
    coded = [base64.b64encode(pair)[4:-4] for pair in pairs]
    return [secret.encode(), quote(secret, safe="").encode(), *coded]


async def read_and_write(url: str, folder: Path) -> list[bytes]:
    """Use what leaves rows in the store; return the bytes of its files while the server still runs."""
    async with Client(url, elicitation_callback=User()) as client:
        await call(client, "search_projects", module="Sales", limit=5)
        await call(client, "search_records", module="contact", limit=5)
        task = {"project_id": "6001", "comment": "Call", "deadline": "2030-01-01"}
        await call(client, "create_task", **task, idempotency_key="one")
        await call(client, "update_project", project_id="6001", fields={"Deleted": 1})
        await fail(client, "update_project", project_id="999999", fields={"Name": "x"})
        names = [{"last_name": f"Canary {number}"} for number in range(12)]
        planned = await call(client, "create_records", module="contact", records=names, dry_run=True)
        await call(client, "create_records", plan_id=planned["plan_id"])
    return await asyncio.to_thread(read_files, folder)


def read_files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def read_tables(url: str) -> list[bytes]:
    with psycopg.connect(url) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'crm_mcp'").fetchall()
        texts = [connection.execute(f"select t::text from crm_mcp.{name} t".encode()).fetchall() for (name,) in tables]
    return [str(row[0]).encode() for rows in texts for row in rows]


def test_no_login_is_in_the_store_or_in_a_log(crms: CrmFake, store_location: str, tmp_path: Path) -> None:
    log = io.StringIO()
    folder = tmp_path / "store"
    settings = {**crms.env, "CRM_MCP_STORE": store_location}
    with http_process(settings, str(tmp_path), "--log-level", "debug", log=log) as (_, url):
        held = asyncio.run(read_and_write(url, folder))
    held += read_files(folder) if folder.exists() else read_tables(store_location)
    assert any(b"Canary 11" in part for part in held), "the writes are not kept"
    secrets = [(crms.ivinex.password, crms.ivinex.username), (crms.minicrm.api_key, crms.minicrm.system_id)]
    forms = [form for secret, user in [*secrets, (PASSWORD, "owner")] for form in forms_of(secret, str(user))]
    for part in [*held, log.getvalue().encode()]:
        assert not [form for form in forms if form in part]
