"""One MCP server as it runs for the users that it is for: its application, and what is in flight there."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from mcp.server.transport_security import TransportSecuritySettings

from crm_mcp.http_service.callers import NamedCallers
from crm_mcp.http_service.incoming.whole_requests import MAX_BODY_BYTES
from crm_mcp.http_service.limits.calls import CallsPerUser
from crm_mcp.http_service.limits.sessions import SessionsPerUser
from crm_mcp.http_service.reach import ReachedTools
from crm_mcp.http_service.sessions.shared import SharedSessions
from crm_mcp.registry import toolsets_of_tools
from crm_mcp.server import finish_writes

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from starlette.types import ASGIApp, Receive, Scope, Send

    from crm_mcp.http_service.limits.limits import Limits
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.store.engine import Store

_NO_CHECKS = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""The SDK's own checks take any text for a port, and write what they refuse into the log as it comes."""
_LAST_CALLS_S = 60.0
"""How long the calls in flight of a login that is no more may go on."""


class ServedLogin:
    """The application over one server.

    Args:
        server: The server.
        connectors: The accounts that it works in.
        store: Where the sessions of older clients are kept, for other processes and the next server of the same login;
            None is nowhere.
        name: What the audit calls whoever uses it; empty is by their hashes.
        limits: How much each user may take.
    """

    def __init__(
        self,
        server: MCPServer[None],
        connectors: Sequence[Connector],
        store: Store | None,
        name: str = "",
        *,
        limits: Limits,
    ) -> None:
        # Called for the session manager that it makes: its own application redirects /mcp/ to whatever Host it is sent.
        server.streamable_http_app(transport_security=_NO_CHECKS, max_request_body_size=MAX_BODY_BYTES)
        self._sessions = server.session_manager
        self._connectors = connectors
        CallsPerUser(limits.calls).hold(server)
        ReachedTools(server, functools.partial(toolsets_of_tools, connectors))
        self.callers = NamedCallers(server, connectors, name)
        app: ASGIApp = SessionsPerUser(StreamableHTTPASGIApp(self._sessions), limits.sessions)
        self._app = app if store is None else SharedSessions(app, store)
        self._calls = 0
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._is_over = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in flight but streams on which clients wait for news."""
        return self._is_idle.is_set()

    @contextmanager
    def in_flight(self) -> Generator[None]:
        """Count a call inside the block."""
        self._calls += 1
        self._is_idle.clear()
        try:
            yield
        finally:
            self._calls -= 1
            if not self._calls:
                self._is_idle.set()

    async def start(self) -> None:
        """Begin to run."""
        is_running: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run(is_running))
        try:
            await is_running
        except asyncio.CancelledError:
            self._is_over.set()
            raise

    async def stop(self) -> None:
        """End what is under way, writes last, and every session."""
        await self.finish()
        self._is_over.set()
        if self._running is not None:
            await asyncio.wait({self._running})

    async def retire(self) -> None:
        """Stop once the calls in flight have ended."""
        try:
            async with asyncio.timeout(_LAST_CALLS_S):
                await self._is_idle.wait()
        except TimeoutError:
            pass
        await self.stop()

    async def finish(self) -> None:
        """Let the writes end that are under way, and begin no other."""
        await finish_writes(self._connectors)

    async def _run(self, is_running: asyncio.Future[None]) -> None:
        """Hold the sessions open: who opens their task group has to close it."""
        try:
            async with self._sessions.run():
                is_running.set_result(None)
                await self._is_over.wait()
        except Exception as error:
            if is_running.done():
                raise
            is_running.set_exception(error)
