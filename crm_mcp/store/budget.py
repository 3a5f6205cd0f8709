"""The request budget of an account, shared by all processes: at most so many requests in any window, in a fair order.

A request takes part by a ticket until it may go. Tickets go by lane, the fewer requests a call has made the sooner, and
within a lane in the order they came. The first request of each twelfth of a window is that of whoever waits longest, so
that none waits forever. The clock is the store's, which all processes share.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from crm_mcp.store.slots import Slots
from crm_mcp.store.transaction import Row, Transaction

WINDOW_S = 61.0
"""A minute and a second: what counts for the CRM is when requests arrive, which is never quite when they were sent."""
BACKGROUND = 20
"""The lane of the requests of a call beyond its first 20."""
MAX_PAUSE_S = 3600.0
"""The longest that a CRM's refusal stops everybody, whatever it asks for."""
_STALE_S = 2.0
"""A ticket whose process did not ask for so long is that of a killed one."""
_JUMP_S = 0.5
_MOMENT_S = 0.05

_T = TypeVar("_T")


class Transactions(Protocol):
    """What runs transactions: a `Store`."""

    def run(self, work: Callable[[Transaction], _T]) -> Awaitable[_T]:
        """Run work in one transaction."""
        ...


@dataclass(slots=True)
class Ticket:
    """A request that wants to go.

    Attributes:
        lane: How many requests its call made before, at most `BACKGROUND`.
        since: When it came, by the store's clock; None before it asked for the first time.
    """

    lane: int
    since: float | None = None
    name: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(frozen=True, slots=True)
class Turn:
    """What becomes of a ticket.

    Attributes:
        wait_s: How long it waits at least; 0 is that the request goes now.
        is_refused: Whether it is the CRM that refuses all requests for now.
        left: How many more may go in this window once this one went; -1 where it waits, or there is no limit.
    """

    wait_s: float
    is_refused: bool = False
    left: int = -1


