"""The ASGI application: streamable HTTP at `/mcp`, and what a supervisor asks."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from crm_mcp.http_service.access import JsonAlone, KnownNames, allowed_names, open_to_browsers
from crm_mcp.http_service.bearer_tokens import OneToken, demand_token
from crm_mcp.http_service.callers import NamedCallers
from crm_mcp.http_service.message_bodies import OneMessage
from crm_mcp.http_service.oauth.issuer import find_issuer
from crm_mcp.http_service.oauth.resource_metadata import PATHS
from crm_mcp.http_service.plain_requests import PlainRequests
from crm_mcp.http_service.reach import Narrowed, ReachedTools, WritersAnswer
from crm_mcp.http_service.refusals import on_crash, on_http_exception
from crm_mcp.http_service.sessions.shared import SharedSessions
from crm_mcp.http_service.webhooks import webhook_routes
from crm_mcp.http_service.whole_requests import MAX_BODY_BYTES, whole_requests
from crm_mcp.registry import choose_toolsets, toolsets_of_tools
from crm_mcp.store.location import MEMORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcp.server import MCPServer
    from starlette.requests import HTTPConnection, Request
    from starlette.types import ASGIApp

    from crm_mcp.mcp.connector import Connector
    from crm_mcp.settings import ServerSettings
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_NO_CHECKS = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""The SDK's own checks take any text for a port, and write what they refuse into the log as it comes."""


def build_app(
    server: MCPServer[None],
    settings: ServerSettings,
    *,
    host: str,
    connectors: Sequence[Connector] = (),
    pool: ConnectionPool | None = None,
    store: Store | None = None,
) -> Starlette:
    """Make the application: `/mcp` for those who are let in, `/health` and `/ready` for everybody.

    What the CRMs of `connectors` tell of changes is taken at `/webhooks/NAME`. The keys of an OAuth issuer are fetched
    through `pool`. All processes of a `store` share the sessions of older clients.

    Raises:
        SettingsError: The host can be reached from outside and no token is demanded, or OAuth is half configured.
    """
    names = allowed_names(settings, host)
    issuer = find_issuer(settings, pool)
    # Called for the session manager that it makes: its own application redirects /mcp/ to whatever Host it is sent.
    server.streamable_http_app(transport_security=_NO_CHECKS, host=host, max_request_body_size=MAX_BODY_BYTES)
    sessions = server.session_manager
    ReachedTools(server, functools.partial(toolsets_of_tools, connectors))
    NamedCallers(server, connectors)
    mcp: ASGIApp = StreamableHTTPASGIApp(sessions)
    if store is not None and store.where != MEMORY:
        mcp = SharedSessions(mcp, store)
    mcp = Narrowed(whole_requests(JsonAlone(OneMessage(WritersAnswer(mcp)))), choose_toolsets)
    one_token = settings.http_token.get_secret_value()
    if one_token or issuer:
        tokens, resource = issuer or (None, None)
        mcp = demand_token(mcp, OneToken(one_token), tokens, resource.metadata_url if resource else _no_metadata)
    app = Starlette(
        routes=[
            *(Route(path, endpoint=KnownNames(mcp, names)) for path in ("/mcp", "/mcp/")),
            Route("/health", endpoint=_health),
            Route("/ready", endpoint=_ready),
            *webhook_routes(connectors, settings.webhook_login),
        ],
        middleware=[Middleware(PlainRequests), open_to_browsers(names)],
        exception_handlers={HTTPException: on_http_exception, Exception: on_crash},
        lifespan=lambda _: sessions.run(),
    )
    if issuer:
        app.router.routes += [Route(path, endpoint=KnownNames(issuer[1], names), methods=["GET"]) for path in PATHS]
    app.router.redirect_slashes = False
    return app


def _no_metadata(_: HTTPConnection) -> str:
    return ""


async def _health(_: Request) -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"})


async def _ready(_: Request) -> JSONResponse:
    """Say that tools can be called: the application answers requests only between its start and its stop."""
    return JSONResponse({"status": "ready"})
