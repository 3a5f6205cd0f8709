"""Requests of older clients: each is in a session, whose id stands in a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.datastructures import Headers

if TYPE_CHECKING:
    from starlette.types import Message, Scope

SESSION_ID = "mcp-session-id"
_VERSION = "mcp-protocol-version"


def is_of_older_client(headers: Headers) -> bool:
    """Tell whether a request is one of the revisions that have sessions; the oldest of them do not name theirs."""
    return headers.get(_VERSION, HANDSHAKE_PROTOCOL_VERSIONS[-1]) in HANDSHAKE_PROTOCOL_VERSIONS


def begun_session(message: Message) -> str | None:
    """Return the id of the session that a response begins, where a message of the response says so."""
    if message["type"] != "http.response.start" or message["status"] >= 400:
        return None
    return Headers(raw=message["headers"]).get(SESSION_ID)


def in_session(scope: Scope, session_id: str) -> Scope:
    """Return a request as one of a session."""
    return {**scope, "headers": [*_without(scope, SESSION_ID), (SESSION_ID.encode(), session_id.encode("latin-1"))]}


def posted(scope: Scope) -> Scope:
    """Return a POST of JSON by the sender of a request."""
    accepted = (b"accept", b"application/json, text/event-stream")
    headers = [*_without(scope, "accept", "content-type"), accepted, (b"content-type", b"application/json")]
    return {**scope, "method": "POST", "headers": headers}


def posted_opening(scope: Scope) -> Scope:
    """Return a POST by the sender of a request that begins a session."""
    made = posted(scope)
    return {**made, "headers": _without(made, SESSION_ID, _VERSION)}


def _without(scope: Scope, *names: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of a request without these, and without the length of its body."""
    dropped = {name.encode() for name in (*names, "content-length")}
    return [(name, value) for name, value in scope["headers"] if name.lower() not in dropped]
