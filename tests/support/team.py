"""A service over HTTP that several people use, each with a token of the issuer."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.support.token_issuer import AUDIENCE, Issuer


@dataclass(frozen=True)
class Team:
    """The address of a service, and who issues tokens for it."""

    url: str
    issuer: Issuer

    def bearer(self, subject: str, **claims: Any) -> dict[str, str]:
        """Return the header by which somebody is known."""
        return {"Authorization": f"Bearer {self.issuer.token(sub=subject, **claims)}"}

    @contextlib.asynccontextmanager
    async def client_of(self, subject: str, **options: Any) -> AsyncGenerator[Client]:
        """Connect somebody's client; `options` are those of `mcp.Client`."""
        http = httpx2.AsyncClient(headers=self.bearer(subject), trust_env=False, timeout=30)
        async with http, Client(streamable_http_client(self.url, http_client=http), **options) as client:
            yield client


def oauth_of(issuer: Issuer) -> dict[str, str]:
    """Return the settings by which a service takes an issuer's tokens."""
    return {"CRM_MCP_OAUTH_ISSUER": issuer.url, "CRM_MCP_OAUTH_AUDIENCE": AUDIENCE}
