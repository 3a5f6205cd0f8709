"""Requests that can be understood in one way only: a proxy and this server must not see two different ones."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from crm_mcp.http_service.refusals import CLOSE, refuse

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

_ONCE = frozenset(
    (b"content-type", b"content-encoding", b"host", b"origin", b"mcp-session-id", b"mcp-protocol-version")
)
"""Headers that decide something, and may stand in a request once."""


class PlainRequests:
    """An application behind a check that no request can be read in two ways."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        app = self._app
        if scope["type"] == "http":
            app = _refusal(scope) or app
            # No stream is replayed here, and the SDK would leave who asks for that without a response.
            scope["headers"] = [header for header in scope["headers"] if header[0].lower() != b"last-event-id"]
        await app(scope, receive, send)


def _refusal(scope: Scope) -> Response | None:
    names = Counter(name.lower() for name, _ in scope["headers"])
    # With CLOSE, since what follows on this connection may be what somebody hid in the body.
    if b"transfer-encoding" in names and (b"content-length" in names or scope["http_version"] == "1.0"):
        return refuse(400, "Send Content-Length or Transfer-Encoding, not both, by HTTP/1.1.", headers=CLOSE)
    if scope["http_version"] not in ("1.0", "1.1"):
        return refuse(505, "HTTP/1.1 is spoken here.", headers=CLOSE)
    if twice := sorted(name.decode() for name in _ONCE if names[name] > 1):
        return refuse(400, f"Send the header {twice[0]} once.")
    if Headers(scope=scope).get("content-encoding", "identity").lower() != "identity":
        return refuse(415, "Send the body as it is, without Content-Encoding.")
    return None
