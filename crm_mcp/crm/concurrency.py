"""Many questions at a time, few in flight: for what a CRM answers one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

AT_ONCE = 6
"""Questions in flight at a time; a CRM's rate limit is kept by its session all the same."""

_Q = TypeVar("_Q")
_A = TypeVar("_A")


async def map_bounded(
    questions: Iterable[_Q], ask: Callable[[_Q], Awaitable[_A]], *, at_once: int = AT_ONCE
) -> list[_A]:
    """Return the answer to each question, in the order of the questions.

    The first failure ends all the others and is raised as it is; so does a cancellation.

    Args:
        questions: What to ask.
        ask: Asks one.
        at_once: How many may be under way.
    """
    waiting = list(enumerate(questions))
    if not waiting:
        return []
    waiting.reverse()
    answers: dict[int, _A] = {}

    async def work() -> None:
        while waiting:
            index, question = waiting.pop()
            answers[index] = await ask(question)

    workers = [asyncio.create_task(work()) for _ in range(min(at_once, len(waiting)))]
    try:
        # Not a TaskGroup: before Python 3.13 one that fails leaves its caller marked as being cancelled.
        await asyncio.gather(*workers)
    finally:
        waiting.clear()
        for worker in workers:
            worker.cancel()
        await asyncio.wait(workers)
    return [answers[index] for index in sorted(answers)]
