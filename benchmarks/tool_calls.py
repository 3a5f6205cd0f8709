"""How long a tool call over HTTP takes, beside a no-op tool of a bare MCP SDK server and the CRM's own requests.

    python benchmarks/tool_calls.py [--rounds 300] [--store memory sqlite postgresql]

The reference is what nobody can do without: the SDK over the same HTTP, and the requests that the tool sends, which are
read from the fake's journal and sent again by a bare httpx client. All are sent in turns over kept connections. Other
work on the machine only ever adds: the fastest calls say the most, and the processor's time, which only Linux tells.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.loopback import Server, running
from mockserver.fake_process import running_fake
from tests.support.mcp_play import both_crms
from tests.support.postgres import running_postgres
from tests.support.token_issuer import AUDIENCE, Issuer, issuing
from tests.support.transports import http_process

LIMIT = 1.25
_WARM_ROUNDS = 20
_ONE_TOKEN = "the-token-of-the-benchmark"  # noqa: S105
_PEER = {"name": "benchmark", "version": "1"}
_JSON = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
_LOGINS = {"Api/R3": ("10001", "demo-api-key"), "API/Records.php": ("demo", "demo-password")}
CALLS: Mapping[str, Mapping[str, object]] = {
    "get_project": {"project_id": "6001"},
    "get_contact": {"contact_id": "5101"},
    "get_project_tasks": {"project_id": "6001"},
    "search_projects": {"module": "Sales", "limit": 20},
    "get_record": {"module": "contact", "record_id": "1"},
    "search_records": {"module": "contact", "limit": 20},
}


@dataclass(slots=True)
class Peer:
    """An MCP server at the other end of one kept connection, in one protocol era and with one token."""

    port: int
    pid: int
    era: str
    token: str = ""
    _session: dict[str, str] = field(default_factory=dict[str, str])
    _connection: http.client.HTTPConnection = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if self.token:
            self._session["Authorization"] = f"Bearer {self.token}"
        if self.era == "2025":
            hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": _PEER}
            headers, _ = self._post("initialize", hello)
            self._session["Mcp-Session-Id"] = headers["mcp-session-id"]
            self._session["Mcp-Protocol-Version"] = "2025-11-25"

    def prepare(self, tool: str, arguments: Mapping[str, object]) -> Callable[[], Any]:
        """Return what calls a tool and returns its result; its request is written already."""
        params: dict[str, Any] = {"name": tool, "arguments": arguments}
        headers = self._session
        if self.era == "2026":
            params["_meta"] = {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": _PEER,
                "io.modelcontextprotocol/clientCapabilities": {},
            }
            headers = {
                **self._session,
                "Mcp-Protocol-Version": "2026-07-28",
                "Mcp-Method": "tools/call",
                "Mcp-Name": tool,
            }

        def call() -> object:
            return self._post("tools/call", params, headers)[1]

        return call

    def _post(
        self, method: str, params: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> tuple[Mapping[str, str], Any]:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        self._connection.request("POST", "/mcp", body, {**_JSON, **(headers or self._session)})
        response = self._connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            raise SystemExit(f"{method} was answered {response.status}: {text[:300]}")
        if "text/event-stream" in response.headers["content-type"]:
            text = next(line[6:] for line in text.splitlines() if line.startswith("data: {"))
        answer = json.loads(text)
        if "error" in answer or answer["result"].get("isError"):
            raise SystemExit(f"{method} was answered {text[:300]}")
        return {name.lower(): value for name, value in response.headers.items()}, answer["result"]


@dataclass(slots=True)
class Timed:
    """What is measured, and what it took each time."""

    run: Callable[[], Any]
    read_cpu_s: Callable[[], float]
    clock_ms: list[float] = field(default_factory=list[float])
    cpu_ms: list[float] = field(default_factory=list[float])

    def once(self) -> None:
        """Run it once."""
        cpu_s, begun_s = self.read_cpu_s(), time.perf_counter()
        self.run()
        self.clock_ms.append(1000 * (time.perf_counter() - begun_s))
        self.cpu_ms.append(1000 * (self.read_cpu_s() - cpu_s))


def cpu_of(pid: int) -> Callable[[], float]:
    """Return what reads the processor's time of a process, in seconds; only Linux tells that of others."""
    clock = (~pid << 3) | 2
    return lambda: time.clock_gettime(clock)


