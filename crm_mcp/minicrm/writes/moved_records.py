"""Which objects changed since a plan read them, by one search: the others need not be read again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from crm_mcp.crm.paging import Page
from crm_mcp.errors import RefusedError
from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.account.local_time import local_before
from crm_mcp.minicrm.field_table import LINKS
from crm_mcp.minicrm.models import PAGE_RULES
from crm_mcp.minicrm.writes.linked_records import linking
from crm_mcp.safe_writes.changes import Change


@dataclass(frozen=True, slots=True)
class MovedRecords:
    """The search of one kind of object that takes `UpdatedSince`, and the clocks that it goes by."""

    search: Callable[[Mapping[str, object]], Awaitable[Page[Any]]]
    clock: CrmClock
    zone: ZoneInfo

    async def find(self, since_s: float) -> Collection[str] | None:
        """Return the ids of what changed since a time of the CRM's clock; None where they are more than a page."""
        rows = await self.rows(since_s)
        return None if rows is None else {row["id"] for row in rows}

    async def rows(self, since_s: float) -> Sequence[Any] | None:
        """Return the rows of what changed since a time of the CRM's clock; None where they are more than a page.

        Source: minicrm.txt, "Project search" (UpdatedSince); for contacts it is observed.
        """
        try:
            page = await self.search({"UpdatedSince": local_before(since_s, self.zone)})
        except RefusedError:
            return None
        return None if PAGE_RULES.is_full(page) else page.items


@dataclass(frozen=True, slots=True)
class MovedLinks:
    """The same of all that new objects are linked to."""

    contacts: MovedRecords
    projects: MovedRecords

    def at(self, local_s: float) -> float | None:
        """Return what MiniCRM's clock showed at a time of this machine's; None if not known."""
        return self.contacts.clock.at(local_s)

    async def find(self, changes: Sequence[Change], since_s: float) -> Collection[int] | None:
        """Return the places of the changes that are linked to what changed; None where that cannot be told."""
        searches = {"contact": self.contacts, "business": self.contacts, "project": self.projects}
        links = {
            change.index: [(LINKS[name], str(change.sent[name])) for name in linking(change.sent)] for change in changes
        }
        moved: dict[MovedRecords, Collection[str] | None] = {}
        for search in dict.fromkeys(searches.get(kind) for linked in links.values() for kind, _ in linked):
            if search is None or (ids := await search.find(since_s)) is None:
                return None
            moved[search] = ids
        return {at for at, linked in links.items() if any(one in (moved[searches[kind]] or ()) for kind, one in linked)}
