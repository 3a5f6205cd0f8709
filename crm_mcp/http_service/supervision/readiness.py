"""What a supervisor asks: `/health`, whether the process answers, and `/ready`, whether it should be sent calls.

Both need no token and tell no data. A server whose store cannot be reached is not ready: it has neither the sessions
nor the plans of the others, though it may still answer some of what it is asked.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crm_mcp.errors import StoreError
from crm_mcp.http_service.incoming.bodies import give_again, read_body
from crm_mcp.http_service.incoming.messages import is_request, parse
from crm_mcp.http_service.refusals import CLOSE, refuse
from crm_mcp.store.location import MEMORY

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from crm_mcp.store.engine import Store

_CHECKED_EVERY_S = 2.0
_PATIENCE_S = 2.0
_LATER = {**CLOSE, "Retry-After": "1"}


class Readiness:
    """Whether calls should be sent here.

    Args:
        store: What has to be reached; None is nothing.
        patience_s: How long it may take to answer.
    """

    def __init__(self, store: Store | None = None, *, patience_s: float = _PATIENCE_S) -> None:
        self._store = None if store is None or store.where == MEMORY else store
        self._patience_s = patience_s
        self._checking: asyncio.Task[bool] | None = None
        self._checked_s = 0.0
        self.is_stopping = False

    def routes(self) -> list[Route]:
        """Return what answers supervisors."""
        return [Route("/health", endpoint=self._health), Route("/ready", endpoint=self._ready)]

    async def why_not(self) -> str:
        """Return why no calls should be sent here; empty where they should."""
        if self.is_stopping:
            return "stopping"
        return "" if await self._reaches_store() else "store unreachable"

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=CLOSE if self.is_stopping else None)

    async def _ready(self, _: Request) -> Response:
        why = await self.why_not()
        if not why:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": why}, 503, headers=CLOSE if self.is_stopping else None)

    async def _reaches_store(self) -> bool:
        """Ask the store, at most every few seconds and once at a time, whoever wants to know."""
        if self._store is None:
            return True
        if self._checking is None or (self._checking.done() and time.monotonic() - self._checked_s > _CHECKED_EVERY_S):
            self._checking = asyncio.create_task(_asks(self._store))
            self._checked_s = time.monotonic()
        done, _ = await asyncio.wait({self._checking}, timeout=self._patience_s)
        return bool(done) and self._checking.result()


async def _asks(store: Store) -> bool:
    try:
        await store.run(lambda transaction: transaction.execute("select 1"))
    except StoreError:
        return False
    return not store.problem


class RefusedWhileStopping:
    """An application that begins nothing new while the service ends; what belongs to a call in flight is let through.

    That is the answer to its question, or that it is cancelled. The body has to come as one piece: see
    `whole_requests`.
    """

    def __init__(self, app: ASGIApp, readiness: Readiness) -> None:
        self._app = app
        self._readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not self._readiness.is_stopping or scope["method"] == "DELETE":
            await self._app(scope, receive, send)
            return
        body = await read_body(receive)
        app = self._app
        if scope["method"] != "POST" or is_request(parse(body)):
            app = refuse(503, "This server is stopping: call again, and another one answers.", headers=_LATER)
        await app(scope, give_again(body, receive), send)
