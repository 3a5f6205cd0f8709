"""Many calls to the CRM in one: a bounded number at a time, and objects read one by one until it refuses more."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from crm_mcp.crm.call import Steps
from crm_mcp.crm.wording import listing
from crm_mcp.errors import AuthenticationError, CrmError, NotFoundError, RateLimitedError, UnreachableError

AT_ONCE = 6
"""Calls in flight at a time; the session keeps the CRM's rate limit all the same."""
MOST_UNREACHABLE = 3
"""After so many failures a CRM that sends no response is down, and it is not only about the item that was asked for."""
_MOST_NAMED = 3

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


@dataclass(frozen=True, slots=True)
class EachRead(Generic[_Item, _Result]):
    """What was read of each item.

    Attributes:
        results: One an item, None for one that is gone, failed, or was not asked for any more.
        failed: The items that the CRM failed to give, with why.
        unasked: How many were not asked for, since the CRM refused more requests or could not be reached.
        stopped_by: Why not; None where all were asked for.
    """

    results: list[_Result | None]
    failed: list[tuple[_Item, CrmError]]
    unasked: int
    stopped_by: CrmError | None

    def incomplete_reason(self, crm: str, name: Callable[[_Item], str]) -> str:
        """Return what was not read, as a sentence that names it; empty where all was."""
        problems: list[str] = []
        if self.failed:
            named = listing([name(item) for item, _ in self.failed], _MOST_NAMED)
            problems.append(f"{named} could not be read: {self.failed[0][1].args[0]}")
        unread = f"{self.unasked} of {len(self.results)} were not read"
        if isinstance(self.stopped_by, RateLimitedError):
            after_s = self.stopped_by.retry_after_s
            when = "a minute" if after_s is None else f"{max(1, math.ceil(after_s))} s"
            problems.append(f"{unread}: {crm} takes no more requests in the time of this call. Call again in {when}.")
        elif self.stopped_by is not None:
            problems.append(f"{unread}: {self.stopped_by.args[0]}")
        return " ".join(problems)


async def read_each(
    items: Sequence[_Item], read: Callable[[_Item], Awaitable[_Result]], steps: Steps, name: Callable[[_Item], str]
) -> EachRead[_Item, _Result]:
    """Read something of each item; one that fails leaves the others, too many requests end it with what there is.

    `name` is what a step is called.

    Raises:
        CrmError: The login was refused, or every item failed: the first failure.
    """
    stopped: list[CrmError] = []
    failed: list[tuple[_Item, CrmError]] = []
    unasked = 0
    steps.expect(len(items))

    async def read_one(item: _Item) -> _Result | None:
        nonlocal unasked
        if not stopped:
            try:
                result = await read(item)
            except NotFoundError:  # deleted for good since the search
                return None
            except AuthenticationError:
                raise
            except RateLimitedError as error:
                stopped.append(error)
            except CrmError as error:
                if isinstance(error, UnreachableError) and (error.is_lasting or len(failed) >= MOST_UNREACHABLE):
                    stopped.append(error)
                else:
                    failed.append((item, error))
                    return None
            else:
                await steps.advance(name(item))
                return result
        unasked += 1
        return None

    results = await map_bounded(items, read_one)
    errors = [*(error for _, error in failed), *stopped]
    if items and len(failed) + unasked == len(items) and not isinstance(errors[-1], RateLimitedError):
        raise errors[0]
    return EachRead(results, failed, unasked, next(iter(stopped), None))


class Details(NamedTuple, Generic[_Object]):
    """Objects by id, and why some could not be read, as a sentence; empty where all could."""

    found: dict[str, _Object]
    incomplete_reason: str


async def read_details(
    ids: Sequence[str], get: Callable[[str], Awaitable[_Object]], steps: Steps, *, crm: str
) -> Details[_Object]:
    """Read objects by their ids, since rows of a search have few of their fields; `crm` is the CRM's title."""
    read = await read_each(ids, get, steps, lambda one: f"{one} read")
    found = {one["id"]: one for one in read.results if one is not None}
    problems = [read.incomplete_reason(crm, str)]
    if missing := len(ids) - len(found) - len(read.failed) - read.unasked:
        problems.append(f"{crm} no longer has {missing} of these {len(ids)}.")
    return Details(found, " ".join(filter(None, problems)))
