"""A change in the CRM shows in the next statement of a server on HTTP, though what it holds is fresh."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from mockserver.fake_process import FakeServer
from tests.support.transports import serving_http

pytestmark = pytest.mark.slow
LOGIN = "crm:a-made-up-word"


async def ask(client: Client, sql: str) -> tuple[list[list[object]], bool]:
    result = await client.call_tool("query_crm", {"sql": sql})
    assert not result.is_error, result.content
    found: dict[str, Any] = dict(result.structured_content or {})
    return found["rows"], found["exact"]


def test_what_people_change_is_answered_at_once_from_a_replica_in_memory(
    fake_server: FakeServer, tmp_path: Path
) -> None:
    async def play(url: str) -> None:
        async with Client(url) as client:
            before, _ = await ask(client, "select name, int1201 from minicrm_projects_sales where id = 6001")
            fake.edit({"crm": "minicrm", "kind": "project", "id": 6001, "set": {"Name": "Anew", "Int1201": 1234}})
            fake.deliveries()
            after, exact = await ask(client, "select name, int1201 from minicrm_projects_sales where id = 6001")
            assert before != after
            assert (after, exact) == ([["Anew", 1234]], True)

    with fake_server.new_workspace() as fake:
        settings = {name: value for name, value in fake.env.items() if name.startswith("MINICRM_")}
        with serving_http({**settings, "CRM_MCP_WEBHOOK_LOGIN": LOGIN}, str(tmp_path)) as url:
            address = url.replace("http://", f"http://{LOGIN}@").replace("/mcp", "/webhooks/minicrm")
            fake.webhooks({"url": address})
            asyncio.run(play(url))
            assert [each["state"] for each in fake.deliveries()] == ["delivered"]
            shown = json.dumps(fake.requests()) + httpx.get(f"{fake.url}/_control/webhooks", trust_env=False).text
    assert "made-up" not in shown
