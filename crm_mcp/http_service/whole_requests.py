"""Requests reach the MCP SDK whole or not at all: it logs a traceback for each client that leaves in mid-body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp.server.transport_security import RequestBodyLimitMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 4 * 1024 * 1024
"""A longer request body is refused with 413; the largest batch of records is far below it."""


def whole_requests(app: ASGIApp) -> ASGIApp:
    """Return the application behind a reader that takes each body to its end, and refuses one that is too large."""
    return RequestBodyLimitMiddleware(_WholeBodies(app), MAX_BODY_BYTES)


class _WholeBodies:
    """Drops requests whose clients left before the body was whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        first: Message | None = await receive()
        if first["type"] != "http.request" or first.get("more_body", False):
            return

        async def replay() -> Message:
            nonlocal first
            message, first = first, None
            return message or await receive()

        await self._app(scope, replay, send)
