"""The issuer that the settings name."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from crm_mcp.errors import SettingsError
from crm_mcp.http_service.oauth.access_tokens import OauthTokens
from crm_mcp.http_service.oauth.resource_metadata import ProtectedResource
from crm_mcp.http_service.oauth.signing_keys import SigningKeys
from crm_mcp.languages import Texts
from crm_mcp.transport.documents import fetch_json
from crm_mcp.transport.network import check_way_to

if TYPE_CHECKING:
    from crm_mcp.settings import ServerSettings
    from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)


def find_issuer(settings: ServerSettings, pool: ConnectionPool | None) -> tuple[OauthTokens, ProtectedResource] | None:
    """Return what verifies the issuer's tokens and what describes this server to its clients; None without an issuer.

    Raises:
        SettingsError: The settings name half of it.
    """
    issuer, audience, jwks_url = settings.oauth_issuer, settings.oauth_audience, settings.oauth_jwks_url
    if bool(issuer) != bool(audience) or (jwks_url and not issuer):
        raise SettingsError(
            _texts.later("OAuth is only half configured."),
            hint=_texts.later("Set CRM_MCP_OAUTH_ISSUER and CRM_MCP_OAUTH_AUDIENCE, or neither."),
        )
    if not issuer or pool is None:
        return None
    check_way_to(jwks_url or issuer)
    keys = SigningKeys(issuer, jwks_url or "", functools.partial(fetch_json, pool))
    return OauthTokens(keys, issuer, audience), ProtectedResource(issuer, audience)