class Requests:
    """The requests of a call, sent again by a bare client that keeps its connection."""

    def __init__(self, fake_url: str) -> None:
        self._url = fake_url
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(base_url=fake_url, trust_env=False)

    def of(self, call: Callable[[], Any]) -> Callable[[], None]:
        """Make a call; return what sends its requests again and reads them as JSON."""
        httpx.delete(f"{self._url}/_control/requests", trust_env=False).raise_for_status()
        call()
        journal = httpx.get(f"{self._url}/_control/requests", trust_env=False).json()
        requests = [entry for entry in journal if not entry["path"].startswith("/_control")]
        if len(requests) != 1:
            raise SystemExit(f"the call sent {[entry['path'] for entry in requests]}")
        return lambda: self._loop.run_until_complete(self._send(requests[0]))

    async def _send(self, entry: Mapping[str, Any]) -> None:
        login = next(login for path, login in _LOGINS.items() if path in entry["path"])
        response = await self._client.get(entry["path"], params=entry["query"], auth=login)
        response.raise_for_status().json()


@contextlib.contextmanager
def stores(names: Sequence[str], folder: Path) -> Generator[dict[str, str]]:
    """Yield where each kind of store is."""
    with contextlib.ExitStack() as stack:
        places = {"memory": "memory", "sqlite": str(folder / "store")}
        if "postgresql" in names:
            places["postgresql"] = stack.enter_context(stack.enter_context(running_postgres()).new_database())
        yield {name: places[name] for name in names}


def measure(all_timed: Sequence[Timed], rounds: int) -> None:
    """Measure all in turns, so that what else the machine does strikes all alike."""
    for number in range(rounds + _WARM_ROUNDS):
        for one in all_timed:
            one.once()
            if number < _WARM_ROUNDS:
                one.clock_ms.clear()
                one.cpu_ms.clear()


def compare(title: str, no_op: Timed, bare: Timed, tool: Timed) -> float:
    """Print one line; return the ratio of the fastest."""
    fastest = [min(one.clock_ms) for one in (no_op, bare, tool)]
    ratios = [
        of(getattr(tool, figures)) / (of(getattr(no_op, figures)) + of(getattr(bare, figures)))
        for of in (min, statistics.median)
        for figures in ("clock_ms", "cpu_ms")
    ]
    print(f"  {title:52}{''.join(f'{one:8.2f}' for one in (*fastest, *ratios))}", flush=True)
    return ratios[0]


@dataclass(frozen=True, slots=True)
class Scene:
    """What all measurements share."""

    fake_url: str
    no_op: Server
    issuer: Issuer
    folder: str
    rounds: int

    def play(self, store: str, where: str) -> float:
        """Measure every call with one store; return the worst ratio."""
        settings = {
            **both_crms(self.fake_url),
            "CRM_MCP_STORE": where,
            "CRM_MCP_HTTP_TOKEN": _ONE_TOKEN,
            "CRM_MCP_OAUTH_ISSUER": self.issuer.url,
            "CRM_MCP_OAUTH_AUDIENCE": AUDIENCE,
        }
        tokens = {"token": _ONE_TOKEN, "OAuth": self.issuer.token(exp=int(time.time()) + 3600)}
        with http_process(settings, self.folder) as (process, url):
            port = int(url.rsplit(":", 1)[1].partition("/")[0])
            return max(
                self._compare_calls(
                    store, era, tool, {who: Peer(port, process.pid, era, tokens[who]) for who in tokens}
                )
                for era in ("2025", "2026")
                for tool in CALLS
            )

    def _compare_calls(self, store: str, era: str, tool: str, peers: Mapping[str, Peer]) -> float:
        calls = {who: peer.prepare(tool, CALLS[tool]) for who, peer in peers.items()}
        for call in calls.values():
            call()  # what is read once is read
        ours = {who: Timed(call, cpu_of(peers[who].pid)) for who, call in calls.items()}
        no_op = Timed(Peer(self.no_op.port, self.no_op.pid, era).prepare("ping", {}), cpu_of(self.no_op.pid))
        bare = Timed(Requests(self.fake_url).of(calls["token"]), time.process_time)
        measure([no_op, bare, *ours.values()], self.rounds)
        return max(compare(f"{store}, {era}, {who}, {tool}", no_op, bare, one) for who, one in ours.items())


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--store", nargs="+", choices=["memory", "sqlite", "postgresql"], default=["sqlite"])
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        places = stack.enter_context(stores(options.store, Path(folder)))
        fake = stack.enter_context(running_fake("--seed", "demo"))
        no_op = stack.enter_context(running("-m", "benchmarks.no_op_server", "http"))
        scene = Scene(fake.url, no_op, stack.enter_context(issuing()), folder, options.rounds)
        print(f"{'':54}{'milliseconds, fastest':>24}{'ratio: fastest':>16}{'median':>16}")
        print(f"{'':54}{'no-op':>8}{'httpx':>8}{'tool':>8}{'clock':>8}{'cpu':>8}{'clock':>8}{'cpu':>8}")
        worst = max(scene.play(store, where) for store, where in places.items())
    print(f"worst {worst:.2f}, at most {LIMIT}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
