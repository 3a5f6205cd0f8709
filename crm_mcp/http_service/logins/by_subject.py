"""Hands each request to the server of whoever sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser

from crm_mcp.http_service.refusals import refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from crm_mcp.http_service.logins.live import LiveLogins

_ERROR = "no_crm_login"
_NO_LOGIN = (
    "This server has no CRM login for you. Ask whoever runs it to add the subject (sub) of your token to the file that "
    "CRM_MCP_LOGINS names; then call again."
)
_NO_OWN_LOGIN = (
    "This server has no CRM login for the token of its settings, only for users of its OAuth issuer. Sign in there, or "
    "ask whoever runs it to set a login beside CRM_MCP_LOGINS."
)


class BySubject:
    """The application over the servers of all users.

    Args:
        own: What serves whoever brings the one token of the settings; None where the server has no login of its own.
        live: The servers of the subjects of the OAuth issuer.
    """

    def __init__(self, own: ASGIApp | None, live: LiveLogins) -> None:
        self._own = own
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        user = scope.get("user")
        subject = user.access_token.subject if isinstance(user, AuthenticatedUser) else None
        if subject is None:
            app = self._own or refuse(403, _NO_OWN_LOGIN, _ERROR)
            await app(scope, receive, send)
            return
        served = await self._live.find(subject)
        if served is None:
            await refuse(403, _NO_LOGIN, _ERROR)(scope, receive, send)
        elif scope["method"] == "GET":  # a stream for news lasts as long as the client, and holds nothing up
            await served(scope, receive, send)
        else:
            with served.in_flight():
                await served(scope, receive, send)