class Budget:
    """The requests of one budget; `limit` is 0 where only the CRM's own refusals hold anybody back.

    Args:
        store: Where all processes meet.
        budget_id: Whose requests are counted; see `Account`.
        limit: Most requests in a window.
        window_s: Length of the window in seconds.
        monotonic: A clock that nobody sets, to see that the store's was set forward.
    """

    def __init__(
        self,
        store: Transactions,
        budget_id: str,
        limit: int,
        *,
        window_s: float = WINDOW_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._id = budget_id
        self._limit = limit
        self._slots = Slots(max(1, limit), window_s)
        self._monotonic = monotonic
        self._ahead_of_monotonic: float | None = None
        self._free_until_s = -math.inf
        self._looking: asyncio.Future[Turn] | None = None

    async def take(self, ticket: Ticket, most_s: float) -> Turn:
        """Let a request go if it may; else let its ticket wait, or leave if it is known to wait longer than `most_s`.

        Ask again within a second as long as it waits.
        """
        if not self._limit:
            return await self._look()
        return await self._store.run(lambda transaction: self._take(transaction, ticket, most_s))

    async def leave(self, ticket: Ticket) -> None:
        """Take back a ticket that waits."""
        await self._store.run(lambda transaction: _remove(transaction, ticket))

    async def pause(self, seconds: float) -> None:
        """Let no request of any process go for so long: the CRM refused one for haste."""
        await self._store.run(lambda transaction: self._pause(transaction, min(seconds, MAX_PAUSE_S)))
        self._free_until_s = -math.inf

    async def _look(self) -> Turn:
        """Look whether requests are refused, which is all that can hold one back where there is no limit.

        One look is enough for all of a moment: a thread that looks for each of many has to wait for this one each time.
        """
        if self._monotonic() < self._free_until_s:
            return Turn(0)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._store.run(lambda found: self._paused(found) or Turn(0)))
        turn = await asyncio.shield(self._looking)
        if not turn.wait_s:
            self._free_until_s = self._monotonic() + _MOMENT_S
        return turn

    def _take(self, transaction: Transaction, ticket: Ticket, most_s: float) -> Turn:
        transaction.lock(f"budget {self._id}")
        turn = self._paused(transaction) or self._turn(transaction, ticket, transaction.now())
        if turn.wait_s > most_s or (not turn.wait_s and ticket.since is not None):
            _remove(transaction, ticket)
        return turn

    def _paused(self, transaction: Transaction) -> Turn | None:
        for (until,) in transaction.execute("select until_at from pauses where budget = ?", (self._id,)):
            now = transaction.now()
            if now < until <= now + MAX_PAUSE_S:  # a later end was written before the clock was set back
                return Turn(until - now, is_refused=True)
        return None

    def _pause(self, transaction: Transaction, seconds: float) -> None:
        transaction.lock(f"budget {self._id}")
        paused = self._paused(transaction)
        if paused is None or paused.wait_s < seconds:
            transaction.execute(
                "insert into pauses (budget, until_at) values (?, ?)"
                " on conflict (budget) do update set until_at = excluded.until_at",
                (self._id, transaction.now() + seconds),
            )

    def _turn(self, transaction: Transaction, ticket: Ticket, now: float) -> Turn:
        sent = self._sent(transaction, now)
        wait_s = self._wait_s(self._waiting(transaction, ticket, now), sent, ticket, now)
        if not wait_s:
            transaction.execute("insert into sends (budget, at) values (?, ?)", (self._id, now))
            return Turn(0, left=max(0, self._limit - len(sent) - 1))
        ticket.since = now if ticket.since is None else min(ticket.since, now)
        transaction.execute(
            "insert into waiting (ticket, budget, lane, since, alive) values (?, ?, ?, ?, ?)"
            " on conflict (ticket) do update set alive = excluded.alive",
            (ticket.name, self._id, ticket.lane, ticket.since, now),
        )
        return Turn(wait_s)

    def _sent(self, transaction: Transaction, now: float) -> list[float]:
        """Return when the requests of the last window went, the oldest first."""
        ahead, before = now - self._monotonic(), self._ahead_of_monotonic
        self._ahead_of_monotonic = ahead
        if before is not None and ahead - before > _JUMP_S:  # the clock was set forward, which makes nothing older
            transaction.execute("update sends set at = at + ? where budget = ?", (ahead - before, self._id))
        transaction.execute("update sends set at = ? where budget = ? and at > ?", (now, self._id, now))
        old = now - self._slots.window_s
        transaction.execute("delete from sends where budget = ? and at <= ?", (self._id, old))
        return [at for (at,) in transaction.execute("select at from sends where budget = ? order by at", (self._id,))]

    def _waiting(self, transaction: Transaction, ticket: Ticket, now: float) -> list[Ticket]:
        """Return all tickets that wait and this one, in the order they came."""
        transaction.execute(
            "delete from waiting where budget = ? and (alive < ? or alive > ?)",
            (self._id, now - _STALE_S, now + _STALE_S),  # those from before the clock was set back ask again
        )
        rows: list[Row] = transaction.execute(
            "select lane, since, ticket from waiting where budget = ? and ticket <> ?", (self._id, ticket.name)
        )
        mine = (ticket.lane, now if ticket.since is None else ticket.since, ticket.name)
        waiting = [Ticket(lane, min(since, now), name) for lane, since, name in [*rows, mine]]
        return sorted(waiting, key=lambda one: (one.since or 0, one.name))

    def _wait_s(self, waiting: list[Ticket], sent: list[float], ticket: Ticket, now: float) -> float:
        slots = self._slots
        by_lane = sorted(waiting, key=lambda one: one.lane)
        is_new_twelfth = not sent or sent[-1] < now - now % slots.twelfth_s
        if is_new_twelfth and (waiting[0].since or 0) < now - slots.window_s / 2:
            by_lane.sort(key=lambda one: one is not waiting[0])
        before = by_lane[: next(at for at, one in enumerate(by_lane) if one.name == ticket.name)]
        background = sum(one.lane >= BACKGROUND for one in before)
        if ticket.lane >= BACKGROUND:
            paced_at = slots.next_in_background_at(sent, len(before), now)
            return max(0.0, paced_at - now, slots.next_at(sent, len(before)) - now)
        may_go = max(0, slots.paced - sum(at > now - slots.twelfth_s for at in sent))
        return max(0.0, slots.next_at(sent, len(before) - background + min(background, may_go)) - now)


def _remove(transaction: Transaction, ticket: Ticket) -> None:
    transaction.execute("delete from waiting where ticket = ?", (ticket.name,))
