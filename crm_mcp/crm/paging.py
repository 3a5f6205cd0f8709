"""The pages that a CRM serves, how slices of any size are cut from them, and a TTL cache of the last page of a search.

A CRM serves 100 rows where 20 were wanted, and a cursor wants the next. Only a cursor uses the cache, never a new
search, and only where the page holds the whole slice; a write through this server empties it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar, cast

from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.crm.messages import Request, Response
from crm_mcp.crm.operations import Sender
from crm_mcp.errors import UnexpectedAnswerError

TTL_S = 30.0
"""How long a cached page is used: a change made elsewhere shows in a later slice after so long at the latest."""
MAX_SEARCHES = 8
"""Searches whose last page is cached."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """Part of a list, as the CRM cut it, and its own count of the list, if any, which may disagree with the rows."""

    items: list[_T]
    total: int | None


@dataclass(frozen=True, slots=True)
class PageRules:
    """How a CRM serves its lists: its title, for sentences, and the rows of a full page."""

    crm: str
    page_size: int

    def count_pages(self, total: int) -> int:
        """Return on how many pages so many rows come; at least one."""
        return max(1, -(-total // self.page_size))

    def is_full(self, page: Page[_T]) -> bool:
        """Tell whether others may follow a page."""
        return len(page.items) >= self.page_size


class Slice(NamedTuple, Generic[_T]):
    """Some rows of a list, the CRM's own count of the list, and whether other rows follow."""

    rows: list[_T]
    total: int | None
    more: bool


async def read_slice(
    read_page: Callable[[int], Awaitable[Page[_T]]],
    rules: PageRules,
    *,
    offset: int,
    limit: int,
    last_id: str = "",
) -> Slice[_T]:
    """Return the rows from `offset` on, at most `limit`, which is at most a page.

    One request, or two where the rows lie on two pages. A page that is not full ends the list, and another follows a
    full one, whatever the CRM's count says: it may disagree with the rows (observed in MiniCRM).

    Rows may come and go between two slices. With `last_id`, the id of the row before the slice, it goes on behind that
    row, wherever it or its place is by now: ids ascend (observed in MiniCRM), so no row comes twice and none that
    stayed is passed over.

    Raises:
        UnexpectedAnswerError: The same page comes again.
    """
    number, start = divmod(offset - 1 if last_id else offset, rules.page_size)
    page = await read_page(number)
    if last_id and not _ascends(page):
        return await read_slice(read_page, rules, offset=offset, limit=limit)
    while last_id and number and not _has_reached(page, last_id):  # rows before it went away, and the others moved up
        number -= 1
        page = await read_page(number)
    ahead = _behind(page.items, last_id) if last_id else page.items[start:]
    while len(ahead) < limit and _goes_on(page, number, rules):
        last_on_page = page.items[-1]
        number += 1
        page = await read_page(number)
        ahead = [*ahead, *(_behind(_new_on(page, last_on_page, rules), last_id) if last_id else page.items)]
    more = len(ahead) > limit or _goes_on(page, number, rules)
    rows = ahead[:limit]
    return Slice(rows, page.total, more and bool(rows))


def _goes_on(page: Page[_T], number: int, rules: PageRules) -> bool:
    """Tell whether a page follows this one: the count is believed only where it agrees with the rows."""
    return rules.is_full(page) and page.total != (number + 1) * rules.page_size


def _ascends(page: Page[_T]) -> bool:
    ids = [_id(row) for row in page.items]
    return ids == sorted(ids)


def _has_reached(page: Page[_T], last_id: str) -> bool:
    return any(_id(row) <= int(last_id) for row in page.items)


def _behind(rows: Sequence[_T], last_id: str) -> list[_T]:
    return [row for row in rows if _id(row) > int(last_id)]


def _new_on(page: Page[_T], last_row: _T, rules: PageRules) -> list[_T]:
    new = _behind(page.items, str(_id(last_row)))
    if page.items and not new:
        raise UnexpectedAnswerError(
            f"{rules.crm} sent the same page again instead of the next one.",
            hint="What was read before is right but incomplete; narrow the search to read the rest.",
        )
    return new


def _id(row: object) -> int:
    return int(cast("Mapping[str, str]", row)["id"])


class PageCache:
    """The last page read of each of the last few searches of one account; `clock` returns the time in seconds."""

    def __init__(self, rules: PageRules, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._pages = ExpiringMap[str, Page[Any]](TTL_S, max_items=MAX_SEARCHES, clock=clock)
        self._writes = 0

    async def read_slice(
        self,
        search: str,
        read_page: Callable[[int], Awaitable[Page[_T]]],
        *,
        offset: int,
        limit: int,
        last_id: str = "",
    ) -> Slice[_T]:
        """Return a slice as the function `read_slice` does, without a request where the last page holds it all.

        `search` is all criteria as text, by which the page is found again.
        """
        if (cached := self._slice_behind(search, last_id, limit)) is not None:
            return cached

        async def read_and_keep(number: int) -> Page[_T]:
            self._pages.pop(search)
            writes = self._writes
            page = await read_page(number)
            if writes == self._writes:  # else it may be from before a write
                self._pages.put(search, page)
            return page

        return await read_slice(read_and_keep, self._rules, offset=offset, limit=limit, last_id=last_id)

    def _slice_behind(self, search: str, last_id: str, limit: int) -> Slice[Any] | None:
        """Return what follows a row; None where the last page does not hold all of it."""
        page = self._pages.get(search)
        if page is None or not last_id:
            return None
        rows = page.items
        at = next((at for at, row in enumerate(rows) if row["id"] == last_id), None)
        if at is None:
            return None
        end = at + 1 + limit
        if end >= len(rows) and self._rules.is_full(page):  # what follows a full page is not known from here
            return None
        return Slice(rows[at + 1 : end], page.total, end < len(rows))

    def clear(self) -> None:
        """Forget every page: something was written."""
        self._pages.clear()
        self._writes += 1

    def watch(self, sender: Sender) -> Sender:
        """Return a sender that clears the cache when something is written through it."""
        return WatchedSender(sender, self.clear)


class WatchedSender:
    """A sender that calls `on_write` before and after whatever is written through it."""

    def __init__(self, sender: Sender, on_write: Callable[[], None]) -> None:
        self._sender = sender
        self._on_write = on_write

    async def perform(self, request: Request, parse: Callable[[Response], _T]) -> _T:
        """Send a request as the sender does."""
        if request.is_read:
            return await self._sender.perform(request, parse)
        self._on_write()
        try:
            return await self._sender.perform(request, parse)
        finally:
            self._on_write()
