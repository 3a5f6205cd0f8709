"""A limit of requests in a time, which a test can wait out on either clock."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable

from mockserver.crm.api import Clock

WINDOW = dt.timedelta(minutes=1)


class RateLimit:
    """Lets a number of requests through in a time, a minute where nothing else is said.

    The time is over when it has passed on either clock. A fake's time may be frozen, so by it alone the limit would
    never end; and by real time alone a test could not move on without waiting. A refused request does not count
    (assumed).
    """

    def __init__(
        self, clock: Clock, read_seconds: Callable[[], float], most: int, window: dt.timedelta = WINDOW
    ) -> None:
        self._clock = clock
        self._read_seconds = read_seconds
        self._most = most
        self._window = window
        self._passed: deque[tuple[dt.datetime, float]] = deque()

    def lets_through(self) -> bool:
        """Count one request and tell whether it is within the limit."""
        now, seconds = self._clock.now(), self._read_seconds()
        while self._passed and self._is_over(self._passed[0], now, seconds):
            self._passed.popleft()
        if len(self._passed) >= self._most:
            return False
        self._passed.append((now, seconds))
        return True

    def forget(self) -> None:
        """Begin anew."""
        self._passed.clear()

    def _is_over(self, passed: tuple[dt.datetime, float], now: dt.datetime, seconds: float) -> bool:
        # A test may set the clock back as well, so the distance counts and not the direction.
        return abs(now - passed[0]) >= self._window or seconds - passed[1] >= self._window.total_seconds()
