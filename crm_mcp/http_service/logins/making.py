"""Makes the server of a login, beside the calls of the others."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crm_mcp.errors import SettingsError
from crm_mcp.http_service.limits.limits import Limits, limits_of
from crm_mcp.http_service.logins.live import LiveLogins
from crm_mcp.http_service.logins.served import ServedLogin
from crm_mcp.languages import Texts
from crm_mcp.logins.watched import WatchedLogins
from crm_mcp.server import build_server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcp.server import MCPServer

    from crm_mcp.logins.login import Login
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.settings import ServerSettings
    from crm_mcp.store.engine import Store
    from crm_mcp.toolsets import Toolsets
    from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)


def find_logins(
    settings: ServerSettings, pool: ConnectionPool, store: Store, toolsets: Toolsets, *, read_only: bool
) -> LiveLogins | None:
    """Return the servers of the users whose logins a file holds; None where the settings name no file.

    Raises:
        SettingsError: The file cannot be used, or nobody issues tokens that say who somebody is.
    """
    if settings.logins is None:
        return None
    if not settings.oauth_issuer:
        raise SettingsError(
            _texts.later("CRM_MCP_LOGINS says whose logins are whose by OAuth tokens, and no issuer of them is set."),
            hint=_texts.later("Set CRM_MCP_OAUTH_ISSUER and CRM_MCP_OAUTH_AUDIENCE, or leave CRM_MCP_LOGINS out."),
        )
    maker = ServerMaker(pool, store, toolsets, read_only=read_only, limits=limits_of(settings))
    return LiveLogins(WatchedLogins(settings.logins, pool), maker)


class ServerMaker:
    """Makes servers that reach no further than the settings and the entry of their login let them.

    Args:
        pool: The connections of all of them, which others hold open.
        store: The store of all of them, which others close.
        toolsets: The toolsets of the service.
        read_only: Whether the service writes nothing.
        limits: How much each user may take.
    """

    def __init__(
        self, pool: ConnectionPool, store: Store, toolsets: Toolsets, *, read_only: bool, limits: Limits
    ) -> None:
        self._limits = limits
        self._pool = pool
        self._store = store
        self._toolsets = toolsets
        self._read_only = read_only
        self._turn = asyncio.Lock()

    async def __call__(self, login: Login) -> ServedLogin:
        """Return the server of a login, started; one is made at a time, so that calls of others go on meanwhile."""
        async with self._turn:
            served = await asyncio.to_thread(self._make, login)
        await served.start()
        return served

    def _make(self, login: Login) -> ServedLogin:
        connectors = login.connect(self._pool, self._store)
        served = ServedLogin(self._build(login, connectors), connectors, self._store, login.name, limits=self._limits)
        served.callers.prepare()
        return served

    def _build(self, login: Login, connectors: Sequence[Connector]) -> MCPServer[None]:
        toolsets = self._toolsets if login.toolsets is None else self._toolsets & login.toolsets
        return build_server(
            connectors,
            self._pool,
            store=self._store,
            toolsets=toolsets,
            read_only=self._read_only or login.is_read_only,
            shares_exports=True,
            is_alone=False,
        )
