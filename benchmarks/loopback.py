"""What the benchmarks share: a fake as a process of its own, and requests to it over a kept connection."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

LOGINS = {"ivinex": "demo:demo-password", "minicrm": "10001:demo-api-key"}
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Server:
    """A process that listens.

    Attributes:
        host: Where, an address.
        port: At which port.
        pid: Its process id.
        started_s: Seconds from its start until it said that it listens.
    """

    host: str
    port: int
    pid: int
    started_s: float

    def read_resident_mb(self) -> float:
        """Return its resident memory; only Linux tells."""
        return read_resident_mb(self.pid)


def read_resident_mb(pid: int) -> float:
    """Return the resident memory of a process; only Linux tells."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return float("nan")
    found = re.search(r"VmRSS:\s+([0-9]+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


@contextlib.contextmanager
def running(*command: str) -> Generator[Server]:
    """Start a Python program that prints `listening on http://HOST:PORT`, and end it."""
    started = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, *command]  # of this folder's own
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            match = re.fullmatch(r"listening on http://([^:]+):([0-9]+)\n", line)
            if match is None:
                raise SystemExit(f"the server said {line!r} instead of where it listens")
            yield Server(match[1], int(match[2]), process.pid, time.perf_counter() - started)
        finally:
            process.terminate()
            process.wait(timeout=60)


class Caller:
    """Sends requests to one CRM over one connection."""

    def __init__(self, server: Server, crm: str) -> None:
        self._connection = http.client.HTTPConnection(server.host, server.port, timeout=600)
        self._headers = {"Authorization": f"Basic {base64.b64encode(LOGINS[crm].encode()).decode()}"}

    def get(self, path: str, query: Mapping[str, object]) -> tuple[float, Any]:
        """Return the milliseconds that the answer took, and its JSON value."""
        target = f"{path}?{urlencode(query)}" if query else path
        started = time.perf_counter()
        self._connection.request("GET", target, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        took_ms = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise SystemExit(f"GET {target} answered {answer.status}: {body[:300]!r}")
        return took_ms, json.loads(body)

    def measure(self, path: str, query: Mapping[str, object], times: int) -> tuple[float, float, Any]:
        """Return the first time, the best of the next ones (other work on the machine only adds), and the answer."""
        first, answer = self.get(path, query)
        return first, min(self.get(path, query)[0] for _ in range(times)), answer
