"""Requests reach the MCP SDK whole or not at all: it logs a traceback for each client that leaves in mid-body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from crm_mcp.http_service.incoming.bodies import give_again
from crm_mcp.http_service.refusals import refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MAX_BODY_BYTES = 4 * 1024 * 1024
"""A longer request body is refused with 413; the largest batch of records is far below it."""
_TOO_LARGE = f"The body is too large: at most {MAX_BODY_BYTES // 1024**2} MB are taken. Send less at a time."


def whole_requests(app: ASGIApp) -> ASGIApp:
    """Return the application behind a reader that takes each body to its end, and refuses one that is too large."""
    return _WholeBodies(app)


class _WholeBodies:
    """Drops requests whose clients left before the body was whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = bytearray()
        length = int(Headers(scope=scope).get("content-length", "0"))  # digits, or it would not have been read as HTTP
        is_more = True
        while is_more and max(length, len(read)) <= MAX_BODY_BYTES:
            message = await receive()
            if message["type"] != "http.request":
                return
            read += message.get("body", b"")
            is_more = message.get("more_body", False)
        if max(length, len(read)) > MAX_BODY_BYTES:
            await refuse(413, _TOO_LARGE)(scope, receive, send)
            return
        await self._app(scope, give_again(bytes(read), receive), send)
