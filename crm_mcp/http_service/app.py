"""The ASGI application: streamable HTTP at `/mcp`, and who is let in."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from crm_mcp.errors import SettingsError
from crm_mcp.settings import LOOPBACK_HOSTS, ServerSettings

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.auth.provider import AccessToken
    from starlette.applications import Starlette
    from starlette.types import Receive, Scope, Send


def build_app(server: MCPServer[None], settings: ServerSettings, *, host: str) -> Starlette:
    """Make the ASGI app that serves streamable HTTP at `/mcp`.

    Host and Origin headers are held to loopback, `host` itself and `CRM_MCP_ALLOWED_HOSTS`.

    Raises:
        SettingsError: The host can be reached from outside and no token is set.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    token = settings.http_token.get_secret_value()
    if host not in LOOPBACK_HOSTS and not token:
        raise SettingsError(
            f"Serving on {host} would let anybody who reaches it into the CRM.",
            hint="Set CRM_MCP_HTTP_TOKEN to a long random text, or serve on 127.0.0.1.",
        )
    names = [*LOOPBACK_HOSTS, *([] if host in ("0.0.0.0", "::") else [host])]  # noqa: S104  # compared, not bound
    allowed = [*(f"[{name}]" if ":" in name else name for name in names), *settings.allowed_host_list]
    hosts = [pattern for name in allowed for pattern in (name, f"{name}:*")]
    security = TransportSecuritySettings(
        allowed_hosts=hosts, allowed_origins=[f"{scheme}://{name}" for name in hosts for scheme in ("http", "https")]
    )
    app = server.streamable_http_app(transport_security=security, host=host)
    if token:
        _demand_token(app, token)
    return app


def _demand_token(app: Starlette, token: str) -> None:
    """Let requests through only with this bearer token; all others get 401."""
    from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
    from starlette.middleware.authentication import AuthenticationMiddleware

    class RequireToken(RequireAuthMiddleware):
        """Demands the token of requests, and lets the server's start and stop through, which carry none."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            demand = super().__call__ if scope["type"] == "http" else self.app
            await demand(scope, receive, send)

    app.add_middleware(RequireToken, required_scopes=[])
    app.add_middleware(AuthenticationMiddleware, backend=BearerAuthBackend(_OneToken(token)))


class _OneToken:
    """Accepts exactly one bearer token, in constant time."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    async def verify_token(self, token: str) -> AccessToken | None:
        from mcp.server.auth.provider import AccessToken

        if not hmac.compare_digest(token.encode(), self._token):
            return None
        return AccessToken(token="", client_id="crm-mcp", scopes=[])
