"""Clients that begin a request and never end it lock nobody out and fill no log."""

from __future__ import annotations

import contextlib
import io
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.crm_mcp.http_service.app_client import ACCEPT, HELLO
from tests.support.mcp_play import both_crms
from tests.support.transports import http_process

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="no limit of open files there")]

HEAD = b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
UNFINISHED = {
    "nothing": b"",
    "half a header": HEAD,
    "half a body": HEAD + b"Accept: application/json, text/event-stream\r\nContent-Length: 100\r\n\r\n{",
}
"""What such clients send, by how far they come."""


@contextlib.contextmanager
def hanging(url: str, sent: bytes, count: int) -> Generator[list[socket.socket]]:
    """Hold so many connections open that each have sent so much."""
    address = urlsplit(url)
    with contextlib.ExitStack() as stack:
        clients: list[socket.socket] = []
        for _ in range(count):
            client = stack.enter_context(socket.create_connection((str(address.hostname), address.port or 0)))
            with contextlib.suppress(OSError):  # an earlier one may have made room for it
                client.sendall(sent)
            clients.append(client)
        yield clients


@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED)
@pytest.mark.parametrize("token", ["", "a-fake-token"])
def test_three_hundred_unfinished_requests_leave_room_for_the_next_caller(
    sent: bytes, token: str, tmp_path: Path
) -> None:
    log = io.StringIO()
    settings = both_crms("http://127.0.0.1:9") | {"CRM_MCP_HTTP_TOKEN": token}
    headers = ACCEPT | ({"Authorization": f"Bearer {token}"} if token else {})
    with (
        http_process(settings, str(tmp_path), log=log, most_files=256) as (_, url),
        hanging(url, sent, 300),
        httpx.Client(timeout=60, trust_env=False) as caller,
    ):
        for _ in range(3):
            assert caller.post(url, json=HELLO, headers=headers).status_code == 200
    assert len(log.getvalue()) < 10_000
    assert "Traceback" not in log.getvalue()


def test_a_call_in_flight_is_never_closed_to_make_room(tmp_path: Path) -> None:
    settings = both_crms("http://127.0.0.1:9")
    with (
        http_process(settings, str(tmp_path), most_files=256) as (_, url),
        httpx.Client(timeout=60, trust_env=False) as caller,
    ):
        session = caller.post(url, json=HELLO, headers=ACCEPT).headers["mcp-session-id"]
        with caller.stream("GET", url, headers=ACCEPT | {"Mcp-Session-Id": session}) as news:
            assert news.status_code == 200
            with hanging(url, HEAD, 300):
                assert caller.post(url, json=HELLO, headers=ACCEPT).status_code == 200
            ended = caller.delete(url, headers={"Mcp-Session-Id": session})
            assert ended.status_code == 200
            assert list(news.iter_raw()) is not None, "the stream ended by itself, whole"


def test_what_cannot_be_read_or_is_no_use_here_leaves_no_traceback(tmp_path: Path) -> None:
    """A body that breaks off the rules after its refusal, and the offer of HTTP/2 that Java makes with each request."""
    log = io.StringIO()
    settings = both_crms("http://127.0.0.1:9") | {"CRM_MCP_HTTP_TOKEN": "a-fake-token"}
    broken = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    offer = b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"
    with http_process(settings, str(tmp_path), log=log) as (_, url):
        address = urlsplit(url)
        for sent, then, status in ((broken, b"zz\r\n", b"401"), (offer, b"", b"200")):
            with socket.create_connection((str(address.hostname), address.port or 0), timeout=60) as client:
                client.sendall(sent)
                assert client.recv(65536).startswith(b"HTTP/1.1 " + status)
                client.sendall(then)
                if then:
                    rest = b"".join(iter(lambda: client.recv(65536), b""))
                    assert b"HTTP/1.1" not in rest, "no second response"
    assert "Traceback" not in log.getvalue()
    assert "upgrade" not in log.getvalue()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_caller_who_was_let_in_keeps_the_connection_while_strangers_come_and_go(tmp_path: Path) -> None:
    with (
        http_process(both_crms("http://127.0.0.1:9"), str(tmp_path), most_files=256) as (process, url),
        httpx.Client(timeout=60, trust_env=False) as caller,
    ):
        session = caller.post(url, json=HELLO, headers=ACCEPT).headers["mcp-session-id"]
        kept = caller.post(url, json=HELLO, headers=ACCEPT).extensions["network_stream"]
        files = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
        with hanging(url, HEAD, 150), hanging(url, b"", 150):
            ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
            answer = caller.post(url, json=ping, headers=ACCEPT | {"Mcp-Session-Id": session})
            assert (answer.status_code, answer.extensions["network_stream"]) == (200, kept), "on the same connection"
        while len(list(Path(f"/proc/{process.pid}/fd").iterdir())) > files:
            assert caller.get(url.replace("/mcp", "/health")).status_code == 200
