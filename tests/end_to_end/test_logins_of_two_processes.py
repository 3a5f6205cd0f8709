"""What somebody began with a login of their own goes on at the other process, and there too is nobody else's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from mcp import MCPError

from mockserver.fake_process import FakeServer
from tests.crm_mcp.safe_writes.playing import User
from tests.support.logins_file import entry_of, write_logins
from tests.support.mcp_play import call, fail
from tests.support.postgres import PostgresServer
from tests.support.team import Team, oauth_of
from tests.support.token_issuer import issuing
from tests.support.transports import http_process

pytestmark = pytest.mark.slow

PROJECT = "/Api/R3/Project/6002"
RENAMED = {"project_id": "6002", "fields": {"Name": "Of Anna"}}
TRASH = {"project_id": "6001", "fields": {"Deleted": 1}}
EXPORT = {"tool": "search_projects", "arguments": {"module": "Sales"}}


def test_a_login_goes_on_at_the_other_process_when_the_first_is_killed(
    fake_server: FakeServer, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    file = tmp_path / "logins.json"
    with (
        fake_server.new_workspace() as anna,
        fake_server.new_workspace() as bela,
        issuing() as issuer,
        postgres_server.new_database() as store,
    ):
        write_logins(file, {"anna": entry_of(anna), "bela": entry_of(bela)})
        settings = {**oauth_of(issuer), "CRM_MCP_LOGINS": str(file), "CRM_MCP_STORE": store}
        with (
            http_process(settings, str(tmp_path)) as (process, first),
            http_process(settings, str(tmp_path)) as (_, second),
        ):
            one, other = Team(first, issuer), Team(second, issuer)

            async def play() -> None:
                async with one.client_of("anna") as client:
                    plan = (await call(client, "update_project", **RENAMED, dry_run=True))["plan_id"]
                    export = (await call(client, "export_search", **EXPORT))["uri"]
                process.kill()
                process.wait()
                async with other.client_of("bela", mode="legacy", elicitation_callback=User()) as client:
                    assert "There is no plan" in await fail(client, "update_project", plan_id=plan)
                    with pytest.raises(MCPError, match="no such export"):
                        await client.read_resource(export)
                    await call(client, "update_project", **TRASH)
                async with other.client_of("anna", mode="legacy") as client:
                    wrote = (await call(client, "update_project", plan_id=plan))["write_id"]
                    assert (await client.read_resource(export)).contents
                async with other.client_of("bela") as client:
                    assert "There is no write" in await fail(client, "undo_write", write_id=wrote)

            asyncio.run(play())
        assert len(anna.requests(method="PUT", path=PROJECT)) == 1
        assert bela.requests(method="PUT", path=PROJECT) == []
