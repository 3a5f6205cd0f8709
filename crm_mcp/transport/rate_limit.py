"""At most so many requests in any minute, held in this process: a sliding window, so that no burst slips through."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from crm_mcp.crm.call import sleep_told

WINDOW_MS = 61_000
"""A minute and a second: what counts for the CRM is when requests arrive, which is never quite when they were sent."""


def limit_to(requests_per_minute: int) -> RateLimit | None:
    """Return the limit of an account; None for 0, which is no limit."""
    return RateLimit(requests_per_minute) if requests_per_minute else None


class RateLimit:
    """Lets callers through in the order they came, and makes them wait once a minute is full."""

    def __init__(
        self,
        requests_per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._bucket = InMemoryBucket([Rate(requests_per_minute, WINDOW_MS)])
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when the next request may be sent."""
        async with self._turn:
            while not self._bucket.put(request := RateItem("request", self._now_ms())):
                wait_ms = self._bucket.waiting(request)
                assert isinstance(wait_ms, int)
                await sleep_told(max(wait_ms, 1) / 1000, "The requests of this minute are used up", self._sleep)
            self._bucket.leak(self._now_ms())

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)
