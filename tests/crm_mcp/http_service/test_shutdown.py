"""A signal ends the service in order: a write in flight is finished and its result arrives, and the exit is clean."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
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
from tests.support.transports import ERAS, Era, http_process, quiet_environment, run_warm

PATIENT = {"CRM_MCP_SHUTDOWN_S": "30"}
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")]

WRITE_TAKES_AT_MOST_S = 30.0


class SlowIvinex(BaseHTTPRequestHandler):
    """Finds one record, and takes its time to write it."""

    writing = threading.Event()
    may_end = threading.Event()

    def do_GET(self) -> None:
        self._answer(b'{"Records": [{"collection_id": "5", "name": "Old"}]}')

    def do_POST(self) -> None:
        self.writing.set()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.may_end.wait(WRITE_TAKES_AT_MOST_S)
        self._answer(b'[{"CollectionTypeID": 1001, "CollectionID": 5, "Status": "Success", "Message": ""}]')

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's signature
        """Keep quiet."""


def ask_all(url: str) -> dict[str, int]:
    """Ask a server that was told to stop, from new connections; return the status of each answer."""
    with httpx.Client(base_url=url.removesuffix("/mcp"), timeout=60, trust_env=False) as client:
        while client.get("/ready").status_code == 200:
            time.sleep(0.01)  # the signal is on its way
        asked = [client.get("/health"), client.get("/ready"), client.post("/mcp", json=HELLO, headers=ACCEPT)]
    assert all(one.headers["connection"] == "close" for one in asked)
    assert asked[-1].headers["retry-after"]
    return {one.url.path: one.status_code for one in asked}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_write_in_flight_is_finished_and_told(era: Era, number: signal.Signals, tmp_path: Path) -> None:
    handler = type("FreshIvinex", (SlowIvinex,), {"writing": threading.Event(), "may_end": threading.Event()})

    async def write(url: str, stop: Any) -> Any:
        async with Client(url, mode=era) as client:
            await client.list_tools()  # what it checks results against, and would ask for afterwards
            records = [{"record_id": "5", "fields": {"name": "New"}}]
            writing = asyncio.create_task(call(client, "update_records", module="contact", records=records))
            assert await asyncio.to_thread(handler.writing.wait, 60)
            stop()
            told = await asyncio.to_thread(ask_all, url)
            handler.may_end.set()
            return told, await writing

    with serving(handler) as crm, http_process(both_crms(crm) | PATIENT, str(tmp_path)) as (process, url):
        told, result = asyncio.run(write(url, lambda: process.send_signal(number)))
        assert process.wait(timeout=60) == 0
    assert told == {"/health": 200, "/ready": 503, "/mcp": 503}
    assert [(one["id"], one["ok"]) for one in result["items"]] == [("5", True)]


def test_a_client_that_only_listens_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with (
        http_process(both_crms("http://127.0.0.1:9") | {"CRM_MCP_SHUTDOWN_S": "600"}, str(tmp_path)) as (process, url),
        httpx.Client(timeout=60, trust_env=False) as client,
    ):
        session = client.post(url, json=HELLO, headers=ACCEPT).headers["mcp-session-id"]
        with client.stream("GET", url, headers=ACCEPT | {"Mcp-Session-Id": session}) as news:
            process.send_signal(signal.SIGTERM)
            assert b"".join(news.iter_raw()) == b"", "it ends whole"
            assert process.wait(timeout=60) == 0


def test_a_second_signal_waits_for_no_call_but_for_the_write_under_way(tmp_path: Path) -> None:
    handler = type("FreshIvinex", (SlowIvinex,), {"writing": threading.Event(), "may_end": threading.Event()})
    settings = {"CRM_MCP_STORE": str(tmp_path), "CRM_MCP_SHUTDOWN_S": "600"}

    async def write(url: str, process: Any) -> None:
        async with Client(url) as client:
            await client.list_tools()
            records = [{"record_id": "5", "fields": {"name": "New"}}]
            writing = asyncio.create_task(call(client, "update_records", module="contact", records=records))
            assert await asyncio.to_thread(handler.writing.wait, 10)
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(ask_all, url)
            process.send_signal(signal.SIGTERM)
            await asyncio.wait({writing}, timeout=20)
            assert writing.exception() is not None, "nobody waits for the call"
            handler.may_end.set()

    with serving(handler) as crm, http_process(both_crms(crm) | settings, str(tmp_path)) as (process, url):
        with contextlib.suppress(Exception):  # the client is cut off, and says so in its own ways
            asyncio.run(write(url, process))
        handler.may_end.set()
        assert process.wait(timeout=60) == 0
    (kept,) = json.loads(run_warm("audit", "--json", settings=both_crms(crm) | settings).stdout)["writes"]
    assert kept["outcome"] == "written"


def test_a_signal_during_the_start_is_a_normal_end(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "crm_mcp", "serve", "--transport", "http", "--port", "0"]
    settings = quiet_environment(both_crms("http://127.0.0.1:9"))
    with subprocess.Popen(command, env=settings, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "uvicorn" in line:  # it is being imported: the command has begun, and does not serve yet
                process.terminate()
                break
        said = process.stderr.read()
        assert process.wait(timeout=60) == 0
    assert "serving MCP" not in said
    assert "Traceback" not in said
