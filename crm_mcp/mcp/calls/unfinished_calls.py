"""Calls that take longer than they may: their work goes on, and the same call again returns its result.

A call that comes again while its work is under way waits for that work, so nothing is read or written twice.
"""

from __future__ import annotations

import asyncio
import copy
import math
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from crm_mcp.crm.call import TOLD_EVERY_S, Call, working_for
from crm_mcp.errors import CrmError
from crm_mcp.languages import Texts, said
from crm_mcp.mcp.calls.caller import current_caller

_texts = Texts(__file__)
_KEPT_S = 300.0
"""How long a result is kept that nobody fetched, and how long reading goes on that nobody asks for."""
_HELD_S = 60.0
"""How long a write that is ready waits for the same call, since others may have to wait for it."""
_LOOKED_EVERY_S = 0.25
_LAST_WORDS_S = 0.3
"""How long a call waits beyond its time for work that knows what to answer in time, as writing does."""

Result = Any
"""What a tool returns."""


class UnfinishedCallError(CrmError):
    """The result is not there yet; the same call again returns it."""


@dataclass(slots=True)
class _Work:
    """What is done for one call, or for several that are the same."""

    name: str
    is_read: bool
    task: asyncio.Task[Result]
    call: Call
    began_at: float


class UnfinishedCalls:
    """The work of the calls of one server; `budget_s` is how long each of them may take, in seconds."""

    def __init__(self, budget_s: float) -> None:
        self._budget_s = budget_s
        self._scope = ""
        self._works: dict[str, _Work] = {}

    async def answer(
        self,
        name: str,
        key: str,
        caller: Call,
        work: Callable[[], Coroutine[Any, Any, Result]],
        *,
        is_read: bool,
        again: str = "",
    ) -> Result:
        """Return the result of work, or of the same work that an earlier call with this key began.

        Args:
            name: What is called.
            key: What calls of one person have in common that are the same.
            caller: The call.
            work: What it does; before it writes or asks a person it waits until a call waits for it.
            is_read: Whether it only reads: its result is worth nothing once something was written.
            again: What is to be done to get the result, where it is no tool that is called.

        Raises:
            UnfinishedCallError: It is not there yet.
        """
        key = f"{current_caller().user} {self._scope}{key}"
        working = self._works.get(key) or self._begin(key, name, work, is_read=is_read)
        working.call.join(caller)
        try:
            await self._wait(working, caller)
        except asyncio.CancelledError:
            if working.call.callers == 1:
                if caller.stop.is_set():
                    working.call.stop.set()
                working.task.cancel()
                self._forget(key, working)
            raise
        finally:
            working.call.leave()
        if not working.task.done():
            self._watch(key, working)
            raise _unfinished(working, again)
        self._forget(key, working)
        since_s = time.monotonic() - working.began_at if caller.began_at > working.began_at else 0.0
        caller.oldest_read_s = max(caller.oldest_read_s, working.call.oldest_read_s + since_s)
        return working.task.result()

    def count(self) -> tuple[int, int]:
        """Return how many calls are being worked for, and in how many of them a person is being asked."""
        works = [working for working in self._works.values() if not working.task.done()]
        return len(works), sum(working.call.is_asking for working in works)

    def within(self, scope: str) -> UnfinishedCalls:
        """Return the same for calls that are the same only within a scope, such as an account."""
        within = copy.copy(self)
        within._scope = scope  # noqa: SLF001  # its own class's
        return within

    def forget_reads(self) -> None:
        """Let no later call be answered by what was read until now: something was written."""
        for key, working in list(self._works.items()):
            if working.is_read:
                self._forget(key, working)
                if not working.call.callers:
                    working.task.cancel()

    def _begin(self, key: str, name: str, work: Callable[[], Coroutine[Any, Any, Result]], *, is_read: bool) -> _Work:
        call = Call(None, goes_on=True, callers=0)
        with working_for(call):
            task = asyncio.create_task(work())
        working = self._works[key] = _Work(name, is_read, task, call, time.monotonic())
        task.add_done_callback(_take_error)
        return working

    async def _wait(self, working: _Work, caller: Call) -> None:
        """Wait for work as long as a call may, and tell how far it is; not at all where it is known to take longer."""
        asked_before_s = working.call.asked_in_all_s()
        last_words_s = 0.0 if working.is_read else _LAST_WORDS_S
        told_at = caller.began_at
        while not working.task.done():
            asked_s = working.call.asked_in_all_s() - asked_before_s
            left_s = caller.time_left_s(self._budget_s) + asked_s + last_words_s
            is_in_vain = left_s <= 0 or left_s < _blocked_s(working)
            if is_in_vain and not working.call.is_asking:
                return
            await asyncio.wait({working.task}, timeout=min(left_s, _LOOKED_EVERY_S) if left_s > 0 else _LOOKED_EVERY_S)
            told_at = max(told_at, working.call.told_at)
            if time.monotonic() - told_at >= TOLD_EVERY_S:
                told_at = time.monotonic()
                await self._tell(working, caller)

    async def _tell(self, working: _Work, caller: Call) -> None:
        if caller.reporter is not None:
            working.call.progress += 0.001  # a wait is no step
            await caller.reporter.report_progress(working.call.progress, None, said(_so_far(working)))

    def _forget(self, key: str, working: _Work) -> None:
        if self._works.get(key) is working:
            del self._works[key]

    def _watch(self, key: str, working: _Work) -> None:
        """End work that nobody asks for."""
        loop = asyncio.get_running_loop()
        loop.call_later(_KEPT_S, self._give_up, key, working)
        if not working.is_read:
            loop.call_later(_HELD_S, self._give_up, key, working, True)

    def _give_up(self, key: str, working: _Work, only_if_waiting: bool = False) -> None:
        if working.call.callers or (only_if_waiting and (working.task.done() or working.call.is_writing)):
            return
        working.task.cancel()
        self._forget(key, working)


def _take_error(task: asyncio.Task[Result]) -> None:
    """Take the error of a task: where nobody calls again, nobody is to be warned of it."""
    with suppress(asyncio.CancelledError):
        task.exception()


def _blocked_s(working: _Work) -> float:
    return working.call.blocked_until - time.monotonic()


def _so_far(working: _Work) -> str:
    count = working.call.requests
    if count == 1:
        return _texts.later("{name} is not finished: {count} request so far", name=working.name, count=1)
    return _texts.later("{name} is not finished: {count} requests so far", name=working.name, count=count)


def _unfinished(working: _Work, how: str) -> UnfinishedCallError:
    blocked_s = _blocked_s(working)
    when = "in a while" if blocked_s <= 0 else f"in {math.ceil(blocked_s)} s"
    again = f"{how or f'Call {working.name} again with the same arguments'} {when} to get the result"
    if working.call.is_writing:
        return UnfinishedCallError(
            f"The writing was begun and goes on; its outcome is not known yet ({_so_far(working)}).",
            hint=f"{again}: nothing is written twice.",
        )
    unwritten = "" if working.is_read else "Nothing was written yet. "
    blocked = f" {working.call.blocked_by}." if blocked_s > 0 else ""
    what = "the reading goes on" if working.is_read else "the reading before it goes on"
    return UnfinishedCallError(f"{unwritten}{_so_far(working)}; {what}.{blocked}", hint=f"{again}.")
