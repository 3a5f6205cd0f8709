"""A replica of the fake's Ivinex account, in the test's process: what it asks is counted, time is the test's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.replica.source import IvinexSource
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.mcp.neighbours import Neighbours
from crm_mcp.replica.database import Replica
from crm_mcp.replica.source import Need
from crm_mcp.store.account import Account
from crm_mcp.store.engine import Store
from mockserver.http.asgi import HttpRequest
from mockserver.server.app import MockApp, create_app
from tests.support.database_of_the_fake import Row, read_database
from tests.support.direct_clients import DirectSender
from tests.support.replica_play import START_S, CountingSender

ACCOUNT = Account("ivinex", "http://127.0.0.1", "", "demo")
ZONE = ZoneInfo("UTC")


@dataclass
class IvinexPlay:
    """One account, its replica, and what people do in the CRM meanwhile."""

    app: MockApp
    sender: CountingSender
    modules: Mapping[str, str]
    folder: Path | None = None
    now_s: float = START_S
    source: IvinexSource = field(init=False)

    def __post_init__(self) -> None:
        self.wait(0)
        self.begin_again()

    def begin_again(self) -> None:
        """Go on as another process would: on the same file, with nothing remembered."""
        store = Store(str(self.folder), keeps_reads=True) if self.folder else Store()
        portal = Portal(IvinexSettings(modules=dict(self.modules)), self.sender, Neighbours())
        self.source = IvinexSource(Replica(ACCOUNT, store, ZONE, lambda: self.now_s), portal)

    def wait(self, seconds: float) -> None:
        """Let time pass, for both sides."""
        self.now_s += seconds
        self._control("PUT", "clock", {"now": self.source_time(), "frozen": True})

    def source_time(self) -> str:
        from datetime import datetime

        return datetime.fromtimestamp(self.now_s, ZONE).replace(tzinfo=None).isoformat(timespec="seconds")

    def edit(self, *edits: Mapping[str, object]) -> None:
        """Do what people do in the CRM's own page."""
        self._control("POST", "edits", {"edits": [{"crm": "ivinex", **one} for one in edits]})

    def write(self, *records: Mapping[str, object]) -> None:
        """Write by the API, as another program would."""
        self._call("POST", "/API/Records.php", {"Records": records})

    def _control(self, method: str, name: str, body: object) -> None:
        self._call(method, f"/_control/{name}", body)

    def _call(self, method: str, path: str, body: object) -> None:
        import base64

        login = b"Basic " + base64.b64encode(b"demo:demo-password")
        headers = {b"host": b"127.0.0.1", b"authorization": login}
        request = HttpRequest(method, path, [], headers, json.dumps(body).encode(), "127.0.0.1", "http")
        response = self.app.respond(request)
        assert response.status == 200, response.body

    def asked(self) -> list[dict[str, str]]:
        """Return the queries of what was asked since this was last called."""
        found = [dict(request.query) for request in self.sender.requests]
        self.sender.requests.clear()
        return found

    async def refresh(self, *tables: str, is_fresh: bool = False) -> None:
        """Bring tables up to date as a statement does."""
        await self.source.tables()
        await self.source.refresh(Need(dict.fromkeys(tables, frozenset[str]()), self.now_s, is_fresh))

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what is stored."""
        return await self.source.replica.run(lambda transaction: transaction.execute(sql))

    async def held(self, table: str) -> dict[str, Row]:
        """Return the rows of a table by id, without bookkeeping."""
        (found,) = [one for one in await self.source.tables() if one.name == table]
        names = [column.name for column in found.columns]
        rows = await self.rows(f"select {', '.join(names)} from {table}")
        return {row[0]: dict(zip(names, row, strict=True)) for row in rows}

    def true_rows(self, module: str, names: Sequence[str]) -> dict[str, Row]:
        """Return what the account holds of some columns, by id."""
        database = read_database(self.app.workspace.dump_snapshot())
        return {key: {name: row.get(name) or None for name in names} for key, row in database.ivinex[module].items()}

    async def check(self, table: str, module: str) -> None:
        """Assert that a table holds what the account holds."""
        held = await self.held(table)
        names = [name for name in next(iter(held.values()), Row()) if name not in ("id", "full_name")]
        assert {key: {name: row[name] for name in names} for key, row in held.items()} == self.true_rows(module, names)


@contextmanager
def ivinex_play(
    seed: Mapping[str, object], modules: Mapping[str, str], folder: Path | None = None
) -> Generator[IvinexPlay]:
    """Yield a play on a fake of its own."""
    with closing(create_app(seed)) as app:
        play = IvinexPlay(app, CountingSender(DirectSender(app, "demo:demo-password")), modules, folder)
        yield play
        asyncio.run(play.source.replica.close())
