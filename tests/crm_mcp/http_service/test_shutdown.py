"""A signal ends the service in order: a write in flight is finished and its result arrives, and the exit is clean."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from tests.crm_mcp.http_service.app_client import ACCEPT, HELLO
from tests.crm_mcp.transport.local_server import serving
from tests.support.mcp_play import both_crms, call
from tests.support.transports import ERAS, Era, http_process

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")]

WRITE_TAKES_S = 0.6


class SlowIvinex(BaseHTTPRequestHandler):
    """Finds one record, and takes its time to write it."""

    writing = threading.Event()

    def do_GET(self) -> None:
        self._answer(b'{"Records": [{"collection_id": "5", "name": "Old"}]}')

    def do_POST(self) -> None:
        self.writing.set()
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(WRITE_TAKES_S)
        self._answer(b'[{"CollectionTypeID": 1001, "CollectionID": 5, "Status": "Success", "Message": ""}]')

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's signature
        """Keep quiet."""


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_write_in_flight_is_finished_and_told(era: Era, number: signal.Signals, tmp_path: Path) -> None:
    handler = type("FreshIvinex", (SlowIvinex,), {"writing": threading.Event()})

    async def write(url: str, stop: Any) -> Any:
        async with Client(url, mode=era) as client:
            await client.list_tools()  # what it checks results against, and would ask for afterwards
            records = [{"record_id": "5", "fields": {"name": "New"}}]
            writing = asyncio.create_task(call(client, "update_records", module="contact", records=records))
            assert await asyncio.to_thread(handler.writing.wait, 60)
            stop()
            return await writing

    with serving(handler) as crm, http_process(both_crms(crm), str(tmp_path)) as (process, url):
        result = asyncio.run(write(url, lambda: process.send_signal(number)))
        assert process.wait(timeout=60) == 0
    assert [(one["id"], one["ok"]) for one in result["items"]] == [("5", True)]


def test_a_client_that_only_listens_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with (
        http_process(both_crms("http://127.0.0.1:9"), str(tmp_path)) as (process, url),
        httpx.Client(timeout=60, trust_env=False) as client,
    ):
        session = client.post(url, json=HELLO, headers=ACCEPT).headers["mcp-session-id"]
        with client.stream("GET", url, headers=ACCEPT | {"Mcp-Session-Id": session}) as news:
            process.send_signal(signal.SIGTERM)
            assert b"".join(news.iter_raw()) == b"", "it ends whole"
            assert process.wait(timeout=60) == 0
