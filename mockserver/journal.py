"""The journal: what was asked, what was answered and why, so that an integrator sees what went wrong.

It keeps no headers, so no credentials; it is bounded in entries and bytes; bodies are kept raw and read when listed,
because listing is rare and recording is on every request's way.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

MAX_ENTRIES = 1000
MAX_BYTES = 8 * 1024 * 1024
MAX_BODY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as the web server saw them pass."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    body: bytes
    status: int
    response: bytes
    reason: str = ""
    hints: Sequence[str] = ()
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    id: int
    at_s: float
    exchange: Exchange
    size: int


class Journal:
    """The last exchanges of one workspace, at most `MAX_ENTRIES` and `MAX_BYTES` of them."""

    def __init__(self, workspace: str = "default") -> None:
        self._workspace = workspace
        self._entries: deque[_Entry] = deque()
        self._last_id = 0
        self._bytes = 0

    def record(self, exchange: Exchange) -> None:
        """Add an exchange, dropping the oldest ones where there are too many."""
        if len(exchange.body) > MAX_BODY_BYTES or len(exchange.response) > MAX_BODY_BYTES:
            exchange = replace(exchange, body=_cut(exchange.body), response=_cut(exchange.response))
        size = len(exchange.body) + len(exchange.response) + len(exchange.path)
        size += sum(len(name) + len(value) for name, value in exchange.query)
        self._last_id += 1
        self._entries.append(_Entry(self._last_id, time.time(), exchange, size))
        self._bytes += size
        while len(self._entries) > MAX_ENTRIES or (self._bytes > MAX_BYTES and len(self._entries) > 1):
            self._bytes -= self._entries.popleft().size

    def list_entries(self, limit: int = MAX_ENTRIES) -> list[dict[str, object]]:
        """Return the last `limit` entries, newest last."""
        chosen = list(self._entries)[-limit:] if limit else []
        return [self._show(entry) for entry in chosen]

    def clear(self) -> int:
        """Forget all entries and return how many there were; ids go on counting."""
        forgotten = len(self._entries)
        self._entries.clear()
        self._bytes = 0
        return forgotten

    def _show(self, entry: _Entry) -> dict[str, object]:
        at = dt.datetime.fromtimestamp(entry.at_s, dt.UTC).isoformat(timespec="milliseconds")
        exchange = entry.exchange
        return {
            "id": entry.id,
            "at": at.replace("+00:00", "Z"),
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
