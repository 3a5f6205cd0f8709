"""Connections that clients keep open: how long each may take to send a request, and how many there may be.

Whoever sends half a request and waits costs a file descriptor. Nobody is locked out by that: each has its time, and
where all places are taken, the connection that has waited longest for its client makes room.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from crm_mcp.http_service.refusals import refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send
    from uvicorn.config import Config
    from uvicorn.server import ServerState

logger = logging.getLogger(__name__)

HEAD_TIMEOUT_S = 10.0
"""How long a client may take from connecting, or from its first byte, to the end of the headers."""
BODY_TIMEOUT_S = 30.0
"""How long a client may take to send the body of a request."""
TAKING_TIMEOUT_S = 30.0
"""How long a client may take nothing of a response that is sent to it."""
MOST_CONNECTIONS = 1000
_LOG_EVERY_S = 60.0


def _refusal(status: str, description: str, *headers: str) -> bytes:
    """Return a whole response, for those whose request no application answers."""
    body = refuse(400, description).body
    told = (f"HTTP/1.1 {status}", "Connection: close", "Content-Type: application/json", f"Content-Length: {len(body)}")
    return "".join(f"{line}\r\n" for line in (*told, *headers, "")).encode() + bytes(body)


_TIMED_OUT = _refusal("408 Request Timeout", "The request was not complete in time. Send it again at once.")
_UNREADABLE = _refusal("400 Bad Request", "The request cannot be read as HTTP/1.1, or its headers are too long.")
_FULL = _refusal("503 Service Unavailable", "All connections are in use. Try again in 5 s.", "Retry-After: 5")


_LET_IN = "crm_mcp.let_in"
_LISTENS = (b"mcp-method", b"subscriptions/listen")


def note_let_in(app: ASGIApp) -> ASGIApp:
    """Return an application that stands behind the checks of who may call, and notes who did."""

    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        scope[_LET_IN] = True
        await app(scope, receive, send)

    return noted


class TimedProtocol(H11Protocol):
    """HTTP/1.1 on one connection, with a time limit for the headers and one for the body of each request."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.waits_since_s = time.monotonic()
        self.is_known = False
        self._timer: asyncio.TimerHandle | None = None
        self._limit_s = 0.0
        self._taking: asyncio.TimerHandle | None = None

    @property
    def waits_for_client(self) -> bool:
        """Whether it is the client's turn: nothing was asked yet, a request is not complete, or all was answered."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    @property
    def is_called(self) -> bool:
        """Whether a call is being answered."""
        return self._is_answering and not self.is_listening

    @property
    def is_listening(self) -> bool:
        """Whether all that is answered is a stream of news, which may end at any time: clients ask for it again."""
        has_begun = self.conn.our_state is h11.SEND_BODY and not self.waits_for_client
        return has_begun and (self.scope["method"] != "POST" or _LISTENS in self.scope["headers"])

    @property
    def address(self) -> str:
        """Where the client is."""
        return self.client[0] if self.client else ""

    @property
    def _is_answering(self) -> bool:
        return self.conn.our_state in (h11.SEND_RESPONSE, h11.SEND_BODY) and not self.waits_for_client

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._time_the_client()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_timer()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        super().data_received(data)
        self._time_the_client()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request; the time for that is the server's keep-alive time."""
        self.waits_since_s = time.monotonic()
        self.is_known = self.is_known or _LET_IN in self.scope
        super().on_response_complete()
        if self.conn.their_state is not h11.SEND_BODY:
            self._stop_timer()

    def pause_writing(self) -> None:
        """Give the client its time to take what was sent."""
        super().pause_writing()
        self._taking = self._taking or self.loop.call_later(TAKING_TIMEOUT_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop waiting for that."""
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn names nothing else in it
        """Refuse what cannot be read; where a response has begun already, there is nobody to tell."""
        self.give_up(_UNREADABLE)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: Java's client offers HTTP/2 with every request, and takes HTTP/1.1 as well."""

    def give_up(self, response: bytes = b"") -> None:
        """Close the connection, with a response where one is given and none has begun."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(response)
        self.transport.close()

    def end_stream(self) -> None:
        """End a response that is under way, so that the client sees it whole."""
        if self.conn.our_state is h11.SEND_BODY:
            self.transport.write(self.conn.send(h11.EndOfMessage()) or b"")
            self.transport.close()

    def _time_the_client(self) -> None:
        """Give the client the time that belongs to what it is sending; more bytes of the same give no more."""
        sending = _limit_s(self.conn.their_state)
        if sending == self._limit_s or self.transport.is_closing():
            return
        self._stop_timer()
        if sending:
            self.waits_since_s = time.monotonic()
            self._limit_s = sending
            self._timer = self.loop.call_later(sending, self.give_up, _TIMED_OUT)

    def _stop_timer(self) -> None:
        self._limit_s = 0.0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _limit_s(their_state: object) -> float:
    """Return the time for what a client in this state is sending, 0 where it is not its turn."""
    if their_state is h11.IDLE:
        return HEAD_TIMEOUT_S
    return BODY_TIMEOUT_S if their_state is h11.SEND_BODY else 0.0


class Room:
    """The connections that are open, and how many there may be."""

    def __init__(self, most: int) -> None:
        self._connections: set[TimedProtocol] = set()
        self._most = most
        self._logged_s = -_LOG_EVERY_S

    @property
    def is_called(self) -> bool:
        """Whether a call is in flight on any of them."""
        return any(one.is_called for one in self._connections)

    def add(self, newcomer: TimedProtocol) -> None:
        """Add a connection that was just accepted; where there is no room, another is closed, or else it is itself."""
        self._connections = {one for one in self._connections if not one.transport.is_closing()}
        if len(self._connections) >= self._most:
            self._log()
            leaving = self._who_leaves()
            if leaving is None:
                newcomer.give_up(_FULL)
                return
            if leaving.is_listening:
                leaving.end_stream()
            leaving.give_up(_TIMED_OUT)
        self._connections.add(newcomer)

    def _who_leaves(self) -> TimedProtocol | None:
        """Return whom to close: strangers first, of the address that has most; nobody whose call is answered."""
        waiting = [one for one in self._connections if one.waits_for_client]
        strangers = [one for one in waiting if not one.is_known]
        listening = [one for one in self._connections if one.is_listening]
        from_address = Counter(one.address for one in self._connections)
        return min(
            strangers or waiting or listening,
            key=lambda one: (-from_address[one.address], one.waits_since_s),
            default=None,
        )

    def let_go(self) -> None:
        """Close all connections on which nothing is answered."""
        for one in self._connections:
            if not one.is_called and not one.is_listening:
                one.shutdown()

    def end_streams(self) -> None:
        """End all responses that are under way."""
        for one in self._connections:
            one.end_stream()

    def _log(self) -> None:
        if (now_s := time.monotonic()) - self._logged_s >= _LOG_EVERY_S:
            self._logged_s = now_s
            logger.warning("%d connections are open: those that wait longest for their clients are closed", self._most)


def most_connections() -> int:
    """Return how many connections to hold: half the files that the process may open, the rest is for the CRMs."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MOST_CONNECTIONS
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST_CONNECTIONS if limit == resource.RLIM_INFINITY else max(8, min(MOST_CONNECTIONS, limit // 2))
