"""One connection: how long its client may take to send a request, and to take the response."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from crm_mcp.http_service.connections.refusals import TIMED_OUT, UNREADABLE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send
    from uvicorn.config import Config
    from uvicorn.server import ServerState

HEAD_TIMEOUT_S = 10.0
"""How long a client may take from connecting, or from its first byte, to the end of the headers."""
BODY_TIMEOUT_S = 30.0
"""How long a client may take to send the body of a request."""
TAKING_TIMEOUT_S = 30.0
"""How long a client may take nothing of a response that is sent to it."""

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
        self.give_up(UNREADABLE)

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
            self._timer = self.loop.call_later(sending, self.give_up, TIMED_OUT)

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
