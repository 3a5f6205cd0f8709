"""The tokens that callers bring in `Authorization: Bearer ...`: the one of the settings, or an OAuth issuer's."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError
from starlette.middleware.authentication import AuthenticationMiddleware

from crm_mcp.http_service.oauth.access_tokens import READ, SCOPES, TokenRefusedError
from crm_mcp.http_service.refusals import INSUFFICIENT_SCOPE, refuse

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

MetadataUrl = Callable[["HTTPConnection"], str]
"""Returns where a client reads who issues tokens; empty where nobody does."""


class VerifiesTokens(Protocol):
    """Who knows the tokens of one issuer."""

    async def verify(self, token: str) -> AccessToken:
        """Return whose it is; `TokenRefusedError` says why it is refused."""
        ...


class OneToken:
    """Accepts the token of the settings, in constant time; its bearers may do all."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def is_it(self, token: str) -> bool:
        """Whether this is the token."""
        return bool(self._token) and hmac.compare_digest(token.encode(), self._token)


def demand_token(
    app: ASGIApp, one_token: OneToken, issued: VerifiesTokens | None, metadata_url: MetadataUrl
) -> ASGIApp:
    """Let only requests through whose token lets them read; the others get 401 or 403, which say why."""

    async def may_read(scope: Scope, receive: Receive, send: Send) -> None:
        if READ in scope["auth"].scopes:
            await app(scope, receive, send)
            return
        refused = _refuse(403, INSUFFICIENT_SCOPE, f"The token lacks the scope {READ}.")
        await refused(scope, receive, send)

    def on_error(connection: HTTPConnection, error: Exception) -> Response:
        return _refuse(401, "invalid_token", str(error), metadata_url(connection))

    return AuthenticationMiddleware(may_read, backend=_Bearers(one_token, issued), on_error=on_error)


class _Bearers(AuthenticationBackend):
    """Recognises who sends a request by its token."""

    def __init__(self, one_token: OneToken, issued: VerifiesTokens | None) -> None:
        self._one_token = one_token
        self._issued = issued

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, AuthenticatedUser]:
        """Return what the caller may do, and who it is.

        Raises:
            AuthenticationError: There is no token, or it is refused.
        """
        given = conn.headers.getlist("authorization")
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if scheme.lower() != "bearer" or not token:
            raise AuthenticationError("Send one header Authorization: Bearer TOKEN.")
        known = await self._whose(token)
        return AuthCredentials(known.scopes), AuthenticatedUser(known)

    async def _whose(self, token: str) -> AccessToken:
        if self._one_token.is_it(token):
            return AccessToken(token="", client_id="crm-mcp", scopes=list(SCOPES))
        if self._issued is None:
            raise AuthenticationError("The token is wrong.")
        try:
            return await self._issued.verify(token)
        except TokenRefusedError as error:
            raise AuthenticationError(str(error)) from None


def _refuse(status: int, error: str, description: str, metadata_url: str = "") -> Response:
    challenge = [f'error="{error}"', f'error_description="{description}"', f'scope="{" ".join(SCOPES)}"']
    challenge += [f'resource_metadata="{metadata_url}"'] if metadata_url else []
    return refuse(status, description, error, {"WWW-Authenticate": f"Bearer {', '.join(challenge)}"})
