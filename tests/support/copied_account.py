"""A MiniCRM account and the process that copies it, both on one clock that a test moves: for judges of the replica."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import UnreachableError
from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.connector import MinicrmConnector
from crm_mcp.minicrm.replica.columns import ADDRESSES, CONTACTS, PROJECTS, TASKS
from crm_mcp.minicrm.replica.documents.keys import split_key
from crm_mcp.minicrm.replica.documents.tables import DOCUMENTS, ITEMS
from crm_mcp.minicrm.replica.source import MinicrmSource
from crm_mcp.replica.database import Replica
from crm_mcp.replica.tables import Column
from crm_mcp.store.account import Account
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from mockserver.crm.profiles import Profile
from mockserver.http.asgi import HttpRequest
from mockserver.server.app import create_app
from tests.support.database_of_the_fake import Database, Row, read_database

_T = TypeVar("_T")
ZONE = ZoneInfo("Europe/Budapest")
HEADERS = {b"authorization": b"Basic " + base64.b64encode(b"10001:demo-api-key"), b"host": b"127.0.0.1"}
# No response tells these, or only under another name; older servers do not tell some more (documented).
_NOT_TOLD = frozenset({"reference_id", "contact", "business"})
_OF_DETAILS = ("subject", "payment_method")
_OF_DOCUMENTS = (
    *("number", "type", "status", "status_group", "issued", "due", "delivery", "paid_on", "currency"),
    *("amount", "net", "vat", "project_id", "storno_id", *_OF_DETAILS),
)
_NOT_TOLD_OF_OLD = frozenset({"business_id", "created_at", "updated_at"})


class Killed(BaseException):
    """The process that copies is gone in the middle of a request."""


class CopiedAccount:
    """A fake MiniCRM and its copy.

    Args:
        seed: What the account holds.
        folder: Where the copy's file is.
        profile: Which servers the fake is like.
        now_s: The time at first, in seconds since 1970.
        ahead_s: How far the CRM's clock is ahead of that of the process that copies.
        request_s: How long a request takes.
    """

    def __init__(
        self,
        seed: Mapping[str, Any],
        folder: Path,
        profile: Profile,
        *,
        now_s: float,
        ahead_s: float = 0.0,
        request_s: float = 0.2,
    ) -> None:
        self.app = create_app(seed, profile)
        self.now_s = now_s
        self.asked = 0
        self.before_request: Callable[[int], None] = lambda _number: None
        self._not_told = _NOT_TOLD if profile.name == "observed" else _NOT_TOLD | _NOT_TOLD_OF_OLD
        self._ahead_s = ahead_s
        self._request_s = request_s
        self._folder = folder
        self.move_clock(0.0)
        self.source = self._start()

    def close(self) -> None:
        """End the fake."""
        self.app.close()

    def move_clock(self, seconds: float) -> None:
        """Let time go by, for both."""
        if not seconds and self.asked:
            return
        self.now_s += seconds
        moment = dt.datetime.fromtimestamp(self.now_s + self._ahead_s, dt.UTC).replace(microsecond=0)
        self.app.workspace.clock.freeze(moment)

    def call(self, method: str, path: str, body: object = None) -> int:
        """Send a request of somebody else's and return the status."""
        sent = b"" if body is None else json.dumps(body).encode()
        return self.app.respond(HttpRequest(method, path, [], HEADERS, sent, "", "http")).status

    def put(self, entity: str, body: Mapping[str, object]) -> bool:
        """Write as another client of the API does, and tell whether it was taken."""
        return self.call("PUT", f"/Api/R3/{entity}", body) == 200

    def edit(self, **edit: object) -> bool:
        """Do what a person does in MiniCRM's own page, and tell whether it could be done."""
        return self.call("POST", "/_control/edits", {"edits": [{"crm": "minicrm", **edit}]}) == 200

    def set_faults(self, *rules: Mapping[str, object]) -> None:
        """Have the fake fail by these rules from now on."""
        assert self.call("PUT", "/_control/faults", {"seed": 1, "rules": list(rules)}) == 200

    def restart(self) -> None:
        """Begin anew in another process over the same file."""
        asyncio.run(self.source.replica.close())
        self.source = self._start()

    def _start(self) -> MinicrmSource:
        account = Account("minicrm", "http://127.0.0.1", system="10001", login="play")
        replica = Replica(account, Store(str(self._folder), keeps_reads=True), ZONE, self.read_clock)
        crm_clock = CrmClock(self.read_clock)
        client = MinicrmClient(crm_clock.watch(self))
        return MinicrmSource(replica, client, Directory(client, clock=self.read_clock), crm_clock, ZONE, 0)

    def read_clock(self) -> float:
        """Return the time of the process that copies; every look takes a moment."""
        self.now_s += 0.001
        return self.now_s

    async def perform(self, request: Request, parse: Callable[[Response], _T]) -> _T:
        """Carry a request of the copy's to the fake; it takes some time.

        Raises:
            UnreachableError: A fault reset the connection.
        """
        self.asked += 1
        self.before_request(self.asked)
        self.move_clock(self._request_s / 2)
        body = b"" if request.body is None else json.dumps(request.body).encode()
        query = list(request.query)
        response = self.app.respond(HttpRequest(request.method, request.path, query, HEADERS, body, "", "http"))
        await asyncio.sleep(0)
        self.move_clock(self._request_s / 2)
        if response.delivery is not None and response.delivery.is_reset:
            raise UnreachableError("MiniCRM cannot be reached: the connection was reset.")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return parse(Response(response.status, response.arriving_body, response.content_type, request, headers))

    def read_original(self) -> Database:
        """Return what the fake holds."""
        return read_database(self.app.workspace.dump_snapshot())

    async def list_differences(self) -> list[str]:
        """Compare the copy with the fake's own database, column by column."""
        return await list_differences(self.source, self.read_original(), self._not_told)


