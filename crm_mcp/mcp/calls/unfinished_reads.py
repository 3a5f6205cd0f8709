"""Reads that take longer than their call may: they go on, and the same call again returns their result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from crm_mcp.crm.call import TOLD_EVERY_S, Call, without_deadline
from crm_mcp.errors import CrmError

_KEPT_S = 300.0
"""How long a result is kept that nobody fetched."""


class StillReadingError(CrmError):
    """The result is not there yet; the same call again returns it."""


@dataclass(slots=True)
class _Reading:
    task: asyncio.Task[Any]
    call: Call
    ended_at: float = 0.0


class UnfinishedReads:
    """The reads of one tool that go on behind their calls.

    Args:
        tool: Its name.
        budget_s: How long one call may take, in seconds.
    """

    def __init__(self, tool: str, budget_s: float) -> None:
        self._tool = tool
        self._budget_s = budget_s
        self._readings: dict[str, _Reading] = {}

    async def read(self, key: str, call: Call, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401  # the tool's result
        """Return the result of work, or of the same work that an earlier call with this key began.

        Raises:
            StillReadingError: It is not there yet.
        """
        self._forget_old()
        reading = self._readings.get(key) or self._begin(key, work)
        try:
            while not reading.task.done() and (left_s := call.time_left_s(self._budget_s)) > 0:
                await asyncio.wait({reading.task}, timeout=min(left_s, TOLD_EVERY_S))
                if not reading.task.done() and call.reporter is not None:
                    await call.reporter.report_progress(reading.call.requests, None, self._so_far(reading))
        except asyncio.CancelledError:
            reading.task.cancel()
            self._readings.pop(key, None)
            raise
        if not reading.task.done():
            raise StillReadingError(
                f"{self._so_far(reading)}; the reading goes on.",
                hint=f"Call {self._tool} again with the same arguments in a while to get the result.",
            )
        self._readings.pop(key, None)
        call.oldest_read_s = max(call.oldest_read_s, reading.call.oldest_read_s)
        return reading.task.result()

    def _begin(self, key: str, work: Callable[[], Coroutine[Any, Any, Any]]) -> _Reading:
        with without_deadline() as unbounded:
            reading = self._readings[key] = _Reading(asyncio.create_task(work()), unbounded)
        reading.task.add_done_callback(lambda task: self._end(reading, task))
        return reading

    def _end(self, reading: _Reading, task: asyncio.Task[Any]) -> None:
        reading.ended_at = time.monotonic()
        if not task.cancelled():
            task.exception()  # where nobody calls again, nobody is to be warned of it

    def _forget_old(self) -> None:
        now = time.monotonic()
        for key, reading in list(self._readings.items()):
            if reading.task.done() and now - reading.ended_at > _KEPT_S:
                del self._readings[key]

    def _so_far(self, reading: _Reading) -> str:
        return f"{self._tool} is not finished: {reading.call.requests} requests so far"
