"""Invoices that were issued already, found again in the list by customer, sum and date.

A row of the list names no customer: that stands on the invoice's card, or as a name in its detail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from crm_mcp.errors import NotFoundError
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.clients.documents import DocumentsClient
from crm_mcp.minicrm.models import PAGE_RULES
from crm_mcp.minicrm.wire.documents.models import Document, DocumentKind
from crm_mcp.minicrm.writes.money.invoice_terms import INVOICE, PROFORMA

MOST_PAGES = 30
_OTHER_TYPE = {INVOICE: PROFORMA, PROFORMA: INVOICE}
_WHOLE_AMOUNTS = frozenset({"HUF", "JPY"})


@dataclass(frozen=True, slots=True)
class Sought:
    """What tells an invoice from others.

    Attributes:
        customers: The ids that its card may name: of whoever was given, and of whoever is billed.
        name: The name that is printed on it.
        lines: How many items it has: each may be rounded otherwise than here.
    """

    customers: frozenset[str]
    name: str
    type: str
    currency: str
    gross: Decimal
    issued: date
    lines: int

    def is_like(self, row: Document, *, most_days: int, is_exact: bool) -> bool:
        """Tell whether a row could be this invoice by all that a row tells.

        `is_exact` is that its sum is this one; else each line may be rounded otherwise than here.
        """
        if row.get("type") == _OTHER_TYPE[self.type] or row.get("currency", self.currency) != self.currency:
            return False
        issued = row.get("issued")
        if issued is not None and abs((date.fromisoformat(issued) - self.issued).days) > most_days:
            return False
        unit = Decimal(1) if self.currency in _WHOLE_AMOUNTS else Decimal("0.01")
        most = unit / 2 if is_exact else unit * (self.lines + 1)
        return abs(Decimal(str(row.get("amount", 0))) - self.gross) <= most


@dataclass(frozen=True, slots=True)
class IssuedInvoices:
    """The invoices of one account."""

    documents: DocumentsClient
    client: MinicrmClient

    async def find(
        self, sought: Sought, since: str, *, most_days: int, is_exact: bool
    ) -> dict[str, tuple[Document, bool]] | None:
        """Return the invoices that could be the one that is sought, each with whether its customer is known to be.

        Args:
            sought: What is known of it.
            since: Only what changed since this local time is read.
            most_days: How far its date may be from the one that is sought.
            is_exact: Whether its sum must be the same; else it may be rounded otherwise than here.

        Returns:
            Them by id; None where more changed since than can be read.
        """
        rows = await read_changed(self.documents, "invoice", since)
        if rows is None:
            return None
        found: dict[str, tuple[Document, bool]] = {}
        stornos = stornos_among(rows.values())
        for row in rows.values():
            if row["id"] in stornos:
                continue
            if (
                sought.is_like(row, most_days=most_days, is_exact=is_exact)
                and (is_same := await self._is_of(row, sought)) is not False
            ):
                found[row["id"]] = (row, bool(is_same))
        return found

    async def _is_of(self, row: Document, sought: Sought) -> bool | None:
        """Tell whether an invoice is that customer's; None where nothing tells."""
        if card := await self._card_of(row):
            named = {str(card.get(key)) for key in ("contact_id", "business_id") if card.get(key)}
            if named:
                return bool(named & sought.customers)
        try:
            name = (await self.documents.get_document("invoice", row["id"])).get("customer")
        except NotFoundError:
            return None
        return None if name is None else _plain(name) == _plain(sought.name)

    async def _card_of(self, row: Document) -> Mapping[str, Any] | None:
        if not (project_id := row.get("project_id")):
            return None
        try:
            return await self.client.get_project(project_id)
        except NotFoundError:
            return None


async def read_changed(
    documents: DocumentsClient, kind: DocumentKind, since: str, *, until: str = ""
) -> dict[str, Document] | None:
    """Return what changed since a local time, and the newest page whatever the time, by id; None where it is too much.

    The newest page is all there is in a small account, and holds what was made just now even where the two clocks
    differ. `until` is the id of a document after which nothing more is looked for.
    """
    newest = await documents.list_documents(kind)
    rows = {row["id"]: row for row in newest.items}
    if not PAGE_RULES.is_full(newest) or until in rows:
        return rows
    for number in range(MOST_PAGES):
        page = await documents.list_documents(kind, number, updated_since=since)
        rows |= {row["id"]: row for row in page.items}
        if not PAGE_RULES.is_full(page) or until in rows:
            return rows
    return None


def stornos_among(rows: Iterable[Document]) -> set[str]:
    """Return the ids of the documents that cancel others: the later one of each pair, whichever names the other."""
    return {max(row["id"], row["storno_id"], key=int) for row in rows if "storno_id" in row}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
