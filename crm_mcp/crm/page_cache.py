"""A TTL cache of the last page of each search: a CRM serves 100 rows where 20 were wanted, and a cursor wants the next.

Only a cursor uses the cache, never a new search, and only where the page holds the whole slice; a write through this
server empties it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.crm.messages import Request, Response, Sender
from crm_mcp.crm.paging import Page, PageRules, Slice, read_slice

TTL_S = 30.0
"""How long a page is used: a change made elsewhere shows in a later slice after so long at the latest."""
MAX_SEARCHES = 8

_T = TypeVar("_T")


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
        """Return a slice of a search as `paging.read_slice` does, without a request where the last page holds it all.

        Args:
            search: All criteria as text, by which the page is found again.
            read_page: Reads one page, numbered from 0.
            offset: Rows before the slice.
            limit: Most rows to return.
            last_id: The id of the row before the slice; empty for a new search.
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
        return _WatchedSender(sender, self.clear)


class _WatchedSender:
    def __init__(self, sender: Sender, on_write: Callable[[], None]) -> None:
        self._sender = sender
        self._on_write = on_write

    async def send(self, request: Request) -> Response:
        if request.method == "GET":
            return await self._sender.send(request)
        self._on_write()
        try:
            return await self._sender.send(request)
        finally:
            self._on_write()
