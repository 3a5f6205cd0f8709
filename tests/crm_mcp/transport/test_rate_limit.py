"""A request waits for its turn, tells whoever waits for it, and does not wait where its call has no time for it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest

from crm_mcp.crm.call import answering, asking_the_user, current_call
from crm_mcp.errors import RateLimitedError, StoreError
from crm_mcp.store.account import Account
from crm_mcp.store.transaction import Transaction
from crm_mcp.transport.rate_limit import RateLimit
from tests.crm_mcp.store.stepped_store import SteppedStore

ACCOUNT = Account("c", "https://crm.example", "1", "k")
BUDGET_S = 25.0
_T = TypeVar("_T")


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str | None] = []

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        del progress, total
        self.told.append(message)


class Caller:
    """Makes requests through one process's limit; time is the store's."""

    def __init__(self, store: SteppedStore, per_minute: int) -> None:
        self.store = store
        self.limit = RateLimit(store, ACCOUNT, per_minute, monotonic=store.monotonic)

    async def request(self, budget_s: float = BUDGET_S) -> float:
        """Make a request; return how long it waited."""
        began_s = self.store.now_s
        await self.limit.wait("MiniCRM", budget_s, self.store.sleep)
        return self.store.now_s - began_s

    async def requests(self, count: int, budget_s: float = BUDGET_S) -> list[float]:
        return [await self.request(budget_s) for _ in range(count)]


def run(play: Callable[[], Awaitable[_T]]) -> _T:
    async def whole() -> _T:
        return await play()

    return asyncio.run(whole())


def test_all_processes_on_one_account_keep_to_one_limit() -> None:
    async def play() -> Sequence[float]:
        store = SteppedStore()
        one, other = Caller(store, 3), Caller(store, 3)
        waited = [await caller.request(1000) for caller in (one, other, one, other)]
        assert waited[:2] == [0, 0]
        return waited

    assert 60 <= sum(run(play)) <= 62


def test_a_wait_that_is_known_to_be_too_long_for_the_call_is_told_at_once_with_the_seconds() -> None:
    async def play() -> None:
        caller = Caller(SteppedStore(), 1)
        await caller.request()
        with answering(Listener()), pytest.raises(RateLimitedError) as caught:
            await caller.request()
        assert caller.store.now_s == SteppedStore().now_s
        assert str(caught.value).endswith("Nothing was sent. Call again in 61 s.")
        assert caught.value.retry_after_s == pytest.approx(61, abs=0.1)
        caller.store.now_s += 61
        assert await caller.request() == 0

    run(play)


def test_of_a_call_that_asked_before_only_this_request_is_said_not_to_have_been_sent() -> None:
    async def play() -> None:
        caller = Caller(SteppedStore(), 1)
        with answering(Listener()):
            await caller.request()
            with pytest.raises(RateLimitedError, match=r"This request was not sent\. Call again in"):
                await caller.request()

    run(play)


def test_a_short_wait_is_told_at_once() -> None:
    async def play() -> list[str | None]:
        caller = Caller(SteppedStore(), 60)
        listener = Listener()
        with answering(listener):
            await caller.requests(20)
            assert not listener.told
            assert 4 <= await caller.request() <= 6
        return listener.told

    told = run(play)
    assert told[0] == "MiniCRM takes 60 requests a minute, and others go first: 6 s to wait"


def test_the_first_requests_of_a_call_go_at_once_and_the_others_slowly() -> None:
    async def play() -> None:
        caller = Caller(SteppedStore(), 60)
        with answering(Listener()):
            assert sum(await caller.requests(20)) == 0
            assert 10 <= sum(await caller.requests(10)) <= 20

    run(play)


def test_the_time_that_a_person_takes_to_reply_does_not_count() -> None:
    async def play() -> None:
        with answering(Listener()):
            call = current_call()
            assert call is not None
            began_s, before_s = time.monotonic(), call.time_left_s(BUDGET_S)
            with asking_the_user():
                asked_s = time.monotonic()
                await asyncio.sleep(0.05)
                thinking_s = time.monotonic() - asked_s
            counted_s = before_s - call.time_left_s(BUDGET_S)
            assert counted_s < time.monotonic() - began_s - thinking_s

    run(play)


def test_who_is_cancelled_while_waiting_holds_up_nobody() -> None:
    async def play() -> None:
        store = SteppedStore()
        caller = Caller(store, 1)
        await caller.request()
        waiting = asyncio.create_task(caller.limit.wait("C", 1000, asyncio.sleep))
        while not store.execute("select 1 from waiting"):  # noqa: ASYNC110  # nothing tells
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        await asyncio.sleep(0)
        assert not store.execute("select 1 from waiting")

    run(play)


class BrokenStore:
    """A store that fails."""

    def run(self, work: Callable[[Transaction], _T]) -> Awaitable[_T]:
        del work
        raise StoreError("The disk is full.")


def test_a_store_that_fails_stops_no_request_and_the_limit_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> None:
        limit = RateLimit(BrokenStore(), ACCOUNT, 2)
        for _ in range(2):
            await limit.wait("C", 0)
        with pytest.raises(RateLimitedError):
            await limit.wait("C", 0)
        await limit.pause(5)

    with caplog.at_level(logging.WARNING):
        run(play)
    assert caplog.messages == ["The requests of this process alone are counted for a minute: The disk is full."]
