"""A tool call over HTTP does not wait for the peer's delayed acknowledgement, which takes 40 ms."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import httpx
import pytest

from crm_mcp.http_service import serving
from tests.crm_mcp.http_service.app_client import ACCEPT, HELLO
from tests.support.mcp_play import both_crms
from tests.support.transports import serving_http


@pytest.mark.slow
def test_a_request_on_a_kept_connection_is_answered_at_once(tmp_path: Path) -> None:
    ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
    with (
        serving_http(both_crms("http://127.0.0.1:9"), str(tmp_path)) as url,
        httpx.Client(timeout=10, trust_env=False) as client,
    ):
        session = client.post(url, json=HELLO, headers=ACCEPT).headers["mcp-session-id"]
        took_s: list[float] = []
        for _ in range(20):
            begun_s = time.perf_counter()
            assert client.post(url, json=ping, headers=ACCEPT | {"Mcp-Session-Id": session}).status_code == 200
            took_s.append(time.perf_counter() - begun_s)
    assert min(took_s) < 0.035


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_socket_names_its_protocol_as_asyncio_needs_to_switch_the_delay_off(host: str) -> None:
    with serving.listen(host, 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
