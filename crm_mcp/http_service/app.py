"""The ASGI application: streamable HTTP at `/mcp`, and what a supervisor asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from crm_mcp.http_service.access import allowed_names, demand_token, hold_to, open_to_browsers, read_token
from crm_mcp.http_service.webhooks import webhook_routes
from crm_mcp.http_service.whole_requests import MAX_BODY_BYTES, whole_requests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcp.server import MCPServer
    from starlette.requests import Request

    from crm_mcp.mcp.connector import Connector
    from crm_mcp.settings import ServerSettings


def build_app(
    server: MCPServer[None], settings: ServerSettings, *, host: str, connectors: Sequence[Connector] = ()
) -> Starlette:
    """Make the application: `/mcp` for those who are let in, `/health` and `/ready` for everybody.

    What the CRMs of `connectors` tell of changes is taken at `/webhooks/NAME`.

    Raises:
        SettingsError: The host can be reached from outside and no token is set.
    """
    names = allowed_names(settings, host)
    token = settings.http_token.get_secret_value()
    # Called for the session manager that it makes: its own application redirects /mcp/ to whatever Host it is sent.
    server.streamable_http_app(transport_security=hold_to(names), host=host, max_request_body_size=MAX_BODY_BYTES)
    sessions = server.session_manager
    mcp = whole_requests(StreamableHTTPASGIApp(sessions))
    mcp = demand_token(mcp) if token else mcp
    app = Starlette(
        routes=[
            *(Route(path, endpoint=mcp) for path in ("/mcp", "/mcp/")),
            Route("/health", endpoint=_health),
            Route("/ready", endpoint=_ready),
            *webhook_routes(connectors, settings.webhook_login),
        ],
        middleware=[open_to_browsers(names), *([read_token(token)] if token else [])],
        lifespan=lambda _: sessions.run(),
    )
    app.router.redirect_slashes = False
    return app


async def _health(_: Request) -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"})


async def _ready(_: Request) -> JSONResponse:
    """Say that tools can be called: the application answers requests only between its start and its stop."""
    return JSONResponse({"status": "ready"})
