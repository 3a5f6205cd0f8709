"""The rows of one kind of documents, read by its list: all, what changed, and what vanished.

A list shows the newest change first. A document that changes while pages are read moves to the front and may be passed
over; then fewer rows are found than the CRM counts, and it is read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm_mcp.crm.paging import Page
from crm_mcp.errors import NotInPlanError
from crm_mcp.minicrm.clients.documents import DocumentsClient
from crm_mcp.minicrm.models import PAGE_RULES
from crm_mcp.minicrm.replica.documents.keys import key_of
from crm_mcp.minicrm.replica.documents.plan import Plan
from crm_mcp.minicrm.replica.documents.tables import DOCUMENTS
from crm_mcp.minicrm.replica.documents.writing import DocumentWriter
from crm_mcp.minicrm.replica.searches import Searches
from crm_mcp.minicrm.wire.documents.models import DocumentKind
from crm_mcp.replica.freshness import Pass
from crm_mcp.replica.source import Need


class DocumentLists(Searches):
    """How the documents of one kind are listed; nothing is asked while the account's plan is known to refuse them."""

    def __init__(
        self,
        kind: DocumentKind,
        client: DocumentsClient,
        writer: DocumentWriter,
        plan: Plan,
        since: Callable[..., str],
        crm_time: Callable[[float], float],
    ) -> None:
        async def search(criteria: Mapping[str, object], number: int) -> Page[Any]:
            if not criteria and not number and (kept := self._take_first()) is not None:
                return kept
            found = await client.list_documents(kind, number, updated_since=str(criteria.get("UpdatedSince", "")))
            rows = [{"id": str(key_of(kind, one["id"])), "document": one} for one in found.items]
            return Page(rows, found.total)

        super().__init__(
            writer.replica, DOCUMENTS, search, lambda _: {}, writer.rows, None, writer.remove, since, crm_time
        )
        self.kind: DocumentKind = kind
        self._writer = writer
        self._first: Page[Any] | None = None
        self._refreshing = asyncio.Lock()
        self.plan = plan

    def title(self, part: str = "") -> str:
        """Return what these rows are, for people."""
        del part
        return f"{self.kind}s"

    async def is_refused(self) -> bool:
        """Tell whether the plan is known to refuse them."""
        return await self.plan.refusal(self.kind) is not None

    async def refresh(self, parts: Sequence[str], need: Need) -> None:
        """Bring the rows up to date, unless the plan refuses them; statements and tools do it one after the other."""
        async with self._refreshing:
            await self._writer.ensure_tables()
            await self._unless_refused(lambda: super(DocumentLists, self).refresh(parts, need))

    async def read_whole(self, part: str, *, again: bool = False) -> None:
        """Read all rows, unless the plan refuses them."""
        await self._unless_refused(lambda: super(DocumentLists, self).read_whole(part, again=again))

    async def sweep(self, part: str) -> None:
        """Look for documents that vanished, or never came, by the CRM's count: then all are read again."""
        await self._unless_refused(lambda: self._sweep_by_count(part))

    async def count_pages(self, most: int) -> int:
        """Return how many pages there are, 0 where the plan refuses them; up to `most` the next refresh reads on."""

        async def read() -> None:
            self._first = await self.search({}, 0)

        await self._writer.ensure_tables()
        await self._unless_refused(read)
        pages = 0 if self._first is None else PAGE_RULES.count_pages(self._first.total or 0)
        if pages > most:
            self._first = None
        return pages

    def _take_first(self) -> Page[Any] | None:
        kept, self._first = self._first, None
        return kept

    async def _sweep_by_count(self, part: str) -> None:
        known = (await self.passes()).get(part)
        if known is None:
            return
        begun_at = self.replica.clock()
        page = await self.search({}, 0)
        sql = f"select count(*) from {self.table} where part_ = ?"
        ((held,),) = await self.replica.run(lambda transaction: transaction.execute(sql, (part,)))
        if page.total is None or page.total == held:
            await self._keep(replace(known, swept_at=begun_at))
        else:
            await super().read_whole(part, again=True)

    async def _unless_refused(self, read: Callable[[], Awaitable[None]]) -> None:
        if await self.is_refused():
            return
        try:
            await read()
        except NotInPlanError as refusal:
            await self.plan.remember(self.kind, refusal)

    async def passes(self) -> dict[str, Pass]:
        """Return what is known of the documents of this kind."""
        return {part: one for part, one in (await super().passes()).items() if part == self.kind}
