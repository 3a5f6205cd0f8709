"""How many calls of one user work at once: further ones wait for their turn, and are refused where it does not come.

Only what may ask a CRM has to wait. Lists, pings, answers to questions and cancellations never do, nor does another
user's call. A call that asks a person gives its turn away meanwhile: nobody may ever answer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any, cast

from mcp import MCPError
from mcp.types import INTERNAL_ERROR, CallToolResult, TextContent
from starlette.requests import HTTPConnection

from crm_mcp.crm.call import stepping_aside
from crm_mcp.http_service.users import people_behind, user_of

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

WAITED_S = 10.0
"""How long a call waits for its turn; clients give up after a minute, and it has to work yet."""
MOST_WAITING = 200
_CALL = "tools/call"
_WORKING = frozenset((_CALL, "resources/read", "prompts/get", "completion/complete"))


class TooManyCallsError(Exception):
    """So many calls of a user are under way that this one did not get its turn."""


class CallsPerUser:
    """The calls that work.

    Args:
        most: How many of one user work at once, and ten times as many of those who have no name; 0 is no limit.
        waited_s: How long a further one waits.
        most_waiting: How many of one user wait.
    """

    def __init__(self, most: int, *, waited_s: float = WAITED_S, most_waiting: int = MOST_WAITING) -> None:
        self._most = most
        self._waited_s = waited_s
        self._most_waiting = most_waiting
        self._users: dict[str, _Turns] = {}

    def hold(self, server: MCPServer[Any]) -> None:
        """Let what a server is asked for wait for its turn."""
        if self._most:
            server.middleware.insert(0, self._in_turn)

    async def _in_turn(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        request = cast("object", ctx.request)
        if ctx.method not in _WORKING or not isinstance(request, HTTPConnection):
            return await call_next(ctx)
        try:
            async with self.turn(user_of(request.scope)):
                return await call_next(ctx)
        except TooManyCallsError as error:
            if ctx.method != _CALL:
                raise MCPError(code=INTERNAL_ERROR, message=str(error)) from None
            return CallToolResult(content=[TextContent(type="text", text=str(error))], is_error=True)

    @contextlib.asynccontextmanager
    async def turn(self, user: str) -> AsyncGenerator[None]:
        """Work inside the block, as one of the calls of a user.

        Raises:
            TooManyCallsError: Too many others work or wait.
        """
        most = self._most * people_behind(user)
        turns = self._users.setdefault(user, _Turns(most))
        turns.callers += 1
        try:
            await self._wait(turns, most)
            held = _HeldTurn(turns)
            try:
                with stepping_aside(held.aside):
                    yield
            finally:
                held.end()
        finally:
            turns.callers -= 1
            if not turns.callers:
                del self._users[user]

    async def _wait(self, turns: _Turns, most: int) -> None:
        try:
            if turns.callers > most + self._most_waiting:
                raise TimeoutError
            async with asyncio.timeout(self._waited_s):
                await turns.take()
        except TimeoutError:
            raise TooManyCallsError(
                f"{turns.callers - 1} other calls of yours are under way, of which {most} at once are worked on: "
                "this one was not begun. Let some of them end, then call again, fewer at a time."
            ) from None


class _Turns:
    """The turns of one user: the next goes to whoever has waited longest."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.callers = 0

    async def take(self) -> None:
        """Return once it is the caller's turn."""
        if self._free > 0:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():  # it came in the moment in which the caller left
                self.give()
            raise

    def take_back(self) -> None:
        """Take a turn at once, even beyond what there are."""
        self._free -= 1

    def give(self) -> None:
        """Give a turn away."""
        self._free += 1
        while self._waiting and self._free > 0:
            turn = self._waiting.popleft()
            if not turn.done():
                self._free -= 1
                turn.set_result(None)


class _HeldTurn:
    """The turn of one call."""

    def __init__(self, turns: _Turns) -> None:
        self._turns = turns
        self._has_ended = False

    @contextlib.contextmanager
    def aside(self) -> Generator[None]:
        """Give the turn away inside the block; what goes on behind an answered call has none to give."""
        if self._has_ended:
            yield
            return
        self._turns.give()
        try:
            yield
        finally:
            self._turns.take_back()

    def end(self) -> None:
        """Give the turn away for good."""
        self._has_ended = True
        self._turns.give()
