"""Tells whoever observes this process of each HTTP request that it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from crm_mcp.http_service.users import user_of
from crm_mcp.telemetry import events
from crm_mcp.telemetry.requests import OTHER

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_UNAUTHORIZED = 401
_FAULT = 500
_GONE = 499
_WEBHOOKS = "/webhooks/"


class HttpRequestsObserved:
    """The outermost middleware of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_at = events.start_clock()
        status = 0

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._tell(scope, status, began_at)
            await send(message)

        gone = _GONE
        try:
            await self._app(scope, receive, note)
        except Exception:
            gone = _FAULT
            raise
        finally:
            if not status:
                self._tell(scope, gone, began_at)

    def _tell(self, scope: Scope, status: int, began_at: float) -> None:
        route = _route_of(scope)
        if route.startswith(_WEBHOOKS):
            events.webhook_received(crm=route.removeprefix(_WEBHOOKS), status=status)
        events.http_answered(
            method=scope["method"] if scope["method"] in _METHODS else OTHER,
            route=route,
            status=status,
            user="" if status == _UNAUTHORIZED else user_of(scope),
            duration_s=events.seconds_since(began_at),
        )


def _route_of(scope: Scope) -> str:
    """Return the address of a request, where it is one of the application's: any other is somebody's text."""
    path = scope["path"].rstrip("/")
    known = (route.path for route in scope["app"].routes if isinstance(route, Route))
    return path if path in known else OTHER
