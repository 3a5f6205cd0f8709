"""The journal: what was asked, what was answered and why, so that an integrator sees what went wrong.

It keeps no headers, so no credentials; it is bounded in entries and bytes; bodies are kept raw and read when listed,
because listing is rare and recording is on every request's way.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

from mockserver.crm.api import ApiResponse
from mockserver.workspaces.glob import Glob

MAX_ENTRIES = 1000
MAX_BYTES = 8 * 1024 * 1024
MAX_BODY_BYTES = 64 * 1024


class RecordedRequest(Protocol):
    """A request, as the web server or a page sends it."""

    @property
    def method(self) -> str:
        """Upper-case HTTP method."""
        ...

    @property
    def path(self) -> str:
        """Decoded path."""
        ...

    @property
    def query(self) -> Sequence[tuple[str, str]]:
        """Decoded name and value pairs, in the order sent."""
        ...

    @property
    def body(self) -> bytes:
        """The raw body."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response, as the web server saw them pass.

    Attributes:
        method: Upper-case HTTP method.
        path: Decoded path.
        query: Decoded name and value pairs, in the order sent.
        body: The request's raw body.
        status: The response's status; 0 where a fault let none reach the caller.
        response: What reached the caller of the response's body.
        reason: Why it was refused.
        hints: Odd but accepted things, and what was probably meant.
        fault: The kind of the fault it met.
        filter_parameters: The query parameters that hold conditions as JSON.
        response_type: The response's media type.
        took_s: Seconds until the response, a fault's delay included.
        sent_to: Where the fake itself sent the request, such as `http://127.0.0.1:9000`; empty where it was asked.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    body: bytes
    status: int
    response: bytes
    reason: str = ""
    hints: Sequence[str] = ()
    fault: str | None = None
    filter_parameters: Sequence[str] = ()
    response_type: str = ""
    took_s: float = 0.0
    sent_to: str = ""

    @classmethod
    def of(
        cls,
        request: RecordedRequest,
        response: ApiResponse,
        *,
        filter_parameters: Sequence[str] = (),
        took_s: float = 0.0,
    ) -> Exchange:
        """Return what the journal keeps of a request and its response; a fault's delay adds to the time it took."""
        delivery = response.delivery
        return cls(
            method=request.method,
            path=request.path,
            query=request.query,
            body=request.body,
            status=response.status,
            response=response.arriving_body,
            reason=response.reason,
            hints=response.hints,
            fault=delivery.fault if delivery else None,
            filter_parameters=filter_parameters,
            response_type=response.content_type,
            took_s=took_s + (delivery.delay_s if delivery else 0.0),
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries are meant; None is any.

    Attributes:
        method: Upper-case HTTP method.
        path: What the whole path is like.
        status: What the whole status is like, as text.
        since: The id after which entries begin.
    """

    method: str | None = None
    path: Glob | None = None
    status: re.Pattern[str] | None = None
    since: int = 0

    def matches(self, entry: JournalEntry) -> bool:
        """Tell whether an entry is meant."""
        exchange = entry.exchange
        return (
            entry.id > self.since
            and (self.method is None or self.method == exchange.method)
            and (self.path is None or self.path.matches(exchange.path))
            and (self.status is None or self.status.fullmatch(str(exchange.status)) is not None)
        )


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One exchange as the journal keeps it: numbered, and with the time it was recorded as seconds since 1970."""

    id: int
    at_s: float
    exchange: Exchange
    size: int

    @property
    def at(self) -> str:
        """The time it was recorded, such as `2026-01-02T03:04:05.678Z`."""
        at = dt.datetime.fromtimestamp(self.at_s, dt.UTC).isoformat(timespec="milliseconds")
        return at.replace("+00:00", "Z")


class Journal:
    """The last exchanges of one workspace, at most `MAX_ENTRIES` and `max_bytes` of them."""

    def __init__(self, workspace: str = "default", *, max_bytes: int = MAX_BYTES) -> None:
        self._workspace = workspace
        self._max_bytes = max_bytes
        self._entries: deque[JournalEntry] = deque()
        self._last_id = 0
        self._bytes = 0

    def record(self, exchange: Exchange) -> None:
        """Add an exchange, dropping the oldest ones where there are too many."""
        if len(exchange.body) > MAX_BODY_BYTES or len(exchange.response) > MAX_BODY_BYTES:
            exchange = replace(exchange, body=_cut(exchange.body), response=_cut(exchange.response))
        size = len(exchange.body) + len(exchange.response) + len(exchange.path)
        size += sum(len(name) + len(value) for name, value in exchange.query)
        self._last_id += 1
        self._entries.append(JournalEntry(self._last_id, time.time(), exchange, size))
        self._bytes += size
        while len(self._entries) > MAX_ENTRIES or (self._bytes > self._max_bytes and len(self._entries) > 1):
            self._bytes -= self._entries.popleft().size

    def select(self, selection: Selection, limit: int = MAX_ENTRIES) -> list[JournalEntry]:
        """Return the last `limit` of the entries that are meant, newest last."""
        meant = [entry for entry in self._entries if selection.matches(entry)]
        return meant[-limit:] if limit else []

    def list_entries(self, limit: int = MAX_ENTRIES, selection: Selection | None = None) -> list[dict[str, object]]:
        """Return the same as data for people: bodies as JSON where they are, conditions in the query decoded."""
        return [self._show(entry) for entry in self.select(selection or Selection(), limit)]

    def clear(self) -> int:
        """Forget all entries and return how many there were; ids go on counting."""
        forgotten = len(self._entries)
        self._entries.clear()
        self._bytes = 0
        return forgotten

    def _show(self, entry: JournalEntry) -> dict[str, object]:
        exchange = entry.exchange
        shown: dict[str, object] = {
            "id": entry.id,
            "at": entry.at,
            "method": exchange.method,
            "path": exchange.path,
            "query": dict(exchange.query),
            "body": _show_body(exchange.body),
            "status": exchange.status,
            "response": _show_body(exchange.response),
            "reason": exchange.reason,
            "hints": list(exchange.hints),
            "fault": exchange.fault,
            "workspace": self._workspace,
        }
        if exchange.sent_to:
            shown |= {"outgoing": True, "url": exchange.sent_to + exchange.path}
        filters = _decode_filters(exchange)
        if filters:
            shown["filters"] = filters
        return shown


def _cut(body: bytes) -> bytes:
    if len(body) <= MAX_BODY_BYTES:
        return body
    return body[:MAX_BODY_BYTES] + f"... (cut: {len(body)} bytes in all)".encode()


def _show_body(body: bytes) -> object:
    """Return the JSON value of a body, its text where it is not JSON, None where there is none."""
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")


def _decode_filters(exchange: Exchange) -> list[object]:
    """Return the conditions that the query holds as JSON; those that cannot be read are left to the query itself."""
    decoded: list[object] = []
    for name, value in exchange.query:
        if name not in exchange.filter_parameters:
            continue
        try:
            conditions: object = json.loads(value)
        except (ValueError, RecursionError):
            continue
        decoded += cast("list[object]", conditions) if isinstance(conditions, list) else [conditions]
    return decoded
