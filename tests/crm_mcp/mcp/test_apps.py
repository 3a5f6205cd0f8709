"""What is served of MCP Apps, and to whom."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID

from crm_mcp.registry import choose_toolsets, connect
from crm_mcp.server import build_server
from crm_mcp.transport.connections import ConnectionPool
from tests.support.mcp_play import both_crms

PLANNING = {
    *("create_records", "update_records", "create_note", "create_project", "update_project", "create_contact"),
    *("update_contact", "create_task", "update_task", "create_address", "update_address"),
}


@pytest.fixture(autouse=True)
def both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in both_crms("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)


def lists_of(*, read_only: bool = False, **client: Any) -> tuple[dict[str, str], list[str]]:
    """Return the page of each tool that has one, and the pages among the resources."""

    async def run() -> tuple[dict[str, str], list[str]]:
        pool = ConnectionPool(timeout_s=30)
        server = build_server(connect(pool), pool, toolsets=choose_toolsets("all"), read_only=read_only)
        async with Client(server, **client) as connected:
            tools, resources = await connected.list_tools(), await connected.list_resources()
            pages = {tool.name: tool.meta["ui"]["resourceUri"] for tool in tools.tools if tool.meta}
            return pages, [str(one.uri) for one in resources.resources if str(one.uri).startswith("ui://")]

    return asyncio.run(run())


def declared(*types: str) -> dict[str, Any]:
    return {"extensions": [advertise(EXTENSION_ID, {"mimeTypes": list(types)})]}


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_client_that_shows_apps_is_told_the_page_of_each_tool_that_plans_and_of_no_other(mode: str) -> None:
    tools, pages = lists_of(mode=mode, **declared(APP_MIME_TYPE))
    assert tools == {**dict.fromkeys(PLANNING, "ui://plan"), "summarize_projects": "ui://pipeline"}
    assert sorted(pages) == ["ui://pipeline", "ui://plan"]
    tools, pages = lists_of(mode=mode, read_only=True, **declared(APP_MIME_TYPE))
    assert tools == {"summarize_projects": "ui://pipeline"}
    assert pages == ["ui://pipeline"]


def test_apps_cost_other_clients_not_a_byte() -> None:
    assert lists_of() == ({}, [])
    assert lists_of(**declared("text/plain")) == ({}, [])
