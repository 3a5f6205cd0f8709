"""A replica of the fake's MiniCRM account, in the test's process: what it asks is counted, time is the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from crm_mcp.crm.messages import Request, Response
from crm_mcp.crm.operations import Sender
from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import Project
from crm_mcp.minicrm.replica.source import MinicrmSource
from crm_mcp.replica.database import Replica
from crm_mcp.store.account import Account
from crm_mcp.store.engine import Store
from mockserver.crm.profiles import Profile
from mockserver.http.asgi import HttpRequest
from mockserver.server.app import MockApp, create_app
from tests.support.direct_clients import DirectSender

_T = TypeVar("_T")
ZONE = ZoneInfo("Europe/Budapest")
START_S = 1_800_000_000.0
ACCOUNT = Account("minicrm", "http://127.0.0.1", "10001", "demo-api-key")


@dataclass
class CountingSender:
    """Hands requests on, and counts them; `fail` is called before each with its number, and may raise."""

    sender: Sender
    requests: list[Request] = field(default_factory=list[Request])
    fail: Callable[[int, Request], None] = lambda _number, _request: None

    async def perform(self, request: Request, parse: Callable[[Response], _T]) -> _T:
        self.requests.append(request)
        self.fail(len(self.requests), request)
        return await self.sender.perform(request, parse)


@dataclass
class ReplicaPlay:
    """One account, its replica, and what people do in the CRM meanwhile."""

    app: MockApp
    sender: CountingSender
    folder: Path | None = None
    now_s: float = START_S
    source: MinicrmSource = field(init=False)

    def __post_init__(self) -> None:
        self.set_clock()
        self.begin_again()

    def begin_again(self) -> None:
        """Go on as another process would: on the same file, with nothing remembered."""
        client = MinicrmClient(self.sender)
        store = Store(str(self.folder), keeps_reads=True) if self.folder else Store()
        replica = Replica(ACCOUNT, store, ZONE, lambda: self.now_s)
        self.source = MinicrmSource(replica, client, Directory(client), CrmClock(), ZONE, 60)

    def wait(self, seconds: float) -> None:
        """Let time pass, for both sides."""
        self.now_s += seconds
        self.set_clock()

    def set_clock(self) -> None:
        local = self._control("PUT", "clock", {"now": _local(self.now_s), "frozen": True})
        assert local.status == 200, local.body

    def edit(self, *edits: Mapping[str, object]) -> None:
        """Do what people do in the CRM's own page."""
        response = self._control("POST", "edits", {"edits": [{"crm": "minicrm", **one} for one in edits]})
        assert response.status == 200, response.body

    def _control(self, method: str, name: str, body: object) -> Any:
        content = json.dumps(body).encode()
        headers = {b"host": b"127.0.0.1"}
        return self.app.respond(HttpRequest(method, f"/_control/{name}", [], headers, content, "127.0.0.1", "http"))

    def asked(self) -> list[str]:
        """Return what was asked since this was last called, as `/Project?CategoryId=11`."""
        found = [
            request.path.removeprefix("/Api/R3")
            + ("?" + "&".join(f"{name}={value}" for name, value in request.query) if request.query else "")
            for request in self.sender.requests
        ]
        self.sender.requests.clear()
        return found

    async def all_projects(self, module: str) -> list[Project]:
        """Return the rows of all projects of a module, asked for anew."""
        client, rows = MinicrmClient(self.sender), list[Project]()
        while not rows or not len(rows) % 100:
            page = await client.search_projects({"CategoryId": module}, len(rows) // 100)
            rows += page.items
            if not page.items:
                break
        return rows

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what is stored."""
        return await self.source.replica.run(lambda transaction: transaction.execute(sql))


def _local(at_s: float) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(at_s, ZONE).replace(tzinfo=None).isoformat(timespec="seconds")


@contextmanager
def replica_play(
    seed: Mapping[str, object], profile: Profile | None = None, folder: Path | None = None
) -> Generator[ReplicaPlay]:
    """Yield a play on a fake of its own."""
    with closing(create_app(seed, profile)) as app:
        yield ReplicaPlay(app, CountingSender(DirectSender(app, "10001:demo-api-key")), folder)
