"""Which objects changed since a plan read them, by one search: the others need not be read again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from crm_mcp.crm.paging import Page
from crm_mcp.errors import RefusedError
from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.account.local_time import local_before
from crm_mcp.minicrm.models import PAGE_RULES


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
            page = await self.search({"UpdatedSince": local_before(since_s, self.zone)})
        except RefusedError:
            return None
        return None if PAGE_RULES.is_full(page) else {row["id"] for row in page.items}
