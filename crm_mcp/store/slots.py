"""When a request may go, by the times of those before it: the arithmetic of the budget, without a store or a clock.

Of the requests of a window a third may go at once. The others are held so far apart that there is always one to come
soon: who calls after somebody's burst waits a moment, and not until the window is over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slots:
    """The requests of a window.

    Attributes:
        limit: Most requests in any window.
        window_s: Its length in seconds.
    """

    limit: int
    window_s: float

    @property
    def paced(self) -> int:
        """Most requests in a twelfth of a window of which one is in the background."""
        return max(1, self.limit // 12)

    @property
    def twelfth_s(self) -> float:
        """A twelfth of a window, in seconds."""
        return self.window_s / 12

    def next_at(self, sent: Sequence[float], ahead: int) -> float:
        """Return when a request may go that has so many others before it; minus infinity where it may at once.

        `sent` is when those of the last window went, the oldest first.

        So that others can follow: for each k up to two thirds of the limit, k more must be free once k distances have
        passed, a distance being the window divided by these two thirds.
        """
        rounds, before = divmod(ahead, self.limit)
        spread = self.limit * 2 // 3
        at = -math.inf
        for later in range(min(spread, self.limit - before - 1) + 1):
            gone = before + 1 + later + len(sent) - self.limit  # so many of those sent must be out of the window
            if gone > 0:
                at = max(at, sent[gone - 1] + self.window_s - (later * self.window_s / spread if later else 0))
        return at + rounds * self.window_s

    def next_in_background_at(self, sent: Sequence[float], ahead: int, now: float) -> float:
        """Return when a request in the background may go by its pace alone, with so many others before it."""
        recent = [at for at in sent if at > now - self.twelfth_s]
        gone = len(recent) + ahead - self.paced + 1  # so many must be a twelfth old, some of them not sent yet
        if gone <= 0:
            return -math.inf
        if gone <= len(recent):
            return recent[gone - 1] + self.twelfth_s
        return now + math.ceil((gone - len(recent)) / self.paced) * self.twelfth_s
