"""Writes documents that were read into the replica."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm_mcp.minicrm.replica.documents.keys import split_key
from crm_mcp.minicrm.replica.documents.tables import DOCUMENTS, ITEMS, document_tables
from crm_mcp.minicrm.replica.documents.values import values_of_card, values_of_items, values_of_row
from crm_mcp.minicrm.wire.documents.models import Document
from crm_mcp.replica.database import Replica
from crm_mcp.replica.rows import RowWriter, ensure_table
from crm_mcp.store.transaction import Transaction

_TABLES = {table.name: table for table in document_tables()}


class _DocumentRows(RowWriter):
    """Notes a change by the kind and the id of its document: `invoices`, 41."""

    def _note(self, record_id: Any, field: str, old: object, new: object) -> None:  # noqa: ANN401
        kind, document_id = split_key(record_id)
        as_ids = (document_id if one == record_id and field == "id" else one for one in (old, new))
        self._note_as(f"{kind}s", document_id, field, *as_ids)


class _ItemRows(RowWriter):
    """Notes a change by the document and the place of the item: `invoices`, 41, `items/2/quantity`."""

    def _note(self, record_id: Any, field: str, old: object, new: object) -> None:  # noqa: ANN401
        kind, document_id, place = str(record_id).split("/")
        values = (old, new) if field != "id" else (None if one is None else int(place) for one in (old, new))
        self._note_as(f"{kind}s", int(document_id), f"items/{place}/{field}", *values)


@dataclass(frozen=True)
class DocumentWriter:
    """Writes rows and details of documents; times are when the request was sent."""

    replica: Replica

    async def ensure_tables(self) -> None:
        """Make the tables where they do not exist, since a list is asked for before the account's schema is."""
        await self.replica.run(lambda transaction: [ensure_table(transaction, one) for one in _TABLES.values()])

    def rows(self, transaction: Transaction, rows: Sequence[Any], sent_at: float, is_changed: bool, part: str) -> None:
        """Write documents that a list of one kind showed, each under `document`."""
        written = [values_of_row(row["document"]) for row in rows]
        for kind in {row["kind"] for row in written}:
            some = [row for row in written if row["kind"] == kind]
            self._documents(transaction, sent_at).put_rows(some, part=part or kind, is_changed=is_changed)
        self._items(transaction, sent_at).hold_lists([row["id"] for row in written])

    def detail(self, transaction: Transaction, document: Document, sent_at: float) -> None:
        """Write what a detail shows: its own columns, and the items."""
        card = values_of_card(document)
        self._documents(transaction, sent_at).put_card(card, part=document["kind"])
        self._items(transaction, sent_at).put_list(card["id"], values_of_items(document))

    def remove(self, transaction: Transaction, keys: Sequence[int], sent_at: float) -> None:
        """Delete documents that are gone, with their items."""
        self._documents(transaction, sent_at).remove(keys)
        for key in keys:
            transaction.execute(f"delete from {ITEMS} where document_id = ?", (key,))

    def _documents(self, transaction: Transaction, sent_at: float) -> RowWriter:
        return _DocumentRows(transaction, _TABLES[DOCUMENTS], sent_at, self.replica.local_time(sent_at))

    def _items(self, transaction: Transaction, sent_at: float) -> RowWriter:
        return _ItemRows(transaction, _TABLES[ITEMS], sent_at, self.replica.local_time(sent_at))
