"""Which objects changed since a plan read them, by one search: the others need not be read again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crm_mcp.crm.paging import Page
from crm_mcp.errors import RefusedError
from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.models import PAGE_RULES

_OVERLAP = timedelta(minutes=10)
"""How much longer ago is searched, since the clock of the CRM's database may not be that of its web server."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MovedRecords:
    """The search of one kind of object that takes `UpdatedSince`, and the clocks that it goes by."""

    search: Callable[[Mapping[str, object]], Awaitable[Page[Any]]]
    clock: CrmClock
    zone: ZoneInfo

    async def find(self, since_s: float) -> Collection[str] | None:
        """Return the ids of what changed since a time of the CRM's clock; None where they are more than a page.

        Source: minicrm.txt, "Project search" (UpdatedSince); for contacts it is observed.
        """
        try:
            page = await self.search({"UpdatedSince": self._local(since_s)})
        except RefusedError:
            return None
        return None if PAGE_RULES.is_full(page) else {row["id"] for row in page.items}

    def _local(self, since_s: float) -> str:
        """Return the account's local time, some minutes earlier; an hour more where the clocks are being changed."""
        since = datetime.fromtimestamp(since_s, UTC) - _OVERLAP
        offsets = {(since + step).astimezone(self.zone).utcoffset() for step in (-_HOUR, _HOUR)}
        local = (since - (len(offsets) - 1) * _HOUR).astimezone(self.zone)
        return local.replace(tzinfo=None).isoformat(" ", "seconds")
