"""The thin layer over ASGI: one request read, one answer sent.

No framework stands between: every test of a user's waits for the fake, so the fake must not make it wait.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from mockserver.exchange import ApiAnswer

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_BODY_BYTES = 512 * 1024 * 1024


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
    """

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[bytes, bytes]
    body: bytes
    peer: str
    scheme: str

    @property
    def host(self) -> str:
        """The `Host` header, such as `127.0.0.1:8080`."""
        return self.headers.get(b"host", b"").decode("latin-1")

    @property
    def base_url(self) -> str:
        """Where the caller reached the fake, such as `http://127.0.0.1:8080`."""
        return f"{self.scheme}://{self.host or '127.0.0.1'}"


async def read_request(scope: Scope, receive: Receive) -> HttpRequest:
    """Read a request to its end.

    Raises:
        DisconnectedError: The caller went away.
        BodyTooLargeError: The body exceeds `MAX_BODY_BYTES`.
    """
    raw_query: bytes = scope["query_string"]
    client = scope.get("client")
    return HttpRequest(
        method=scope["method"],
        path=scope["path"],
        query=parse_qsl(raw_query.decode(errors="replace"), keep_blank_values=True) if raw_query else [],
        headers=dict(scope["headers"]),
        body=await _read_body(receive),
        peer=client[0] if client else "",
        scheme=scope.get("scheme", "http"),
    )


async def _read_body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise BodyTooLargeError
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def send_answer(send: Send, answer: ApiAnswer) -> None:
    """Send an answer in one piece."""
    headers = [(b"content-type", answer.content_type.encode()), (b"content-length", str(len(answer.body)).encode())]
    headers.extend((name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.items())
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
