"""Two hundred clients that call at the same moment: everybody gets what it asked for, and nobody waits for ever."""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.soak.served import KINDS_OF_STORE, Served, serving, store_of_kind
from tests.soak.visits import ONE_TOKEN
from tests.support.process_facts import read_cpu_s, read_facts

_PEER = {"name": "crowd", "version": "1"}
_OLD = "2025-11-25"
_NEW = "2026-07-28"
_META = {
    "io.modelcontextprotocol/protocolVersion": _NEW,
    "io.modelcontextprotocol/clientInfo": _PEER,
    "io.modelcontextprotocol/clientCapabilities": {},
}
_ACCEPT = {"Accept": "application/json, text/event-stream"}
_PROJECTS = range(6001, 6031)
_HEAD = {"Mcp-Protocol-Version": _NEW, "Mcp-Method": "tools/call", "Mcp-Name": "get_project"}


@dataclass
class One:
    """One client with a connection of its own; every second one is of before 2026, every third has the one token."""

    number: int
    url: str
    headers: Mapping[str, str]
    http: httpx.AsyncClient
    took_s: float = 0.0
    wrong: str = ""

    @property
    def project(self) -> str:
        """What it asks for."""
        return str(_PROJECTS[self.number % len(_PROJECTS)])

    async def begin(self) -> None:
        """Connect, and begin a session where its revision has them."""
        if self.number % 2:
            self.headers = {**self.headers, **_HEAD}
            await self.http.get(self.url.replace("/mcp", "/health"))
            return
        hello = {"protocolVersion": _OLD, "capabilities": {}, "clientInfo": _PEER}
        begun = await self._post("initialize", hello)
        self.headers = {
            **self.headers,
            "Mcp-Session-Id": begun.headers["mcp-session-id"],
            "Mcp-Protocol-Version": _OLD,
        }

    async def call(self) -> None:
        """Call, and note what is wrong with the result."""
        begun_s = time.monotonic()
        meta = {"_meta": _META} if self.number % 2 else {}
        response = await self._post(
            "tools/call", {"name": "get_project", "arguments": {"project_id": self.project}, **meta}
        )
        self.took_s = time.monotonic() - begun_s
        text = response.text
        if "text/event-stream" in response.headers["content-type"]:
            text = next(line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: {"))
        answer: Any = json.loads(text)
        got = answer.get("result", {}).get("structuredContent", {}).get("id")
        if (answer["id"], got) != (self.number, self.project):
            self.wrong = f"{self.number} asked for {self.project} and got {text[:300]}"

    async def end(self) -> None:
        """End its session and its connection."""
        if not self.number % 2:
            await self.http.delete(self.url, headers={**_ACCEPT, **self.headers})
        await self.http.aclose()

    async def _post(self, method: str, params: Mapping[str, Any]) -> httpx.Response:
        body = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        return await self.http.post(self.url, json=body, headers={**_ACCEPT, **self.headers})


async def call_at_once(served: Served, count: int) -> tuple[list[One], float]:
    """Let so many clients connect, and then call all at once; return them, and the server's processor time for it."""
    crowd: list[One] = []
    for number in range(count):
        token = served.issuer.token(sub=f"user-{number % served.users}") if number % 3 else ONE_TOKEN
        http = httpx.AsyncClient(trust_env=False, timeout=60, verify=False)  # noqa: S501 - loopback, without TLS
        crowd.append(One(number, served.url, {"Authorization": f"Bearer {token}"}, http))
    for at in range(0, count, 20):
        await asyncio.gather(*(one.begin() for one in crowd[at : at + 20]))
    before_s = read_cpu_s(served.process)
    await asyncio.gather(*(one.call() for one in crowd))
    cpu_s = read_cpu_s(served.process) - before_s
    for at in range(0, count, 20):
        await asyncio.gather(*(one.end() for one in crowd[at : at + 20]))
    return crowd, cpu_s


def describe(crowd: list[One], cpu_s: float) -> str:
    """Return the figures of a crowd as a line."""
    took = [one.took_s for one in crowd]
    slowest, median = max(took), statistics.median(took)
    halves = [statistics.median(one.took_s for one in crowd if one.number % 2 == odd) for odd in (0, 1)]
    each_ms = 1000 * cpu_s / len(crowd)
    return (
        f"{len(crowd)} calls in {slowest:.2f} s, {each_ms:.1f} ms of processor time each: fastest {min(took):.2f} s, "
        f"median {median:.2f} s (older clients {halves[0]:.2f} s, newer {halves[1]:.2f} s)"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Let crowds call one process at once; 1 where a result is wrong.")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--store", choices=KINDS_OF_STORE, default="sqlite")
    given = parser.parse_args()
    wrong: list[str] = []
    with (
        tempfile.TemporaryDirectory() as name,
        store_of_kind(given.store, Path(name)) as store,
        serving(store, Path(name), users=given.users) as served,
    ):
        for _ in range(given.rounds):
            crowd, cpu_s = asyncio.run(call_at_once(served, given.count))
            print(f"{describe(crowd, cpu_s)}; then {read_facts(served.process)}")
            wrong += [one.wrong for one in crowd if one.wrong]
    print(*wrong[:10], f"{len(wrong)} wrong", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
