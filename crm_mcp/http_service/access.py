"""Who may call at all, whatever token it brings: the names in Host and Origin, and what no foreign page can send."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from crm_mcp.errors import SettingsError
from crm_mcp.http_service.refusals import refuse
from crm_mcp.languages import Texts
from crm_mcp.setting_values import LOOPBACK_HOSTS
from crm_mcp.settings import ServerSettings

_texts = Texts(__file__)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send


def allowed_names(settings: ServerSettings, host: str) -> list[str]:
    """Return the host names that callers may use: loopback, `host` itself and `CRM_MCP_ALLOWED_HOSTS`.

    Raises:
        SettingsError: The host can be reached from outside and no token is demanded.
    """
    if host not in LOOPBACK_HOSTS and not (settings.http_token.get_secret_value() or settings.oauth_issuer):
        raise SettingsError(
            _texts.later("Serving on {host} would let anybody who reaches it into the CRM.", host=host),
            hint=_texts.later(
                "Set CRM_MCP_HTTP_TOKEN to a long random text, or CRM_MCP_OAUTH_ISSUER, or serve on 127.0.0.1."
            ),
        )
    names = [*LOOPBACK_HOSTS, *([] if host in ("0.0.0.0", "::") else [host])]  # noqa: S104  # compared, not bound
    return [*(f"[{name}]" if ":" in name else name for name in names), *settings.allowed_host_list]


class KnownNames:
    """An application behind a check of the names that a request calls this server and its page by.

    A page of another site can have its own name lead here (DNS rebinding), but can change neither Host nor Origin.
    """

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self._app = app
        self._host = re.compile(_any_of(names), re.IGNORECASE)
        self._origin = re.compile(f"https?://{_any_of(names)}", re.IGNORECASE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        app = self._refusal(Headers(scope=scope)) or self._app
        await app(scope, receive, send)

    def _refusal(self, headers: Headers) -> Response | None:
        if not self._host.fullmatch(headers.get("host", "")):
            return refuse(421, "This server is not known by the name in Host: CRM_MCP_ALLOWED_HOSTS has to name it.")
        origin = headers.get("origin")
        if origin and not self._origin.fullmatch(origin):
            return refuse(403, "Pages of this Origin may not call: CRM_MCP_ALLOWED_HOSTS has to name its host.")
        return None


class JsonAlone:
    """An application behind a check that a body is said to be JSON: no page can say so before it was allowed to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        app = self._app
        media_type = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] == "POST" and media_type != "application/json":
            app = refuse(415, "Send JSON, with the header Content-Type: application/json.")
        await app(scope, receive, send)


def open_to_browsers(names: Sequence[str]) -> Middleware:
    """Return what lets pages of these names call: preflights are answered here, before any token is asked for."""
    return Middleware(
        CORSMiddleware,
        allow_origin_regex=f"https?://{_any_of(names)}",
        allow_methods=("GET", "POST", "DELETE"),
        allow_headers=("*",),  # as the page asks: the protocol adds headers from one revision to the next
        allow_private_network=True,
        expose_headers=("Mcp-Session-Id", "Mcp-Protocol-Version", "WWW-Authenticate"),
    )


def _any_of(names: Sequence[str]) -> str:
    """Return a pattern of these names, with any port or none."""
    return f"({'|'.join(map(re.escape, names))})(:[0-9]{{1,5}})?"
