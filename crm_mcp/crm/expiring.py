"""Answers that are kept a while: what an account is like changes seldom and is asked for often."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

KEPT_FOR_S = 300.0
"""How long an answer is kept: an administrator's change shows after five minutes at the latest."""

_T = TypeVar("_T")


class TtlCache(Generic[_T]):
    """Answers by key, each asked for once at a time and again when it is too old.

    Args:
        ask: Asks for the answer to a key; a failure is not kept.
        clock: Tells the time in seconds; another one makes tests fast.
    """

    def __init__(self, ask: Callable[[str], Awaitable[_T]], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._answers: dict[str, tuple[float, _T]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, key: str, *, max_age_s: float = KEPT_FOR_S) -> _T:
        """Return the answer to a key, asked for now where none is at hand that is young enough."""
        async with self._turns[key]:
            kept = self._answers.get(key)
            if kept is not None and self._clock() - kept[0] <= max_age_s:
                return kept[1]
            answer = await self._ask(key)
            self._answers[key] = (self._clock(), answer)
            return answer

    def peek(self, key: str) -> _T | None:
        """Return the answer to a key if it needs no question, else None."""
        kept = self._answers.get(key)
        return kept[1] if kept is not None and self._clock() - kept[0] <= KEPT_FOR_S else None