def open_copy(settings: Mapping[str, str]) -> MinicrmSource:
    """Open the replica that the processes of these settings keep; close it at the end."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        store = Store(settings["CRM_MCP_STORE"], keeps_reads=True)
        connector = MinicrmConnector.from_environment(ConnectionPool(), store)
    assert connector is not None
    return connector.source()


async def list_differences(
    source: MinicrmSource, original: Database, not_told: Collection[str] = _NOT_TOLD | _NOT_TOLD_OF_OLD
) -> list[str]:
    """Compare a copy with an account's own database, column by column, but those that no response tells."""
    fields = {name for types in original.field_types.values() for name in types}
    kinds = {
        PROJECTS: original.projects,
        CONTACTS: original.contacts,
        TASKS: original.tasks,
        ADDRESSES: original.addresses,
    }
    found: list[str] = []
    for name, rows in kinds.items():
        table, copy = source.facts.tables[name], await _read_copy(source, name)
        found += [f"{name} {one}: is not there any more" for one in copy.keys() - rows.keys()]
        for record_id, row in rows.items():
            if record_id not in copy:
                found.append(f"{name} {record_id}: is missing")
            else:
                columns = [column for column in table.stored if column.name not in not_told]
                found += _compare(columns, row, copy[record_id], fields, f"{name} {record_id}")
    return found


async def _read_copy(source: MinicrmSource, table: str) -> dict[int, Row]:
    """Return the rows of a table of the copy by id."""
    names = [column.name for column in source.facts.tables[table].stored]
    sql = f"select {', '.join(names)} from {table} where holder_ = 0"
    rows = await source.replica.run(lambda transaction: transaction.execute(sql))
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _compare(columns: Sequence[Column], row: Row, copy: Row, fields: set[str], record: str) -> list[str]:
    found: list[str] = []
    for column in columns:
        field = column.field.lower()
        if not {column.name, field} & (row.keys() | fields):
            continue
        wanted, held = row.get(column.name, row.get(field)), copy[column.name]
        if column.kind in ("integer", "flag"):  # an empty number is printed as 0
            wanted, held = wanted or 0, held or 0
        if wanted != held and not is_address_of(held, wanted):
            found.append(f"{record}: {column.name} is {wanted!r}, held is {held!r}")
    return found


def is_address_of(held: object, wanted: object) -> bool:
    """Tell whether a copy holds the address of a stored file, which the fake keeps as `file:9301`."""
    if not str(wanted).startswith("file:"):
        return False
    token = hashlib.sha256(f"minicrm file {str(wanted).removeprefix('file:')}".encode()).hexdigest()[:30]
    return str(held).endswith(f"&e={token}")


async def list_document_differences(source: MinicrmSource, original: Database, *, details: bool = False) -> list[str]:
    """Compare the copy of documents with an account's own, what their details tell only where `details` were read."""
    names = [name for name in _OF_DOCUMENTS if details or name not in _OF_DETAILS]
    copy: dict[tuple[str, int], Row] = {}
    for key, *values in await _run(source, f"select id, {', '.join(names)} from {DOCUMENTS}"):
        copy[split_key(key)] = dict(zip(names, values, strict=True))
    if details:
        for one in copy.values():
            one["items"] = []
        for key, name in await _run(
            source, f"select document_id, name from {ITEMS} where holder_ = 0 order by position"
        ):
            copy[split_key(key)]["items"].append(name)
    compared = [*names, *(["items"] if details else [])]
    wanted = {key: {name: row[name] for name in compared} for key, row in original.documents.items()}
    return [
        f"{key}: is {wanted.get(key)}, held is {copy.get(key)}"
        for key in sorted(wanted.keys() | copy.keys())
        if wanted.get(key) != copy.get(key)
    ]


async def _run(source: MinicrmSource, sql: str) -> Sequence[Sequence[Any]]:
    return await source.replica.run(lambda transaction: transaction.execute(sql))
