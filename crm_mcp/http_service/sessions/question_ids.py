"""The ids of what a process asks a client: each names its process, so that an answer finds the way back. Pure.

Every process counts its questions from 1, and a client that several of them ask in one session would mix them up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from crm_mcp.http_service.incoming.messages import Json, find_cancellation, is_answer

_PROCESS = re.compile(r"[0-9a-f]{8}")
_EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")


class QuestionIds:
    """Marks the ids of one process."""

    def __init__(self, process: str) -> None:
        self.process = process

    def mark(self, message: object) -> str:
        """Mark the id of a question in place, or that of a question which is withdrawn; return it, else nothing."""
        if not isinstance(message, dict) or "method" not in message:
            return ""
        known = cast("Json", message)
        if known.get("id") is not None:
            known["id"] = self._marked(known["id"])
            return known["id"]
        if (params := find_cancellation(known)) is not None:
            params["requestId"] = self._marked(params["requestId"])
        return ""

    def _marked(self, given: object) -> str:
        return f"{self.process}:{json.dumps(given)}"


def asker_of(message: object) -> str:
    """Return the process that put the question to which a message is the answer; empty where it is none."""
    if not is_answer(message):
        return ""
    given = message.get("id")
    process, _, marked = given.partition(":") if isinstance(given, str) else ("", "", "")
    try:
        json.loads(marked)
    except (ValueError, RecursionError):
        return ""
    return process if _PROCESS.fullmatch(process) else ""


def unmark(message: Mapping[str, Any]) -> Json:
    """Return an answer with the id as its asker knows it, where `asker_of` knows the asker."""
    return {**message, "id": json.loads(str(message["id"]).partition(":")[2])}


class EventStream:
    """A stream of server-sent events that comes in pieces, given on event by event."""

    def __init__(self) -> None:
        self._rest = b""

    def events(self, piece: bytes, *, is_last: bool) -> Iterator[bytes]:
        """Yield the events that are whole with this piece, with the blank line behind each; at the end what is left."""
        self._rest += piece
        while end := _EVENT_END.search(self._rest):
            event, self._rest = self._rest[: end.end()], self._rest[end.end() :]
            yield event
        if is_last and self._rest:
            yield self._rest


def read_event(event: bytes) -> object:
    """Return the JSON that an event carries; None where it carries none."""
    lines = [line.partition(b":")[2].removeprefix(b" ") for line in event.splitlines() if line.startswith(b"data:")]
    try:
        return json.loads(b"\n".join(lines)) if lines else None
    except ValueError:
        return None


def write_event(event: bytes, message: object) -> bytes:
    """Return an event with another message."""
    others = [line for line in event.splitlines() if line and not line.startswith(b"data:")]
    data = b"data: " + json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return b"\r\n".join([*others, data, b"", b""])
