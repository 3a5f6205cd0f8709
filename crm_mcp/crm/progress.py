"""How far a long call is, counted in responses of the CRM, and how long it has to wait for the next.

The MCP context comes in as a `ProgressReporter`. The transport knows of a wait, the call knows whom to tell.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

TOLD_EVERY_S = 10.0
"""Hosts give up calls of which they hear nothing."""


class ProgressReporter(Protocol):
    """Reports progress to whoever waits for a call, as the context of an MCP call does."""

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        """Report `progress` of `total`; nothing is sent to a client that did not ask for progress."""
        ...


@dataclass(slots=True)
class _Call:
    """Whom to tell of one call's waits, and the progress that was last reported, since it has to grow."""

    reporter: ProgressReporter
    progress: float = 0.0


_call: ContextVar[_Call | None] = ContextVar("call", default=None)


class Steps:
    """Counts the responses of the CRM that one call has had."""

    def __init__(self, reporter: ProgressReporter) -> None:
        self._reporter = reporter
        self._done = 0
        self._expected = 0

    def expect(self, steps: int) -> None:
        """Set how many responses are still to come, as far as that is known."""
        self._expected = self._done + steps

    async def advance(self, message: str) -> None:
        """Count one response and report it."""
        self._done += 1
        total = self._expected if self._expected >= self._done else None
        if (call := _call.get()) is not None:
            call.progress = self._done
        await self._reporter.report_progress(self._done, total, message)


@contextlib.contextmanager
def waits_told_to(reporter: ProgressReporter) -> Generator[None]:
    """Tell of all waiting inside the block, also that of tasks begun there."""
    before = _call.set(_Call(reporter))
    try:
        yield
    finally:
        _call.reset(before)


async def sleep_told(seconds: float, reason: str, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
    """Sleep; say `reason` and the seconds that are left at once, and then again every ten seconds.

    A wait of less than a second is not worth telling.
    """
    call = _call.get()
    while seconds > 0:
        if call is not None and seconds >= 1:
            call.progress += 0.001  # a wait is no step
            await call.reporter.report_progress(call.progress, None, f"{reason}: {math.ceil(seconds)} s to wait")
        step_s = min(seconds, TOLD_EVERY_S)
        await sleep(step_s)
        seconds -= step_s
