"""The ASGI application: streamable HTTP at `/mcp`, and what a supervisor asks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from crm_mcp.http_service.access import JsonAlone, KnownNames, allowed_names, open_to_browsers
from crm_mcp.http_service.bearer_tokens import OneToken, demand_token
from crm_mcp.http_service.connections.timed import note_let_in
from crm_mcp.http_service.incoming.message_bodies import OneMessage
from crm_mcp.http_service.incoming.plain_requests import PlainRequests
from crm_mcp.http_service.incoming.whole_requests import whole_requests
from crm_mcp.http_service.limits.limits import limits_of
from crm_mcp.http_service.logins.by_subject import BySubject
from crm_mcp.http_service.logins.served import ServedLogin
from crm_mcp.http_service.oauth.issuer import find_issuer
from crm_mcp.http_service.oauth.resource_metadata import PATHS
from crm_mcp.http_service.reach import Narrowed, WritersAnswer
from crm_mcp.http_service.refusals import on_crash, on_http_exception
from crm_mcp.http_service.supervision.readiness import Readiness, RefusedWhileStopping
from crm_mcp.http_service.webhooks import webhook_routes
from crm_mcp.registry import choose_toolsets
from crm_mcp.server import holding_open
from crm_mcp.store.location import MEMORY
from crm_mcp.telemetry import events

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcp.server import MCPServer
    from starlette.requests import HTTPConnection
    from starlette.types import ASGIApp

    from crm_mcp.http_service.logins.live import LiveLogins
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.settings import ServerSettings
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool


def build_app(
    server: MCPServer[None] | None,
    settings: ServerSettings,
    *,
    host: str,
    pool: ConnectionPool,
    connectors: Sequence[Connector] = (),
    store: Store | None = None,
    logins: LiveLogins | None = None,
) -> Starlette:
    """Make the application: `/mcp` for those who are let in, `/health` and `/ready` for everybody.

    What the CRMs of `connectors` tell of changes is taken at `/webhooks/NAME`. The keys of an OAuth issuer are fetched
    through `pool`. All processes of a `store` share the sessions of older clients.

    Each subject of the issuer that has one of the `logins` is served by a server of its own, and the others of them by
    none; without those `server` serves everybody.

    Raises:
        SettingsError: The host can be reached from outside and no token is demanded, or OAuth is half configured.
    """
    names = allowed_names(settings, host)
    issuer = find_issuer(settings, pool)
    is_shared = store is not None and store.where != MEMORY
    own = server and ServedLogin(server, connectors, store if is_shared else None, limits=limits_of(settings))
    mcp: ASGIApp = BySubject(own, logins) if logins is not None else _required(own)
    readiness = Readiness(store)
    mcp = JsonAlone(OneMessage(RefusedWhileStopping(WritersAnswer(mcp), readiness)))
    mcp = note_let_in(Narrowed(whole_requests(mcp), choose_toolsets))
    one_token = settings.http_token.get_secret_value()
    if one_token or issuer:
        tokens, resource = issuer or (None, None)
        mcp = demand_token(mcp, OneToken(one_token), tokens, resource.metadata_url if resource else _no_metadata)
    app = Starlette(
        routes=[
            *(Route(path, endpoint=KnownNames(mcp, names)) for path in ("/mcp", "/mcp/")),
            *readiness.routes(),
            *webhook_routes(connectors, settings.webhook_login),
        ],
        middleware=[*_observed(), Middleware(PlainRequests), open_to_browsers(names)],
        exception_handlers={HTTPException: on_http_exception, Exception: on_crash},
        lifespan=lambda _: _running(pool, store, own, logins),
    )
    if issuer:
        app.router.routes += [Route(path, endpoint=KnownNames(issuer[1], names), methods=["GET"]) for path in PATHS]
    app.router.redirect_slashes = False
    app.state.readiness = readiness
    return app


def _required(own: ServedLogin | None) -> ServedLogin:
    if own is None:
        raise ValueError("there is neither a server nor are there logins")
    return own


@contextlib.asynccontextmanager
async def _running(
    pool: ConnectionPool, store: Store | None, own: ServedLogin | None, logins: LiveLogins | None
) -> AsyncGenerator[None]:
    """Run the servers inside the block, over what they share."""
    async with holding_open(pool, store):
        if own is not None:
            await own.start()
        watch = None if logins is None else asyncio.create_task(logins.keep_current())
        try:
            yield
        finally:
            if logins is not None and watch is not None:
                watch.cancel()
                await logins.close()
            if own is not None:
                await own.stop()


def _observed() -> Iterator[Middleware]:
    """Yield what tells of each request, where somebody observes this process."""
    if events.observers:
        from crm_mcp.telemetry.http_requests import HttpRequestsObserved

        yield Middleware(HttpRequestsObserved)


def _no_metadata(_: HTTPConnection) -> str:
    return ""
