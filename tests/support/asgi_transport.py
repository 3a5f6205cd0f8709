"""Lets a synchronous httpx client call an ASGI application in the same process, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

import httpx

Message = MutableMapping[str, Any]
AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]


class AsgiTransport(httpx.BaseTransport):
    """Hands each request to an application and waits for its response.

    Args:
        app: Any ASGI application; its lifespan is not run.
        peer: The address that the requests seem to come from.
    """

    def __init__(self, app: AsgiApp, peer: str = "127.0.0.1") -> None:
        self._app = app
        self._peer = peer
        self._loop = asyncio.new_event_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request.

        Raises:
            httpx.RemoteProtocolError: The application ended without a response.
        """
        return self._loop.run_until_complete(self._call(request))

    def close(self) -> None:
        """Close the event loop."""
        self._loop.close()

    async def _call(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        start: Message = {}
        chunks: list[bytes] = []
        is_read = False

        async def receive() -> Message:
            nonlocal is_read
            if is_read:
                return {"type": "http.disconnect"}
            is_read = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await self._app(self._build_scope(request), receive, send)
        if not start:
            raise httpx.RemoteProtocolError("the application ended without a response", request=request)
        return httpx.Response(start["status"], headers=start.get("headers", []), content=b"".join(chunks))

    def _build_scope(self, request: httpx.Request) -> dict[str, Any]:
        raw_path, _, query = request.url.raw_path.partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": unquote(raw_path.decode("ascii")),
            "raw_path": raw_path,
            "root_path": "",
            "query_string": query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": (self._peer, 1),
            "server": (request.url.host, request.url.port),
            "state": {},
        }
