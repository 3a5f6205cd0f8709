"""Streamable HTTP lets in whom it should, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.support.mcp_play import both_crms
from tests.support.transports import serving_http

TOKEN = "a-long-random-fake-token"
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = both_crms("http://127.0.0.1:9") | {"CRM_MCP_HTTP_TOKEN": TOKEN, "CRM_MCP_ALLOWED_HOSTS": "crm.example"}
    with serving_http(settings, str(tmp_path_factory.mktemp("cwd")), "--read-only") as url:
        yield url


def post(url: str, **headers: str) -> httpx.Response:
    return httpx.post(url, json=HELLO, headers=ACCEPT | headers, trust_env=False)


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \u0151"])
def test_a_wrong_token_is_refused(guarded: str, authorization: str) -> None:
    header = {"Authorization": authorization.encode()} if authorization else {}
    answer = httpx.post(guarded, json=HELLO, headers={**ACCEPT, **header}, trust_env=False)  # pyright: ignore[reportArgumentType]  # bytes are fine
    assert answer.status_code == 401
    assert "www-authenticate" in answer.headers
    assert TOKEN not in answer.text


def test_the_right_token_is_let_in(guarded: str) -> None:
    assert post(guarded, Authorization=f"Bearer {TOKEN}").status_code == 200


@pytest.mark.parametrize(("host", "status"), [("evil.example", 421), ("crm.example", 200), ("crm.example:8443", 200)])
def test_only_known_hosts_are_answered(guarded: str, host: str, status: int) -> None:
    assert post(guarded, Authorization=f"Bearer {TOKEN}", Host=host).status_code == status


@pytest.mark.parametrize(("origin", "status"), [("https://evil.example", 403), ("http://localhost:5173", 200)])
def test_only_known_origins_are_answered(guarded: str, origin: str, status: int) -> None:
    assert post(guarded, Authorization=f"Bearer {TOKEN}", Origin=origin).status_code == status


def test_a_read_only_server_offers_no_writing_tool(guarded: str) -> None:
    import httpx2  # the MCP client brings it, and takes its headers from it

    async def names() -> set[str]:
        http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
        async with http, Client(streamable_http_client(guarded, http_client=http)) as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    offered = asyncio.run(names())
    assert "search_records" in offered
    assert not [name for name in offered if name.startswith(("create_", "update_"))]
