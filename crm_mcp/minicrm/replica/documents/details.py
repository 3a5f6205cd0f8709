"""The details of documents: which are to be read, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_mcp.errors import NotFoundError, NotInPlanError
from crm_mcp.minicrm.clients.documents import DocumentsClient
from crm_mcp.minicrm.replica.documents.keys import split_key
from crm_mcp.minicrm.replica.documents.tables import DOCUMENTS, ITEMS
from crm_mcp.minicrm.replica.documents.writing import DocumentWriter
from crm_mcp.store.transaction import Transaction


@dataclass(frozen=True)
class DocumentDetails:
    """Reads details one by one; a document's items never change without the document."""

    client: DocumentsClient
    writer: DocumentWriter

    async def read(self, key: int) -> None:
        """Read one document; one that is gone is deleted."""
        kind, document_id = split_key(key)
        sent_at = self.writer.replica.clock()
        try:
            document = await self.client.get_document(kind, document_id)
        except (NotFoundError, NotInPlanError):
            await self.writer.replica.run(lambda transaction: self.writer.remove(transaction, [key], sent_at))
            return
        await self.writer.replica.run(lambda transaction: self.writer.detail(transaction, document, sent_at))


def unread_details(transaction: Transaction, unread: Mapping[str, Sequence[Any]]) -> list[int]:
    """Return the documents whose detail a statement met, by a column or by an item, and that is not held as it is."""
    asked = {*unread.get(DOCUMENTS, ()), *unread.get(f"{ITEMS}[]", ())}
    return [key for key in all_unread_details(transaction) if key in asked]


def all_unread_details(transaction: Transaction) -> list[int]:
    """Return the documents whose detail was not read since they changed, the newest first."""
    rows = transaction.execute(
        f"select d.id from {DOCUMENTS} as d left join {ITEMS} as i on i.document_id = d.id and i.holder_ = 1 "
        "where min(d.read_, coalesce(i.listed_, 0)) < d.changed_ order by d.id desc"
    )
    return [key for (key,) in rows]
