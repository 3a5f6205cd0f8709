"""Calls made concurrently, a bounded number at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

AT_ONCE = 6
"""Calls in flight at a time; the session keeps the CRM's rate limit all the same."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


async def map_bounded(
    items: Iterable[_Item], call: Callable[[_Item], Awaitable[_Result]], *, at_once: int = AT_ONCE
) -> list[_Result]:
    """Return the result of `call` for each item, in the order of the items.

    The first failure, or a cancellation, cancels all other calls and is raised as it is.
    """
    waiting = list(enumerate(items))
    if not waiting:
        return []
    waiting.reverse()
    results: dict[int, _Result] = {}

    async def work() -> None:
        while waiting:
            index, item = waiting.pop()
            results[index] = await call(item)

    workers = [asyncio.create_task(work()) for _ in range(min(at_once, len(waiting)))]
    try:
        # Not a TaskGroup: before Python 3.13 one that fails leaves its caller marked as being cancelled.
        await asyncio.gather(*workers)
    finally:
        waiting.clear()
        for worker in workers:
            worker.cancel()
        await asyncio.wait(workers)
    return [results[index] for index in sorted(results)]
