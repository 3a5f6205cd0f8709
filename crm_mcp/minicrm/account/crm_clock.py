"""The clock of a CRM, as its responses show it: no two clocks agree, and the CRM judges by its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar

from crm_mcp.crm.messages import Request, Response
from crm_mcp.crm.operations import Sender

_T = TypeVar("_T")


class CrmClock:
    """How far the CRM's clock is ahead of this machine's, by the `Date` of the last response."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._ahead_s: float | None = None

    def at(self, local_s: float) -> float | None:
        """Return what the CRM's clock showed at a time of this machine's, in seconds since 1970; None if not known."""
        return None if self._ahead_s is None else local_s + self._ahead_s

    def watch(self, sender: Sender) -> Sender:
        """Return a sender whose responses set this clock."""
        return _Watched(sender, self._look_at)

    def _look_at(self, response: Response) -> None:
        try:
            self._ahead_s = parsedate_to_datetime(response.headers.get("date", "")).timestamp() - self._clock()
        except (TypeError, ValueError):
            self._ahead_s = None


class _Watched:
    def __init__(self, sender: Sender, look_at: Callable[[Response], None]) -> None:
        self._sender = sender
        self._look_at = look_at

    async def perform(self, request: Request, parse: Callable[[Response], _T]) -> _T:
        def look_and_parse(response: Response) -> _T:
            self._look_at(response)
            return parse(response)

        return await self._sender.perform(request, look_and_parse)
