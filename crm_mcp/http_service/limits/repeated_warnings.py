"""Keeps a log short, however many requests cause the same warning: nobody can fill the disk from outside."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

_EVERY_S = 60.0
_MOST_IN_THAT = 5
_MOST_KINDS = 1_000


class RepeatedWarnings(logging.Filter):
    """Lets a few warnings of one kind through in each minute, and says with the last that more are left out.

    What is no warning passes: it shows only where somebody asked for it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is written."""
        if record.levelno < logging.WARNING:
            return True
        now_s = self._clock()
        kind = (record.name, str(record.msg))
        since_s, count = self._kinds.pop(kind, (now_s, 0))
        if now_s - since_s >= _EVERY_S:
            since_s, count = now_s, 0
        self._kinds[kind] = since_s, count + 1
        if len(self._kinds) > _MOST_KINDS:
            del self._kinds[next(iter(self._kinds))]
        if count + 1 == _MOST_IN_THAT:
            record.msg = f"{record.msg} (more of these in this minute are left out)"
        return count < _MOST_IN_THAT
