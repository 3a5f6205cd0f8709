"""A CRM that sends far too much costs neither memory nor the time of other callers, and the error says what it was."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

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
from tests.support.floods import Flooding, flooding_process, gzip_bomb
from tests.support.mcp_play import both_crms
from tests.support.transports import http_process

KINDS = {
    "endless": "sent more than 32 MB",
    "bomb": "sent more than 32 MB",
    "small_rows": "sent more than 50,000 objects",
    "many_names": "sent more than 50,000 objects",
    "short_names": "sent more than 10,000 values in one place",
    "long_text": "sent more than 8 MB with wide characters",
    "lists": "sent more than 50,000 objects",
    "wide_rows": '{"items":[{"id":"1"',  # within all limits, if barely
    "endless_refusal": "HibaHiba",
}


def receive(kind: str) -> bytes:
    async def run() -> bytes:
        pool = ConnectionPool(timeout_s=60)
        async with pool.open():
            session = Session(pool, crm="Ivinex", base_url=f"{url}/{kind}", login=BasicLogin("a", "b"))
            return (await session.send(Request("GET", "/x"))).body

    with serving(Flooding) as url:
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
        def do_GET(self) -> None:  # noqa: N802  # the standard library's name
            whole = gzip_bomb(MAX_BODY_BYTES // 2**20)
            self.send(whole, encoding="gzip")

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

    with flooding_process() as crm, http_process(both_crms(f"{crm}/{kind}"), str(tmp_path)) as (process, url):
        text, more_mb, longest_wait_s = asyncio.run(run(url, process.pid))
    print(f"{kind}: {more_mb:.0f} MB more, others waited {1000 * longest_wait_s:.0f} ms at most")
    assert KINDS[kind] in text
    assert more_mb < 150
    assert longest_wait_s < 20, "0.2 s on a machine that has nothing else to do"
