"""What is known of the tool call that is answered: whom to tell how far it is, how much it asked, how much time it has.

The MCP context comes in as a `ProgressReporter`. The transport knows of a wait, the call knows whom to tell.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Protocol

from crm_mcp.languages import Texts, said

_texts = Texts(__file__)

TOLD_EVERY_S = 10.0
"""Hosts give up calls of which they hear nothing."""


class ProgressReporter(Protocol):
    """Reports progress to whoever waits for a call, as the context of an MCP call does."""

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        """Report `progress` of `total`; nothing is sent to a client that did not ask for progress."""
        ...


@dataclass(slots=True)
class Call:
    """One call of a tool, or work behind one.

    Attributes:
        reporter: Whom to tell; None where nobody listens.
        began_at: When it began, by `time.monotonic`.
        requests: How many requests to the CRM it has made, or waits to make.
        progress: What was last reported, since it has to grow.
        oldest_read_s: How long ago the oldest of what it answers by was read, where that was before the call.
        is_bounded: Whether it ends at a deadline.
        told_at: When it last told how far it is, or of a wait, by `time.monotonic`.
        asked_s: How long it waited for a person's reply, in seconds; that does not count.
        goes_on: Whether what it has not done in its time goes on behind it.
        callers: How many calls wait for it.
        is_writing: Whether it has begun to write.
        blocked_until: When the CRM takes its next request, by `time.monotonic`, where it waits for that.
        blocked_by: Why it waits, as the beginning of a sentence.
        stop: Set where nothing more is to be written for it.
    """

    reporter: ProgressReporter | None
    began_at: float = field(default_factory=time.monotonic)
    requests: int = 0
    progress: float = 0.0
    oldest_read_s: float = 0.0
    is_bounded: bool = True
    told_at: float = -math.inf
    asked_s: float = 0.0
    goes_on: bool = False
    callers: int = 1
    is_writing: bool = False
    blocked_until: float = -math.inf
    blocked_by: str = ""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _asking_since: float | None = None
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def time_left_s(self, budget_s: float) -> float:
        """Return how long it may still work, of `budget_s` seconds in all."""
        return self.began_at + self.asked_in_all_s() + budget_s - time.monotonic() if self.is_bounded else math.inf

    def asked_in_all_s(self) -> float:
        """Return how long it waited for a person so far, the question that is open now included."""
        since = self._asking_since
        return self.asked_s if since is None else self.asked_s + time.monotonic() - since

    @property
    def is_asking(self) -> bool:
        """Whether a person is being asked right now."""
        return self._asking_since is not None

    def join(self, caller: Call) -> None:
        """Let a further call wait for it: that one's time counts now, and that one is told."""
        self.reporter, self.is_bounded = caller.reporter, caller.is_bounded
        self.began_at = caller.began_at - self.asked_in_all_s()
        self.callers += 1
        self._came.set()

    def leave(self) -> None:
        """Let a call wait for it no more."""
        self.callers -= 1
        if not self.callers:
            self._came.clear()

    @contextlib.contextmanager
    def asking(self) -> Generator[None]:
        """Stop its time inside the block."""
        self._asking_since = time.monotonic()
        try:
            yield
        finally:
            self.asked_s, self._asking_since = self.asked_in_all_s(), None

    async def wait_for_caller(self) -> None:
        """Return once a call waits for it: at once, or when the same call comes again."""
        if not self.callers:
            await self._came.wait()


_call: ContextVar[Call | None] = ContextVar("call", default=None)
_aside: ContextVar[Callable[[], AbstractContextManager[None]]] = ContextVar("aside", default=contextlib.nullcontext)


def current_call() -> Call | None:
    """Return the call that this task works for; None where it is none of a tool."""
    return _call.get()


@contextlib.contextmanager
def answering(reporter: ProgressReporter | None) -> Generator[Call]:
    """Work for a new call inside the block, also in tasks begun there."""
    call = Call(reporter)
    if (outer := _call.get()) is not None:
        call.is_bounded, call.stop = outer.is_bounded, outer.stop
    with working_for(call):
        yield call


@contextlib.contextmanager
def without_deadline() -> Generator[Call]:
    """Work inside the block for the same call, and to its end even where the call is answered before.

    For what must not stop halfway, such as a write that was begun.
    """
    call = replace(_call.get() or Call(None), is_bounded=False)
    with working_for(call):
        yield call


async def wait_for_caller() -> None:
    """Return at once while somebody waits for what this task works for, else when the same call comes again.

    For what must not happen unheard: a question to a person, and the beginning of a write.
    """
    if (call := _call.get()) is not None:
        await call.wait_for_caller()


@contextlib.contextmanager
def asking_the_user() -> Generator[None]:
    """Stop the time of the call inside the block: what a person takes to reply does not count."""
    with _aside.get()(), call.asking() if (call := _call.get()) is not None else contextlib.nullcontext():
        yield


@contextlib.contextmanager
def stepping_aside(aside: Callable[[], AbstractContextManager[None]]) -> Generator[None]:
    """Inside the block let calls go into `aside` while they wait for a person, also in tasks begun there."""
    before = _aside.set(aside)
    try:
        yield
    finally:
        _aside.reset(before)


@contextlib.contextmanager
def working_for(call: Call) -> Generator[None]:
    """Work for a call inside the block, also in tasks begun there."""
    before = _call.set(call)
    try:
        yield
    finally:
        _call.reset(before)


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
            call.told_at = time.monotonic()
        await self._reporter.report_progress(self._done, total, said(message))


async def tell_of_wait(seconds: float, reason: str) -> None:
    """Say `reason` and the seconds to whoever waits for the call, unless it heard of a wait in the last ten seconds.

    A wait of less than a second is not worth telling.
    """
    call = _call.get()
    if call is not None and seconds >= 1 and time.monotonic() - call.told_at >= TOLD_EVERY_S:
        call.told_at = time.monotonic()
        await _tell(call, seconds, reason)


async def sleep_told(seconds: float, reason: str, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
    """Sleep; say `reason` and the seconds that are left at once, and then again every ten seconds.

    A wait of less than a second is not worth telling.
    """
    call = _call.get()
    while seconds > 0:
        if call is not None and seconds >= 1:
            await _tell(call, seconds, reason)
        step_s = min(seconds, TOLD_EVERY_S)
        await sleep(step_s)
        seconds -= step_s


async def _tell(call: Call, seconds: float, reason: str) -> None:
    if call.reporter is not None:
        call.progress += 0.001  # a wait is no step
        await call.reporter.report_progress(
            call.progress,
            None,
            _texts.text("{reason}: {seconds} s to wait", reason=said(reason), seconds=math.ceil(seconds)),
        )
