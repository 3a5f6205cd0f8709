"""The rate limit is held in any minute, and callers pass in their order."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.transport.rate_limit import RateLimit


class SteppedTime:
    """A clock that only `sleep` moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.slept_s = 0.0

    def clock(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self.slept_s += seconds


def test_a_burst_within_the_limit_does_not_wait() -> None:
    time = SteppedTime()
    limit = RateLimit(60, clock=time.clock, sleep=time.sleep)

    async def burst() -> None:
        for _ in range(60):
            await limit.wait()

    asyncio.run(burst())
    assert time.slept_s == 0


def test_the_request_after_a_full_minute_waits_until_the_first_one_is_surely_a_minute_old() -> None:
    time = SteppedTime()
    limit = RateLimit(3, clock=time.clock, sleep=time.sleep)

    async def four() -> None:
        for _ in range(4):
            await limit.wait()

    asyncio.run(four())
    assert 60.9 <= time.slept_s <= 61.2


@given(limit=st.integers(1, 8), gaps_s=st.lists(st.floats(0, 30), max_size=40))
def test_no_minute_ever_holds_more_requests_than_the_limit(limit: int, gaps_s: list[float]) -> None:
    time = SteppedTime()
    rate_limit = RateLimit(limit, clock=time.clock, sleep=time.sleep)
    passed: list[float] = []

    async def play() -> None:
        for gap_s in gaps_s:
            time.now_s += gap_s
            await rate_limit.wait()
            passed.append(time.now_s)

    asyncio.run(play())
    for first, over in zip(passed, passed[limit:], strict=False):
        assert over - first >= 60.99


def test_concurrent_callers_pass_in_the_order_they_came() -> None:
    time = SteppedTime()
    limit = RateLimit(2, clock=time.clock, sleep=time.sleep)
    order: list[int] = []

    async def caller(number: int) -> None:
        await limit.wait()
        order.append(number)

    async def crowd() -> None:
        await asyncio.gather(*(caller(number) for number in range(7)))

    asyncio.run(crowd())
    assert order == list(range(7))
