"""When a request may go: as the budget that all processes share allows, and only while its call has time to wait.

A refusal for haste stops the requests of every process until it is over. Where the store fails, the limit goes on in
the memory of this process.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from crm_mcp.crm.call import TOLD_EVERY_S, Call, current_call, tell_of_wait
from crm_mcp.errors import RateLimitedError, StoreError
from crm_mcp.languages import Texts
from crm_mcp.store.budget import BACKGROUND, WINDOW_S, Budget, Ticket, Turn
from crm_mcp.store.engine import Store
from crm_mcp.telemetry import events
from crm_mcp.transport.retry import TOO_MANY_REQUESTS

if TYPE_CHECKING:
    from crm_mcp.store.account import Account
    from crm_mcp.store.budget import Transactions

_texts = Texts(__file__)

_ASKED_AGAIN_S = 0.25
_ASKED_AGAIN_IN_BACKGROUND_S = 1.0
_WITHOUT_STORE_S = 60.0
"""How long a store that failed is left alone."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class RateLimit:
    """Lets the requests to one account go.

    Args:
        store: Where all processes meet.
        account: Whose requests are counted.
        requests_per_minute: 0 is no limit; then only the CRM's own refusals hold anybody back.
        window_s: What is called a minute, in seconds.
        monotonic: A clock that nobody sets.
    """

    def __init__(
        self,
        store: Transactions,
        account: Account,
        requests_per_minute: int,
        *,
        window_s: float = WINDOW_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_minute = requests_per_minute
        self._monotonic = monotonic
        self._make_budget = functools.partial(Budget, limit=requests_per_minute, window_s=window_s, monotonic=monotonic)
        self._store = store
        self._account = account
        self._without_store_until_s = -math.inf
        self._leaving: set[asyncio.Task[None]] = set()

    @functools.cached_property
    def _shared(self) -> Budget:
        return self._make_budget(self._store, self._account.budget_id)

    @functools.cached_property
    def _own(self) -> Budget:
        return self._make_budget(Store(), self._account.budget_id)

    async def wait(
        self, crm: str, budget_s: float, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        """Return when the next request may be sent.

        Args:
            crm: The CRM's title, for errors.
            budget_s: How long a call may take in all; 0 is that none waits.
            sleep: How to wait.

        Raises:
            RateLimitedError: Its call has less time left than the request is known to wait; the request was not sent.
                A call that read something already and may go on behind is told of the wait instead, and waits.
        """
        call = current_call()
        ticket = Ticket(_lane(call))
        left_s = budget_s if call is None else call.time_left_s(budget_s)
        if call is not None:
            call.requests += 1
        until_s = self._monotonic() + left_s
        if call is not None and call.goes_on and call.requests > 1:
            until_s = math.inf
        began_at, left = self._monotonic(), -1
        try:
            while (turn := await self._take(ticket, until_s)).wait_s:
                if turn.wait_s > until_s - self._monotonic():
                    raise self._known_too_long(crm, turn, call)
                await self._sleep_until_asked_again(ticket, turn, self._reason(crm, turn), sleep)
            left = turn.left
        except BaseException:
            self._leave(ticket)
            raise
        finally:
            self._tell(crm, self._monotonic() - began_at, left)
        if call is not None:
            call.blocked_until = -math.inf

    def _tell(self, crm: str, waited_s: float, left: int) -> None:
        if events.observers:
            budget, limit = self._account.budget_id, self._per_minute
            events.budget_used(crm=crm.casefold(), budget=budget, waited_s=waited_s, left=left, limit=limit)

    async def _sleep_until_asked_again(
        self, ticket: Ticket, turn: Turn, reason: str, sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        if (call := current_call()) is not None:
            call.blocked_until, call.blocked_by = time.monotonic() + turn.wait_s, reason
        await tell_of_wait(turn.wait_s, reason)
        await sleep(min(turn.wait_s, TOLD_EVERY_S if turn.is_refused else _asked_again_s(ticket)))

    async def pause(self, seconds: float) -> None:
        """Let no process send anything for so long: the CRM refused a request for haste."""
        await self._with_budget(lambda budget: budget.pause(seconds))

    async def _take(self, ticket: Ticket, until_s: float) -> Turn:
        return await self._with_budget(lambda budget: budget.take(ticket, until_s - self._monotonic()))

    def _leave(self, ticket: Ticket) -> None:
        """Take a ticket back without waiting for it: the caller may be cancelled."""
        task = asyncio.ensure_future(self._with_budget(lambda budget: budget.leave(ticket)))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _with_budget(self, ask: Callable[[Budget], Awaitable[_T]]) -> _T:
        if self._monotonic() >= self._without_store_until_s:
            try:
                return await ask(self._shared)
            except StoreError as error:
                self._without_store_until_s = self._monotonic() + _WITHOUT_STORE_S
                _log.warning("The requests of this process alone are counted for a minute: %s", error)
        return await ask(self._own)

    def _reason(self, crm: str, turn: Turn) -> str:
        if turn.is_refused:
            return _texts.later("{crm} takes no more requests for now", crm=crm)
        return _texts.later(
            "{crm} takes {count} requests a minute, and others go first", crm=crm, count=self._per_minute
        )

    def _known_too_long(self, crm: str, turn: Turn, call: Call | None) -> RateLimitedError:
        unsent = "This request was not sent." if call is not None and call.requests > 1 else "Nothing was sent."
        return RateLimitedError(
            f"{self._reason(crm, turn)}: too long to wait in one call. {unsent}",
            status=TOO_MANY_REQUESTS,
            hint=f"Call again in {math.ceil(turn.wait_s)} s.",
            retry_after_s=turn.wait_s,
        )


def _lane(call: Call | None) -> int:
    return 0 if call is None else min(call.requests, BACKGROUND)


def _asked_again_s(ticket: Ticket) -> float:
    return _ASKED_AGAIN_IN_BACKGROUND_S if ticket.lane >= BACKGROUND else _ASKED_AGAIN_S
