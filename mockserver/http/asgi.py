"""The thin layer over ASGI: one request read, one response sent, by way of a fault where there is one.

No framework stands between: every test of a user's waits for the fake, so the fake must not make it wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

from mockserver.crm.api import ApiResponse
from mockserver.http.oddities import list_oddities, split_address

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# Where a server lends the application, in the scope's `state`, a function that ends the connection: `end(is_reset)`.
END_CONNECTION = "mockserver.end_connection"
_MOST_DRIPS = 20


class DisconnectedError(Exception):
    """The caller went away before the request was read."""


class BodyTooLargeError(Exception):
    """The body is larger than anything the fake takes."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as it came over the wire.

    Attributes:
        method: Upper-case HTTP method.
        path: Decoded path.
        query: Decoded name and value pairs, in the order sent.
        headers: Values by lower-case name; of repeated ones the last.
        body: The raw body.
        peer: The caller's address; empty where there is none (a call inside the process, a Unix socket).
        scheme: `http` or `https`.
        named_host: The `HOST[:PORT]` of an address as a proxy gets it, `http://HOST:PORT/path`; else empty.
        oddities: What is odd about how it was sent, for the journal.
    """

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[bytes, bytes]
    body: bytes
    peer: str
    scheme: str
    named_host: str = ""
    oddities: Sequence[str] = ()

    @property
    def announces_body(self) -> bool:
        """Whether the head says that a body follows."""
        return b"transfer-encoding" in self.headers or self.headers.get(b"content-length", b"0") != b"0"

    @property
    def host(self) -> str:
        """The host of the address, as a proxy gets it, or of the `Host` header, such as `127.0.0.1:8080`."""
        return self.named_host or self.headers.get(b"host", b"").decode("latin-1")

    @property
    def base_url(self) -> str:
        """Where the caller reached the fake, such as `http://127.0.0.1:8080`."""
        return f"{self.scheme}://{self.host or '127.0.0.1'}"


def read_head(scope: Scope) -> HttpRequest:
    """Read a request without its body."""
    raw_query: bytes = scope["query_string"]
    client = scope.get("client")
    headers = dict(scope["headers"])
    scheme, named_host, path = split_address(scope["path"])
    return HttpRequest(
        method=scope["method"],
        path=path,
        query=parse_query(raw_query) if raw_query else [],
        headers=headers,
        body=b"",
        peer=client[0] if client else "",
        scheme=scheme or scope.get("scheme", "http"),
        named_host=named_host,
        oddities=list_oddities(scope, headers),
    )


async def read_body(head: HttpRequest, receive: Receive, most_bytes: int) -> HttpRequest:
    """Return a request with its body.

    Raises:
        DisconnectedError: The caller went away.
        BodyTooLargeError: The body exceeds `most_bytes`; where its length was announced, nothing of it was read.
    """
    announced = head.headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced[:20]) > most_bytes:
        raise BodyTooLargeError
    return replace(head, body=await _read_body(receive, most_bytes))


def parse_query(raw: bytes) -> list[tuple[str, str]]:
    """Read a query into decoded names and values, in the order sent."""
    return parse_qsl(raw.decode(errors="replace"), keep_blank_values=True)


async def _read_body(receive: Receive, most_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most_bytes:
            raise BodyTooLargeError
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def deliver(scope: Scope, receive: Receive, send: Send, response: ApiResponse) -> None:
    """Send a response the way its fault has it, or at once where there is none."""
    delivery = response.delivery
    if delivery is None:
        await send_response(send, response)
        return
    if delivery.is_dripped:
        await _drip(send, response, delivery.delay_s)
        return
    if delivery.delay_s:
        await asyncio.sleep(delivery.delay_s)
    if delivery.is_reset:
        await _end_connection(scope, receive, is_reset=True)
    elif delivery.cut_at is not None:
        await send(_build_start(response))
        await send({"type": "http.response.body", "body": response.arriving_body, "more_body": True})
        await _end_connection(scope, receive, is_reset=False)
    else:
        await send_response(send, response)


async def send_response(send: Send, response: ApiResponse) -> None:
    """Send a response in one piece."""
    await send(_build_start(response))
    await send({"type": "http.response.body", "body": response.body})


def _build_start(response: ApiResponse) -> dict[str, Any]:
    headers = [(b"content-type", response.content_type.encode()), (b"content-length", str(len(response.body)).encode())]
    if response.status in {204, 304}:  # which have no body to tell about
        headers.clear()
    named = {name.lower(): value for name, value in response.headers.items()}
    if "date" not in named:  # the server's own time; a CRM's response has the account's
        named["date"] = formatdate(usegmt=True)
    headers.extend((name.encode(), value.encode("latin-1")) for name, value in named.items())
    return {"type": "http.response.start", "status": response.status, "headers": headers}


async def _drip(send: Send, response: ApiResponse, duration_s: float) -> None:
    """Send the head at once and the body in pieces of equal size that arrive at equal intervals."""
    await send(_build_start(response))
    pieces = split_into_drips(response.body)
    for piece in pieces:
        await asyncio.sleep(duration_s / len(pieces))
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def split_into_drips(body: bytes) -> list[bytes]:
    """Return the pieces in which a body drips, of equal size but for the last."""
    size = max(1, -(-len(body) // _MOST_DRIPS))
    return [body[i : i + size] for i in range(0, len(body), size)] or [b""]


async def _end_connection(scope: Scope, receive: Receive, *, is_reset: bool) -> None:
    end: Callable[[bool], None] | None = scope.get("state", {}).get(END_CONNECTION)
    if end is None:
        raise ConnectionResetError("a fault of the plan ends this connection, which this server has no way to do")
    end(is_reset)
    while (await receive())["type"] != "http.disconnect":  # else the server would take it for a forgotten response
        pass
