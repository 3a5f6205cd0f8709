"""Our own server with MiniCRM's real address, which it has by default, works through `crm-mock proxy` unchanged."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import call
from tests.support.transports import over_stdio, quiet_environment

pytestmark = pytest.mark.slow


def build_settings(fake: CrmFake, trusting: str) -> dict[str, str]:
    return {
        "MINICRM_SYSTEM_ID": fake.minicrm.system_id,
        "MINICRM_API_KEY": fake.minicrm.api_key,
        "IVINEX_URL": "https://demo.ivinex.com",
        "IVINEX_USERNAME": fake.ivinex.username,
        "IVINEX_PASSWORD": fake.ivinex.password,
        "HTTPS_PROXY": fake.tls.proxy,
        trusting: str(fake.tls.ca_file),
    }


@pytest.mark.parametrize("trusting", ["CRM_MCP_CA_FILE", "SSL_CERT_FILE"])
def test_tools_read_a_card_and_make_a_task(crm_fake: CrmFake, tmp_path: Path, trusting: str) -> None:
    async def play() -> None:
        async with over_stdio(build_settings(crm_fake, trusting), str(tmp_path), "auto") as client:
            found = (await call(client, "search_projects", module="Sales", limit=1))["items"][0]
            card = await call(client, "get_project", project_id=found["id"])
            made = await call(client, "create_task", project_id=card["id"], comment="Call back", deadline="2030-01-02")
            assert (await call(client, "get_task", task_id=made["id"]))["comment"] == "Call back"
            assert (await call(client, "search_records", module="1001", limit=1))["items"]

    asyncio.run(play())

    assert {request["status"] for request in crm_fake.requests()} == {200}


def test_the_doctor_says_that_the_ca_is_not_trusted(crm_fake: CrmFake, tmp_path: Path) -> None:
    settings = build_settings(crm_fake, "NOT_SET")
    command = [sys.executable, "-m", "crm_mcp", "doctor"]
    done = subprocess.run(
        command, env=quiet_environment(settings), cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "certificate is not trusted" in done.stdout + done.stderr
    assert httpx.get(f"{crm_fake.url}/_control/requests").json()[-1]["status"] == 0
