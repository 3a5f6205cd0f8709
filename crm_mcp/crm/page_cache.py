"""The last page of each search, kept for whoever follows its cursor: MiniCRM serves 100 rows where 20 were wanted.

Only a cursor is answered from here, never a new search, and only from a page that holds all of the slice; a write
through this server forgets every page.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.crm.messages import Request, Response, Sender
from crm_mcp.minicrm.models import PAGE_SIZE, Contact, Page, Project

PAGE_TTL_S = 30.0
"""How long a page is kept: a change made elsewhere shows in a walk after so long at the latest."""
MAX_SEARCHES = 8

_Row = TypeVar("_Row", Project, Contact)


class RecentPages:
    """The last page read of each of the last few searches."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._pages = ExpiringMap[str, Page[Any]](PAGE_TTL_S, max_items=MAX_SEARCHES, clock=clock)
        self._writes = 0

    def keeping(
        self, search: str, read_page: Callable[[int], Awaitable[Page[_Row]]]
    ) -> Callable[[int], Awaitable[Page[_Row]]]:
        """Return `read_page` so that the page it reads last is kept under `search`, which names all criteria."""

        async def read(number: int) -> Page[_Row]:
            self._pages.pop(search)
            writes = self._writes
            page = await read_page(number)
            if writes == self._writes:  # else it may be from before a write
                self._pages.put(search, page)
            return page

        return read

    def rows_behind(self, search: str, last_id: str, limit: int) -> tuple[list[Any], int | None, bool] | None:
        """Return what follows a row, as `read_slice` does; None where the kept page does not hold all of it."""
        page = self._pages.get(search)
        if page is None or not last_id:
            return None
        rows = cast("Sequence[Project]", page.items)
        at = next((at for at, row in enumerate(rows) if row["id"] == last_id), None)
        if at is None:
            return None
        end = at + 1 + limit
        if end >= len(rows) >= PAGE_SIZE:  # what follows a full page is not known from here
            return None
        return list(rows[at + 1 : end]), page.total, end < len(rows)

    def forget(self) -> None:
        """Forget every page: something was written."""
        self._pages.clear()
        self._writes += 1

    def watch(self, sender: Sender) -> Sender:
        """Return a sender that forgets every page when something is written through it."""
        return _Watched(sender, self.forget)


class _Watched:
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
