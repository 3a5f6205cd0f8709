"""What webhooks tell is out of date at once, and read again from the CRM behind them.

A webhook is a hint: it may be old, repeated, or made up, and MiniCRM gives it neither a number nor a time that orders
two changes of the same second. So its values are not taken: the card is read, by one request for all that was told
of it meanwhile. Nothing is read of what the replica does not hold, nor where there is no replica.

Where a card cannot be read now, it stays out of date, and the next statement asks for what changed.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from crm_mcp.crm.call import without_deadline
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import AuthenticationError, CrmError, StoreError
from crm_mcp.minicrm.replica.columns import CONTACTS, PROJECTS
from crm_mcp.minicrm.replica.documents.tables import DOCUMENTS
from crm_mcp.replica.freshness import outdate, read_passes
from crm_mcp.store.budget import BACKGROUND

if TYPE_CHECKING:
    from crm_mcp.minicrm.replica.source import MinicrmSource
    from crm_mcp.minicrm.wire.webhooks import ToldChange
    from crm_mcp.store.transaction import Transaction

MOST_WAITING = 10_000
"""Cards that wait to be read; what is told beyond them is read when a statement needs it."""
_AT_ONCE = 50
_TABLES = {"Project": PROJECTS, "Contact": CONTACTS}
_log = logging.getLogger(__name__)

Card = tuple[str, int]
"""A table and an id in it."""


class ToldChanges:
    """The cards and contacts of one account that webhooks told of."""

    def __init__(self, source: MinicrmSource) -> None:
        self._source = source
        self._waiting: dict[Card, float] = {}
        self._reading: asyncio.Task[None] | None = None
        self._is_closed = False

    async def take(self, change: ToldChange) -> None:
        """Have a record be out of date, and begin to read it; what goes wrong in the store is logged only."""
        source = self._source
        told_at = source.replica.clock()
        try:
            if self._is_closed or not (await source.replica.exists() and await source.facts.load()):
                return
            has_room = len(self._waiting) < MOST_WAITING
            is_held = await source.replica.run(
                lambda transaction: _outdate(transaction, change, told_at, has_room=has_room)
            )
        except StoreError as error:
            _log.warning("A change that a webhook told will show in statements after a minute only: %s", error)
            return
        card = (_TABLES[change.kind], change.record_id)
        if is_held and has_room:
            self._waiting[card] = told_at
            self._begin()

    async def close(self) -> None:
        """Read nothing more."""
        self._is_closed = True
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})

    def _begin(self) -> None:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_waiting())

    async def _read_waiting(self) -> None:
        with without_deadline() as call:
            call.requests = BACKGROUND
            while self._waiting and not self._is_closed:
                cards = list(self._waiting.items())[:_AT_ONCE]
                for card, _ in cards:
                    del self._waiting[card]
                try:
                    await map_bounded(cards, self._read)
                    await self._source.learn_groups()
                except AuthenticationError as error:
                    self._waiting.clear()
                    _log.warning("What webhooks told is not read: %s", error)
                except (CrmError, StoreError) as error:
                    _log.info("What webhooks told is read when it is needed: %s", error)

    async def _read(self, told: tuple[Card, float]) -> None:
        """Read one card, unless it was read since; with a contact also its cards whose company is another one now."""
        (table, record_id), told_at = told
        try:
            await self._source.cards.read_card(table, record_id, told_at)
        except (AuthenticationError, StoreError):
            raise
        except CrmError as error:
            _log.info("A card that a webhook told of is read when it is needed: %s", error)
            await self._source.replica.run(lambda transaction: outdate(transaction, [table]))
            return
        if table == CONTACTS:
            sql = f"select id from {PROJECTS} where contact_id = ? and changed_ >= ? and read_ between 1 and changed_"
            moved = await self._source.replica.run(lambda transaction: transaction.execute(sql, (record_id, told_at)))
            for (project_id,) in moved:
                await self._read(((PROJECTS, project_id), told_at))


def _outdate(transaction: Transaction, change: ToldChange, told_at: float, *, has_room: bool) -> bool:
    """Have a record be out of date, and tell whether the replica holds it, or would if it had been there before.

    A new one is missing from no statement: until it is read, they are as of the last search. Where there is no room to
    have it read, they have to search again.
    """
    table = _TABLES[change.kind]
    if change.has_document:
        outdate(transaction, [DOCUMENTS])
    if not has_room:
        outdate(transaction, [table])
    known = transaction.execute(f"select 1 from {table} where id = ?", (change.record_id,))
    if known:
        sql = f"update {table} set changed_ = max(coalesce(changed_, 0), ?) where id = ?"
        transaction.execute(sql, (told_at, change.record_id))
        return True
    passes = read_passes(transaction, table).values()
    parts = {one.part for one in passes if one.is_complete}
    return change.module_id in parts if change.kind == "Project" and change.module_id else bool(parts)
