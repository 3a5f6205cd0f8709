"""A CRM that sends far too much costs neither memory nor the time of other callers, and the error says what it was."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
import zlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from crm_mcp.crm.messages import Request
from crm_mcp.errors import UnexpectedAnswerError
from crm_mcp.transport.bodies import MAX_BODY_BYTES, MAX_REFUSAL_BYTES
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin
from crm_mcp.transport.session import Session
from tests.crm_mcp.transport.local_server import serving
from tests.support.mcp_play import both_crms
from tests.support.transports import http_process

MEGABYTE = b" " * 2**20


def gzip_bomb(megabytes: int) -> bytes:
    """Return so many megabytes of spaces, compressed a thousand times over."""
    deflate = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join(deflate.compress(MEGABYTE) for _ in range(megabytes)) + deflate.flush()


class Flooding(BaseHTTPRequestHandler):
    """Answers by far too much, of the kind that the record asked for names."""

    kind = "endless"
    bomb = gzip_bomb(1000)

    def do_GET(self) -> None:
        with contextlib.suppress(OSError):  # the client hangs up
            getattr(self, f"_send_{self.kind}")()

    def _begin(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _send_endless(self) -> None:
        self._begin()
        while True:
            self.wfile.write(MEGABYTE)

    def _send_endless_refusal(self) -> None:
        self._begin(500)
        while True:
            self.wfile.write(b"Hiba" * 2**18)

    def _send_bomb(self) -> None:
        self._begin(Content_Encoding="gzip", Content_Length=str(len(self.bomb)))
        self.wfile.write(self.bomb)

    def _send_rows(self) -> None:
        self._begin()
        self.wfile.write(b'{"Records": [' + b'{"id": 1},' * 1_000_000 + b'{"id": 1}]}')

    def _send_wide_rows(self) -> None:
        self._begin()
        row = json.dumps({"id": 1, "name": "Árvíztűrő", "text": "x" * 600}).encode()
        self.wfile.write(b'{"Records": [' + (row + b",") * 45_000 + row + b"]}")

    def _send_lists(self) -> None:
        self._begin()
        self.wfile.write(b'{"Records": [' + b"[]," * 5_000_000 + b"[]]}")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's signature
        """Keep quiet."""


KINDS = {
    "endless": "sent more than 32 MB",
    "bomb": "sent more than 32 MB",
    "rows": "sent more than 50,000 objects",
    "lists": "sent more than 50,000 objects",
    "wide_rows": '{"items":[{"id":"1"',  # within all limits, if barely
    "endless_refusal": "HibaHiba",
}


def flooding(kind: str) -> type[Flooding]:
    return type("OfOneKind", (Flooding,), {"kind": kind})


def receive(kind: str) -> bytes:
    async def run() -> bytes:
        pool = ConnectionPool(timeout_s=60)
        async with pool.open():
            session = Session(pool, crm="Ivinex", base_url=url, login=BasicLogin("a", "b"))
            return (await session.send(Request("GET", "/x"))).body

    with serving(flooding(kind)) as url:
        return asyncio.run(run())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["endless", "bomb"])
def test_a_body_beyond_the_limit_is_not_read_to_its_end(kind: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match="more than 32 MB in response to GET /x"):
        receive(kind)


@pytest.mark.slow
def test_of_a_refusal_only_the_beginning_is_read() -> None:
    assert len(receive("endless_refusal")) == MAX_REFUSAL_BYTES


@pytest.mark.slow
def test_a_long_but_possible_body_is_taken_whole() -> None:
    class Long(Flooding):
        def do_GET(self) -> None:  # the standard library's name
            whole = gzip_bomb(MAX_BODY_BYTES // 2**20)
            self._begin(Content_Encoding="gzip", Content_Length=str(len(whole)))
            self.wfile.write(whole)

    async def run() -> int:
        pool = ConnectionPool(timeout_s=60)
        async with pool.open():
            session = Session(pool, crm="Ivinex", base_url=url, login=BasicLogin("a", "b"))
            return len((await session.send(Request("GET", "/x"))).body)

    with serving(Long) as url:
        assert asyncio.run(run()) == MAX_BODY_BYTES


def highest_memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("kind", KINDS)
def test_a_flood_takes_little_memory_and_keeps_nobody_waiting(kind: str, tmp_path: Path) -> None:
    async def run(url: str, pid: int) -> tuple[str, float, float]:
        waits_s: list[float] = []
        async with Client(url) as flooded, httpx.AsyncClient(trust_env=False) as other:
            before = highest_memory_mb(pid)
            asked = asyncio.create_task(flooded.call_tool("search_records", {"module": "contact"}))
            while not asked.done():
                begun_s = time.monotonic()
                assert (await other.get(url.replace("/mcp", "/health"), timeout=30)).status_code == 200
                waits_s.append(time.monotonic() - begun_s)
                await asyncio.wait({asked}, timeout=0.02)
            said = "".join(str(getattr(block, "text", "")) for block in (await asked).content)
            return said, highest_memory_mb(pid) - before, max(waits_s)

    with serving(flooding(kind)) as crm, http_process(both_crms(crm), str(tmp_path)) as (process, url):
        text, more_mb, longest_wait_s = asyncio.run(run(url, process.pid))
    print(f"{kind}: {more_mb:.0f} MB more, others waited {1000 * longest_wait_s:.0f} ms at most")
    assert KINDS[kind] in text
    assert more_mb < 150
    assert longest_wait_s < 20, "0.2 s on a machine that has nothing else to do"
