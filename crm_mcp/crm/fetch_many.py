"""Many calls to the CRM in one: a bounded number at a time, and objects read one by one until it refuses more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from crm_mcp.crm.progress import Steps
from crm_mcp.errors import NotFoundError, RateLimitedError

AT_ONCE = 6
"""Calls in flight at a time; the session keeps the CRM's rate limit all the same."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_Object = TypeVar("_Object", bound=Mapping[str, Any])


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


async def read_each(
    items: Sequence[_Item], read: Callable[[_Item], Awaitable[_Result]], steps: Steps, name: Callable[[_Item], str]
) -> tuple[list[_Result | None], int]:
    """Read something of each item; a refusal for too many requests ends it with what there is.

    Returns the results, None for an item that is gone or was not asked for any more, and how many were asked for.
    `name` is what a step is called.
    """
    refused: list[_Item] = []
    steps.expect(len(items))

    async def read_one(item: _Item) -> _Result | None:
        if not refused:
            try:
                result = await read(item)
            except NotFoundError:  # deleted for good since the search
                return None
            except RateLimitedError:
                pass
            else:
                await steps.advance(name(item))
                return result
        refused.append(item)
        return None

    return await map_bounded(items, read_one), len(items) - len(refused)


class Details(NamedTuple, Generic[_Object]):
    """Objects by id, and why some could not be read, as a sentence; empty where all could."""

    found: dict[str, _Object]
    incomplete_reason: str


async def read_details(
    ids: Sequence[str], get: Callable[[str], Awaitable[_Object]], steps: Steps, *, crm: str
) -> Details[_Object]:
    """Read objects by their ids, since rows of a search have few of their fields; `crm` is the CRM's title."""
    objects, asked = await read_each(ids, get, steps, lambda one: f"{one} read")
    found = {one["id"]: one for one in objects if one is not None}
    if asked < len(ids):
        return Details(found, f"{crm} refused more requests after {len(found)} of {len(ids)}: try again later.")
    missing = len(ids) - len(found)
    return Details(found, f"{missing} of {len(ids)} could not be read: they are gone." if missing else "")
