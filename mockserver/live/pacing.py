"""At most so many requests in any minute: a sliding window, so that no burst slips through."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

WINDOW_S = 60.0


class Pace:
    """Lets callers through in turn, and makes them wait once the minute is full.

    Args:
        per_minute: How many may pass in any 60 seconds; 0 is no limit.
        clock: Tells the time in seconds.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._sleep = sleep
        self._passed: deque[float] = deque(maxlen=per_minute or None)
        self._turn = asyncio.Lock()

    async def wait(self) -> float:
        """Return when the next request may be sent, and the seconds it waited."""
        if not self.per_minute:
            return 0.0
        async with self._turn:
            arrived = self._clock()
            while len(self._passed) == self.per_minute and (wait_s := self._passed[0] + WINDOW_S - self._clock()) > 0:
                await self._sleep(wait_s)
            now = self._clock()
            self._passed.append(now)
            return now - arrived
