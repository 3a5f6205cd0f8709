"""Which names this server answers to: Host and Origin headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mcp.server.transport_security import TransportSecuritySettings
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts
from crm_mcp.settings import LOOPBACK_HOSTS, ServerSettings

_texts = Texts(__file__)

if TYPE_CHECKING:
    from collections.abc import Sequence


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


def hold_to(names: Sequence[str]) -> TransportSecuritySettings:
    """Return the SDK's checks of the Host and Origin headers: these names, with any port or none."""
    hosts = [pattern for name in names for pattern in (name, f"{name}:*")]
    return TransportSecuritySettings(
        allowed_hosts=hosts, allowed_origins=[f"{scheme}://{name}" for name in hosts for scheme in ("http", "https")]
    )


def open_to_browsers(names: Sequence[str]) -> Middleware:
    """Return what lets pages of these names call: preflights are answered here, before any token is asked for."""
    return Middleware(
        CORSMiddleware,
        allow_origin_regex=rf"https?://({'|'.join(map(re.escape, names))})(:[0-9]+)?",
        allow_methods=("GET", "POST", "DELETE"),
        allow_headers=("*",),  # as the page asks: the protocol adds headers from one revision to the next
        allow_private_network=True,
        expose_headers=("Mcp-Session-Id", "Mcp-Protocol-Version", "WWW-Authenticate"),
    )
