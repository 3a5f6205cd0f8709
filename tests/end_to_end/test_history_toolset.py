"""The toolset `history` through real processes: a process of the server's own reads the files, no log tells where."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import call
from tests.support.transports import http_process, over_stdio

pytestmark = [pytest.mark.slow, pytest.mark.crm_fake(seed="demo")]
TOOLS = {"CRM_MCP_TOOLSETS": "history", "MINICRM_NOW": "2026-11-23T09:00:00"}


async def play(client: Client) -> list[Any]:
    return [
        await call(client, "get_project_history", project_id=6001),
        await call(client, "list_emails", project_id=6001),
        *(await read_files(client)),
    ]


async def read_files(client: Client) -> list[Any]:
    calls = (client.call_tool("read_attachment", {"task_id": one}) for one in (7005, 7022, 7023))
    return [result.structured_content for result in await asyncio.gather(*calls)]


def check(results: list[Any]) -> None:
    history, mails, sheet, drawing, note = results
    assert (history["total"], mails["total"]) == (4, 3)
    assert "Walnut, plain" in sheet["text"]
    assert "dió furnér" in drawing["text"]
    assert "Szállítólevél" in note["text"]


def test_it_works_over_stdio(crm_fake: CrmFake, tmp_path: Path) -> None:
    async def run() -> list[Any]:
        async with over_stdio({**crm_fake.env, **TOOLS}, str(tmp_path), "auto") as client:
            return await play(client)

    check(asyncio.run(run()))


def test_it_works_over_http_and_no_log_tells_the_address_of_a_file(crm_fake: CrmFake, tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def run(url: str) -> list[Any]:
        async with Client(url) as client:
            return await play(client)

    with (
        log.open("w") as written,
        http_process({**crm_fake.env, **TOOLS}, str(tmp_path), "--log-level", "debug", log=written) as (_, url),
    ):
        check(asyncio.run(run(url)))
    said = log.read_text()
    assert "Download/S3" not in said
    assert "e=" not in said
