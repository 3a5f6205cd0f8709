"""What tells a client without a token where to get one. Source: RFC 9728."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from crm_mcp.http_service.oauth.access_tokens import SCOPES
from crm_mcp.setting_values import LOOPBACK_HOSTS

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_PATH = "/.well-known/oauth-protected-resource"
_ENDPOINT = "/mcp"
PATHS = (f"{_PATH}{_ENDPOINT}", _PATH)
"""Where the metadata is served: at the path that belongs to `/mcp`, and at the root."""


class ProtectedResource:
    """This server as clients of its issuer know it.

    Args:
        issuer: Who issues tokens for it.
        audience: What tokens name it; where that is a URL, it is the server's own.
    """

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer = issuer
        self._url = audience if audience.startswith(("https://", "http://")) else ""

    def metadata_url(self, connection: HTTPConnection) -> str:
        """Return the address of the metadata, as the caller of this request can reach it."""
        return f"{_own_address(connection)}{_PATH}{_ENDPOINT}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond with the metadata."""
        described = {
            "resource": self._url or f"{_own_address(HTTPConnection(scope))}{_ENDPOINT}",
            "resource_name": "CRM tools for assistants",
            "authorization_servers": [self._issuer],
            "scopes_supported": SCOPES,
            "bearer_methods_supported": ["header"],
        }
        await JSONResponse(described)(scope, receive, send)


def _own_address(connection: HTTPConnection) -> str:
    """Return scheme and host of this server; a balancer in front of it speaks TLS, so only loopback has http."""
    url = connection.url
    return f"{'http' if url.hostname in LOOPBACK_HOSTS else 'https'}://{url.netloc}"
