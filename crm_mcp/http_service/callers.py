"""Tells the work of each request who it is for: its user, and the logins that the server works with."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

from starlette.requests import HTTPConnection

from crm_mcp.http_service.users import LOCAL, ONE_TOKEN, shown_user, user_of
from crm_mcp.mcp.calls.caller import Caller, working_on_behalf_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcp.server import MCPServer
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

    from crm_mcp.mcp.connector import Connector


class NamedCallers:
    """Names the caller of each request of a server.

    Args:
        server: The server.
        connectors: The accounts that it works in.
        name: What people may read of whoever calls; where it is empty a part of the user's hash.
    """

    def __init__(self, server: MCPServer[Any], connectors: Sequence[Connector], name: str = "") -> None:
        self._accounts = [connector.account for connector in connectors]
        self._name = name
        server.middleware.insert(0, self._name_caller)

    def prepare(self) -> None:
        """Make the ids of the accounts, so that no request has to wait for that."""
        assert self.logins or not self._accounts

    @functools.cached_property
    def logins(self) -> str:
        """The ids of all accounts; making them takes some milliseconds."""
        return " ".join(sorted(account.account_id for account in self._accounts))

    async def _name_caller(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        request = cast("object", ctx.request)
        user = user_of(request.scope) if isinstance(request, HTTPConnection) else LOCAL
        user = "" if user in (LOCAL, ONE_TOKEN) else user  # one person, as on stdio
        name = self._name or (user and shown_user(user))
        with working_on_behalf_of(Caller(user, name, self.logins)):
            return await call_next(ctx)
