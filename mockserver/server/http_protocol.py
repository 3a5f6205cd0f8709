"""HTTP on a socket, where the server library is stricter or quieter than a fake should be.

- Raw UTF-8 in the request line, as curl sends what it is given, is taken as if it were encoded; servers at large do so.
- A request that cannot be read is explained to the caller, and in the journal of the workspace `default`.
- The application is lent a way to end a connection without a response, which is what some faults are.
- Where the application's `Entrance` has it, a connection may be TLS, and a tunnel of a proxy (CONNECT).
"""

from __future__ import annotations

import re
import socket
import struct
import sys
from asyncio import AbstractEventLoop, Future
from typing import Any
from urllib.parse import unquote

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from mockserver.http.asgi import END_CONNECTION, parse_query
from mockserver.http.oddities import RAW_ADDRESS
from mockserver.server.app import MockApp
from mockserver.server.entrance import Entrance, read_host
from mockserver.server.tls import begins_tls, explain_failure, start_tls

_LINGER_ZERO = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MAX_LINE_BYTES = 2000  # of a request line that the journal keeps
_CLOSES = ("Connection", "close")
_NO_PROXY = "This fake is no proxy: start crm-mock proxy, which serves the same, or let the program pass by proxies."
_HTTPS_ONLY = "This is plain HTTP, and the server speaks https here: use an address that begins with https://."


class RequestReader(h11.Connection):
    """The server's side of a connection, which looks at each request line before it is parsed.

    Attributes:
        line: The request line so far.
        was_raw: Whether it held bytes that an address has only encoded.
        error: Why the request could not be read, in the library's words.
    """

    def __init__(self, most_head_bytes: int) -> None:
        super().__init__(h11.SERVER, most_head_bytes)
        self.error = ""
        self._expect_line()

    def receive_data(self, data: bytes) -> None:
        """Take what came over the wire."""
        if self._is_in_line and data:
            line, end, rest = data.partition(b"\n")
            self._is_in_line = not end
            self.line += line[:_MAX_LINE_BYTES]
            encoded = _NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line)
            self.was_raw |= encoded != line
            data = encoded + end + rest
        super().receive_data(data)

    def start_next_cycle(self) -> None:
        """Go on to the next request of the connection."""
        super().start_next_cycle()
        self._expect_line()
        self._is_in_line = not self.trailing_data[0]  # what is here already was read past as part of the last request

    def next_event(self) -> type[h11.NEED_DATA | h11.PAUSED] | h11.Event:
        """Return the next event."""
        try:
            return super().next_event()
        except h11.RemoteProtocolError as error:
            self.error = self.error or str(error)
            raise

    def _expect_line(self) -> None:
        self.line = b""
        self.was_raw = False
        self._is_in_line = True


class HttpProtocol(H11Protocol):
    """One connection to the application, or one inside a tunnel or a TLS connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, END_CONNECTION: self._end_connection}, _loop)
        self._reader = RequestReader(config.h11_max_incomplete_event_size or 64 * 1024)
        self.conn = self._reader
        self._entrance = config.app.entrance if isinstance(config.app, MockApp) else Entrance()
        self._is_new = True

    def data_received(self, data: bytes) -> None:
        """Take what came over the wire."""
        self._unset_keepalive_if_required()
        if self._is_new:
            self._is_new = False
            if self.scheme == "http" and self._is_taken_by_tls(data):
                return
        self._reader.receive_data(data)
        self.app_state[RAW_ADDRESS] = self._reader.was_raw
        self.handle_events()

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that cannot be read, and say why."""
        if self.conn.our_state is not h11.IDLE:  # its head was read, and perhaps answered: there is nobody to tell
            self.transport.close()
            return
        why = explain_unreadable(self._reader.line, self._reader.error)
        self._record(400, f"The request cannot be read. {why}")
        super().send_400_response(f"{msg} {why}")

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Begin a tunnel: what comes through it is taken as if it came straight from the caller."""
        address = event.target.decode("ascii")
        refusal = self._entrance.refuse_host(address) if self._entrance.is_proxy else _NO_PROXY
        if refusal:
            self._refuse_tunnel(address, refusal)
            return
        self.transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        inner = HttpProtocol(self.config, self.server_state, {}, self.loop)
        self.connections.discard(self)
        self.transport.set_protocol(inner)
        inner.connection_made(self.transport)
        early, _ = self.conn.trailing_data
        if early:
            inner.data_received(early)

    def _should_upgrade(self) -> bool:
        # Not by a header Upgrade: Java's client offers HTTP/2 with every request, and takes HTTP/1.1 as well.
        return self.scope["method"] == "CONNECT"

    def _refuse_tunnel(self, address: str, why: str) -> None:
        self._record(403, why)
        # Most clients show nothing of such a response but its first line.
        reason = f"This fake answers for no {read_host(address)}".encode()
        body = f"{why}\n".encode()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), _CLOSES]
        self.transport.write(self.conn.send(h11.Response(status_code=403, headers=headers, reason=reason)))
        self.transport.write(self.conn.send(h11.Data(data=body)))
        self.transport.close()

    def _is_taken_by_tls(self, first: bytes) -> bool:
        authority = self._entrance.authority
        if authority is None:
            return False
        if begins_tls(first):
            inner = HttpProtocol(self.config, self.server_state, {}, self.loop)
            start_tls(self.transport, inner, authority.context, first, self.loop).add_done_callback(self._end_handshake)
            return True
        if self._entrance.is_https_only:
            self._reader.receive_data(first)
            self._record(400, _HTTPS_ONLY)
            super().send_400_response(_HTTPS_ONLY)
            return True
        return False

    def _end_handshake(self, done: Future[None]) -> None:
        self.connections.discard(self)
        error = None if done.cancelled() else done.exception()
        if error is not None:
            self._record(0, explain_failure(error))

    def _record(self, status: int, why: str) -> None:
        if isinstance(self.config.app, MockApp):
            method, path, query = _split_line(self._reader.line)
            self.config.app.record_outside(method, path, parse_query(query), status, why)

    def _end_connection(self, is_reset: bool) -> None:
        """End the connection: after what was written is sent, or at once and with a reset (TCP's RST)."""
        if not is_reset:
            self.transport.close()
            return
        # Closing with a lingering time of zero is what makes the kernel send a reset rather than an orderly end.
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self.transport.abort()


def explain_unreadable(line: bytes, error: str) -> str:
    """Say why a request cannot be read, and what to send instead.

    Args:
        line: Its first line, as far as it came.
        error: The library's words.
    """
    if begins_tls(line):
        return "This is TLS, and the server speaks plain HTTP here: use an address that begins with http://."
    if "too long" in error:
        return "The head of the request is longer than 64 KB: ask for less at once."
    if line.count(b" ") > 2:
        return "The address holds a space: encode it as %20 or +."
    return f"Its head breaks HTTP/1.1: {error}.".encode("ascii", "replace").decode()


def _split_line(line: bytes) -> tuple[str, str, bytes]:
    """Return the method, the path and the raw query of a line that is no request line, as far as they can be told."""
    words = line.strip().split(b" ")
    if not (words[0].isalpha() and words[0].isupper()):
        return "?", "", b""
    target = b" ".join(words[1:-1] if words[-1].startswith(b"HTTP/") else words[1:])
    path, _, query = target.partition(b"?")
    return words[0].decode(), unquote(path.decode(errors="replace")), query
