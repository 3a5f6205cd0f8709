"""An action on a document as `safe_writes` carries it out: read first, refused where it is so already, never repeated.

A lost response is looked for in the detail and in the list: what the document has become tells whether it was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crm_mcp.errors import CrmError, InputError, NotFoundError
from crm_mcp.minicrm.clients.documents import DocumentsClient
from crm_mcp.minicrm.clients.money import MoneyClient
from crm_mcp.minicrm.wire.documents.models import Document, DocumentKind
from crm_mcp.minicrm.wire.documents.writes import Action
from crm_mcp.minicrm.writes.money.document_states import Found, refusal, state_after
from crm_mcp.minicrm.writes.money.invoice_items import written_amount
from crm_mcp.minicrm.writes.money.invoice_terms import PROFORMA
from crm_mcp.minicrm.writes.money.issued_invoices import read_changed
from crm_mcp.minicrm.writes.money.question import ask_to_change
from crm_mcp.safe_writes.changes import Change, Values
from crm_mcp.safe_writes.consent.words import QuestionWords
from crm_mcp.safe_writes.draft import Draft, Outcome, Target

_CANNOT_UNDO = (
    "What was done with a document cannot be taken back: an invoice that is wrong is cancelled by a storno, "
    "an order goes on from where it is now."
)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DocumentReader:
    """Reads a document with what only the list tells of it."""

    documents: DocumentsClient

    async def read(self, kind: DocumentKind, document_id: str) -> Found:
        """Return a document with its row, and which one cancels it or is cancelled by it.

        Raises:
            InputError: There is none, or more changed since it was issued than can be read.
        """
        try:
            detail = await self.documents.get_document(kind, document_id)
        except NotFoundError:
            raise InputError(f"There is no {kind} {document_id}.", hint="list_documents finds them.") from None
        rows = await self._rows_since(kind, detail)
        row = rows.get(document_id)
        if kind == "order":
            return Found(detail, row)
        return Found(detail, row, *_storno_of(detail, row, rows.values()))

    async def _rows_since(self, kind: DocumentKind, detail: Document) -> Mapping[str, Document]:
        """Return what changed since it was issued: the document itself, and whatever cancels it."""
        issued = detail.get("issued")
        since = f"{date.fromisoformat(issued) - _DAY} 00:00" if issued and kind == "invoice" else ""
        until = detail["id"] if kind == "order" else ""
        rows = await read_changed(self.documents, kind, since, until=until)
        if rows is not None:
            return rows
        raise InputError(
            f"Too many {kind}s changed since {kind} {detail['id']} to tell in which state it is.",
            hint="Do it in MiniCRM.",
        )


def _storno_of(detail: Document, row: Document | None, rows: Iterable[Document]) -> tuple[str, str]:
    """Return which document cancels this one, and which one it cancels; each empty where none is known.

    On which of the two `StornedId` stands is not documented: the later one of a pair, by its id, cancels the earlier.
    """
    own_id = detail["id"]
    partners = {one["id"] for one in rows if one.get("storno_id") == own_id}
    partners |= {row.get("storno_id", own_id)} if row is not None else set()
    partners.discard(own_id)
    later = [one for one in partners if int(one) > int(own_id)]
    earlier = [one for one in partners if int(one) < int(own_id)]
    return (later[0] if later else "", earlier[0] if earlier else "")


@dataclass
class DocumentChange(Target):
    """One action on one document."""

    reader: DocumentReader
    money: MoneyClient
    kind: DocumentKind
    document_id: str
    action: Action
    noun: str = "MiniCRM document"
    is_irrevocable: bool = True

    def __post_init__(self) -> None:
        """Let one call of all processes act on this document at a time."""
        self.one_at_a_time = f"{self.kind} {self.document_id}"

    def saved(self) -> Values:
        """Return what is done with which document."""
        return {"kind": self.kind, "document_id": self.document_id, "action": self.action}

    def draft(self) -> Draft:
        """Return the draft of the action."""
        after = state_after(self.action, self.kind)
        change = Change({"state": after}, {"state": after}, record_id=self.document_id)
        return Draft(self, [change], needs_refresh=True, warnings=[_CANNOT_UNDO])

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read the document, and refuse what is so already or not allowed."""
        (change,) = changes
        found = await self.reader.read(self.kind, self.document_id)
        if why := refusal(found, self.action):
            raise InputError(f"{_named(found.detail)}: {why} Nothing was written.", hint="get_document shows it.")
        return [_refreshed(change, found)]

    async def look_again(self, changes: Sequence[Change]) -> list[Change]:
        """Read in which state the document is now."""
        (change,) = changes
        found = await self.reader.read(self.kind, self.document_id)
        untold = "Its state cannot be told." if found.state == "unknown" else ""
        return [replace(_refreshed(change, found), problem=untold)]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Do it; a storno, and a proforma set paid, are answered by the document that was made."""
        (change,) = changes
        answered = await self.money.change_document(self.kind, self.document_id, self.action)
        said = f"{self.action}: {_named(answered)}."
        if answered["id"] != self.document_id:
            said = f"{self.action}: done. The new document is {_named(answered)}."
        elif self.action == "paid" and change.shown.get("type") == PROFORMA:
            said += " MiniCRM issues the final invoice by itself: list_documents shows it."
        return [{"ok": True, "id": self.document_id, "message": said}]

    async def describe_written(self, record_id: str) -> str:
        """Name the document, and the one that cancels it."""
        try:
            found = await self.reader.read(self.kind, record_id)
        except CrmError:
            return ""
        by = f" It is cancelled by document {found.cancelled_by}." if found.cancelled_by else ""
        return f"{_named(found.detail)} is {found.state}.{by}"

    def question(self, changes: Sequence[Change], words: QuestionWords) -> str:
        """Ask with what the document is."""
        return ask_to_change(changes[0], self.kind, self.action, words) if changes else ""

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Say that nothing takes it back."""
        return Draft(self, [replace(change, problem=_CANNOT_UNDO) for change in changes], is_batch=True)


def _refreshed(change: Change, found: Found) -> Change:
    detail = found.detail
    row = found.row or detail
    values = {
        "number": detail.get("number") or row.get("number"),
        "type": PROFORMA if found.is_proforma else detail.get("type"),
        "customer": detail.get("customer"),
        "items": [_item(one) for one in detail.get("items", [])],
        "sum": _sum(detail),
        "issued": detail.get("issued"),
        "due": detail.get("due"),
    }
    known = {name: value for name, value in values.items() if value}
    before = {**known, "state": found.state}
    shown = {**known, "state": change.sent["state"]}
    name = f"{known.get('number', detail['id'])} {known.get('customer', '')}".strip()
    return replace(change, name=name, before=before, held=before, shown=shown)


def _sum(detail: Document) -> str:
    return written_amount(Decimal(str(detail["amount"])), detail.get("currency", "")) if "amount" in detail else ""


def _item(item: Mapping[str, Any]) -> str:
    count = f"{item.get('quantity', '')} {item.get('unit', '')}".strip()
    return f"{item.get('name', '')}: {count} x {item.get('price', '')}"


def _named(document: Document) -> str:
    parts = [document.get("number") or document["kind"], f"(id {document['id']})"]
    return " ".join(filter(None, [*parts, _sum(document)]))
