"""Writes down each record before its request goes out, and what became of it, so that it is known in any process."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from crm_mcp.errors import StoreError
from crm_mcp.safe_writes.saved import change_to_json, to_json
from crm_mcp.store import writes
from crm_mcp.store.location import is_postgres
from crm_mcp.store.writes import Batch, Write

if TYPE_CHECKING:
    from crm_mcp.safe_writes.changes import Change
    from crm_mcp.safe_writes.writing.results import ItemResult
    from crm_mcp.store.engine import Store, Transaction
    from crm_mcp.store.leases import Lease

_log = logging.getLogger(__name__)

Alike = Mapping[int, Sequence[str] | None]
"""The ids that matched each new record before it was sent, by its place; None where it cannot be searched."""

_PAUSES_S = (0.2, 0.5, 1.0, 1.5, 2.0)
_NOT_KEPT = "This write could not be recorded ({why}): undo_write does not know it."


class Journal:
    """What is written down of one batch, while `leases` are held."""

    def __init__(self, store: Store, batch: Batch, leases: Sequence[Lease] = ()) -> None:
        self._store = store
        self._leases = leases
        self._begun: set[int] = set()
        self.batch = batch

    async def begin(self, changes: Sequence[Change], alike: Alike) -> None:
        """Write down that the requests of these changes are going out.

        Raises:
            StoreError: It cannot be written down, or another process goes on with this; then nothing may be sent.
        """

        def work(transaction: Transaction) -> None:
            for lease in self._leases:
                lease.check(transaction)
            writes.add_batch(transaction, self.batch)
            for change in changes:
                known = to_json(alike[change.index]) if alike.get(change.index) is not None else None
                writes.put_write(transaction, self.batch, self._row(transaction, change, writes.SENT, alike=known))

        await self._store.run(work)
        self._begun.update(change.index for change in changes)

    async def withdraw(self, changes: Sequence[Change]) -> None:
        """Forget changes that were certainly not carried out, so that they can be tried again."""
        places = [change.index for change in changes if change.index in self._begun]
        self._begun.difference_update(places)
        if places:
            await self._quietly(lambda transaction: writes.remove(transaction, map(self.batch.id_of, places)))

    async def end(self, changes: Sequence[Change], items: Sequence[ItemResult], timed_out: Sequence[int]) -> None:
        """Write down what became of changes, and name each write in its result; `timed_out` may be under way still."""

        def work(transaction: Transaction) -> None:
            for change, item in zip(changes, items, strict=True):
                if item["index"] in self._begun:
                    at = transaction.now() if item["index"] in timed_out else None
                    settle_item(transaction, self.batch.id_of(item["index"]), item, timed_out_at=at)
                elif self.batch.is_batch:
                    writes.add_batch(transaction, self.batch)
                    row = self._row(transaction, change, writes.SKIPPED, result=to_json(item))
                    writes.put_write(transaction, self.batch, row)
                if change.undoes and item["ok"] and not change.settled:
                    writes.mark_undone(transaction, change.undoes, self.batch.id_of(item["index"]))

        for item in items:
            if item["index"] in self._begun:
                item["write_id"] = self.batch.id_of(item["index"])
        if why := await self._quietly(work):
            for item in items:
                item["message"] = f"{item.get('message', '')} {_NOT_KEPT.format(why=why)}".strip()

    async def _quietly(self, work: Callable[[Transaction], None]) -> str:
        """Run work in the store; return why that failed, since what was written is still to be told.

        A database that is started again is waited for.
        """
        pauses_s = _PAUSES_S if is_postgres(self._store.where) else ()
        for pause_s in (*pauses_s, None):
            try:
                await self._store.run(work)
            except StoreError as error:
                if pause_s is None:
                    _log.warning("a write could not be recorded: %s", error.args[0])
                    return str(error.args[0])
                await asyncio.sleep(pause_s)
            else:
                break
        return ""

    def _row(
        self,
        transaction: Transaction,
        change: Change,
        outcome: str,
        *,
        result: str | None = None,
        alike: str | None = None,
    ) -> Write:
        place = change.index
        return Write(
            *(self.batch.id_of(place), self.batch.write_id, place, transaction.now(), change.record_id, outcome),
            *(change_to_json(change), result, alike),
        )


def settle_item(
    transaction: Transaction, write_id: str, item: ItemResult, *, timed_out_at: float | None = None
) -> None:
    """Set what became of a record by its result."""
    outcome = writes.WRITTEN if item["ok"] else writes.UNKNOWN if item.get("unknown") else writes.REFUSED
    known_id = item.get("id", "")
    writes.settle(transaction, write_id, outcome, result=to_json(item), record_id=known_id, timed_out_at=timed_out_at)


def settling(write_id: str, item: ItemResult) -> Callable[[Transaction], None]:
    """Return the work that sets what became of a record by its result."""
    return functools.partial(settle_item, write_id=write_id, item=item)


def read_item(write: Write) -> ItemResult | None:
    """Return the result that was written down of a record, None where there is none."""
    return None if write.result is None else json.loads(write.result)
