"""A new invoice as `safe_writes` issues it: shown whole, refused where there is one like it, and never repeated.

What is shown is what the question asks about, and is compared once more just before the request goes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from crm_mcp.crm.wording import quoted
from crm_mcp.errors import CrmError, InputError, NotFoundError
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.clients.documents import DocumentsClient
from crm_mcp.minicrm.clients.money import MoneyClient
from crm_mcp.minicrm.models import Contact
from crm_mcp.minicrm.wire.documents.models import Document
from crm_mcp.minicrm.writes.money.invoice_items import plain, read_items, totals_of, written_amount
from crm_mcp.minicrm.writes.money.invoice_ledger import InvoiceLedger
from crm_mcp.minicrm.writes.money.invoice_terms import OVERWRITTEN
from crm_mcp.minicrm.writes.money.issued_invoices import IssuedInvoices, Sought
from crm_mcp.minicrm.writes.money.question import ask_to_issue
from crm_mcp.safe_writes.changes import Change, Values
from crm_mcp.safe_writes.consent.words import QuestionWords
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.saved import Restore

_CANNOT_UNDO = (
    "An issued invoice cannot be taken back: it is with the tax office. change_document with action storno cancels it."
)
_OVERWRITES = "`customer` overwrites the contact's VAT number and bank account in MiniCRM, also where it names none."
_ALIKE = "This customer was billed the same sum in the last 24 hours: {alike}."
_MOST_DAYS_OFF = 2
_HOURS = timedelta(hours=24)


@dataclass(frozen=True)
class Invoicing:
    """What issuing invoices in one account takes; `now` returns the account's local time."""

    client: MinicrmClient
    documents: DocumentsClient
    money: MoneyClient
    ledger: InvoiceLedger
    now: Callable[[ZoneInfo], datetime]
    zone: ZoneInfo

    async def billed(self, customer_id: str, *, bills_person: bool) -> Contact:
        """Return who is billed for a contact: its company where it has one, unless the person is to be.

        Raises:
            InputError: There is no such contact, or it is in the trash.
        """
        contact = await self._contact(customer_id)
        company_id = contact.get("business_id")
        return await self._contact(company_id) if company_id and not bills_person else contact

    async def _contact(self, contact_id: str) -> Contact:
        try:
            contact = await self.client.get_contact(contact_id)
        except NotFoundError:
            raise InputError(
                f"There is no contact {contact_id}.", hint="search_contacts finds people and companies, with their ids."
            ) from None
        if contact.get("deleted"):
            raise InputError(f"{quoted(contact['name'])} ({contact_id}) is in the trash.", hint="Bill another contact.")
        return contact


@dataclass
class InvoiceCreation(Target):
    """New invoices for one customer, who is billed one at a time; `allows_duplicate` issues another alike."""

    invoicing: Invoicing
    customer: str
    allows_duplicate: bool = False
    noun: str = "MiniCRM invoice"
    is_irrevocable: bool = True

    def __post_init__(self) -> None:
        """Let one call of all processes bill this customer at a time."""
        self.one_at_a_time = f"invoices of contact {self.customer}"

    def saved(self) -> Values:
        """Return whom it bills, and whether another invoice alike may be issued."""
        return {"customer": self.customer, "allows_duplicate": self.allows_duplicate}

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read the customer, and refuse what may be or was issued already."""
        (change,) = changes
        billed = await self.invoicing.billed(str(change.sent["CustomerId"]), bills_person=_bills_person(change))
        if billed["id"] != self.customer:
            raise InputError("The contact's company changed meanwhile.", hint="Call again.")
        shown = _shown(change.sent, billed)
        untold = await self.invoicing.ledger.settle(self.customer, self._restore, allows_untold=self.allows_duplicate)
        alike = await self._alike(replace(change, shown=shown, name=billed["name"])) or untold
        if alike and not self.allows_duplicate:
            raise InputError(
                f"{_ALIKE.format(alike=alike)} It may be the same invoice. Nothing was written.",
                hint="Tell the user. Where they want another one all the same, allow_duplicate: true asks them for it.",
            )
        overwritten = _overwritten(change.sent, billed)
        beside = {"already_issued": alike, "overwrites": overwritten}
        notes = [_ALIKE.format(alike=alike)] if alike else []
        notes += [_OVERWRITES] if overwritten else []
        shown = {**shown, **{name: text for name, text in beside.items() if text}}
        return [replace(change, shown=shown, name=billed["name"], notes=tuple(notes))]

    async def _alike(self, change: Change) -> str:
        """Name the invoice of this customer and sum that was issued in the last day; empty where none was."""
        recent = await self.invoicing.ledger.find_recent(self.customer, change.shown)
        local = self.invoicing.now(self.invoicing.zone)
        found = await self._issued.find(
            _sought(change, self.customer), _since(local - _HOURS), most_days=1, is_exact=True
        )
        listed = [row for row, _ in (found or {}).values()]
        if recent is not None and all(row["id"] != recent.record_id for row in listed):
            at = datetime.fromtimestamp(recent.at, self.invoicing.zone)
            return f"{at:%Y-%m-%d %H:%M}, {recent.said or f'id {recent.record_id}'}".rstrip(".")
        if found is None:
            raise InputError(
                "Too many invoices changed since yesterday to tell whether this one was issued already.",
                hint="Look in MiniCRM; list_documents shows them.",
            )
        return _named(listed[0]) if listed else ""

    @property
    def _issued(self) -> IssuedInvoices:
        return IssuedInvoices(self.invoicing.documents, self.invoicing.client)

    async def _restore(self, saved: Mapping[str, Any]) -> Target:
        return replace(self, customer=str(saved["customer"]), allows_duplicate=bool(saved["allows_duplicate"]))

    @property
    def restore(self) -> Restore:
        """What makes the target of another customer."""
        return self._restore

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Issue the invoice."""
        (change,) = changes
        issued = await self.invoicing.money.create_invoice(change.sent)
        return [{"ok": True, "id": issued["id"], "message": f"Issued: {_named(issued)}.{_differs(issued, change)}"}]

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """List the invoices of this customer and sum, of that day or near it."""
        since = _since(datetime.fromisoformat(str(change.sent["Issued"])) - timedelta(days=_MOST_DAYS_OFF))
        found = await self._issued.find(_sought(change, self.customer), since, most_days=_MOST_DAYS_OFF, is_exact=False)
        return None if found is None else {invoice_id: is_same for invoice_id, (_, is_same) in found.items()}

    async def describe_written(self, record_id: str) -> str:
        """Name the invoice by its number."""
        try:
            return f"It is {_named(await self.invoicing.documents.get_document('invoice', record_id))}."
        except CrmError:
            return ""

    def question(self, changes: Sequence[Change], words: QuestionWords) -> str:
        """Ask with all that the invoice will say."""
        return ask_to_issue(changes[0], words) if changes else ""

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Say that nothing takes it back."""
        return Draft(self, [replace(change, problem=_CANNOT_UNDO) for change in changes], is_batch=True)


def _bills_person(change: Change) -> bool:
    return change.sent.get("ForcesInvoiceOnPerson") == "1"


def _shown(sent: Values, billed: Contact) -> Values:
    items = read_items(cast("Sequence[Mapping[str, Any]]", sent["Items"]))
    totals = totals_of(items)
    block = cast("Mapping[str, str]", sent.get("Customer") or {})
    vat_number = block.get("VatNumber") or billed["fields"].get("VatNumber")
    currency = str(sent["CurrencyCode"])
    known = {
        "type": sent["Type"],
        "customer": f"{billed['name']} ({billed['id']})",
        "billed_as": ", ".join(block.values()),
        "vat_number": str(vat_number or ""),
        "items": [one.described(currency) for one in items],
        "net": plain(totals.net),
        "vat": plain(totals.vat),
        "gross": plain(totals.gross),
        "currency": currency,
        "issued": sent["Issued"],
        "delivery": sent["Performance"],
        "due": sent["Prompt"],
        "payment_method": sent["PaymentMethod"],
        "subject": sent.get("Subject", ""),
    }
    return {name: value for name, value in known.items() if value != ""}


def _overwritten(sent: Values, billed: Contact) -> str:
    """Return the contact's fields that a customer block overwrites, with what they hold."""
    if not sent.get("Customer"):
        return ""
    held = {name: billed["fields"].get(name) or "-" for name in OVERWRITTEN}
    return ", ".join(f"{name} {value}" for name, value in held.items())


def _sought(change: Change, customer: str) -> Sought:
    block = cast("Mapping[str, str]", change.sent.get("Customer") or {})
    return Sought(
        customers=frozenset({customer, str(change.sent["CustomerId"])}),
        name=block.get("Name") or change.name,
        type=str(change.sent["Type"]),
        currency=str(change.sent["CurrencyCode"]),
        gross=Decimal(str(change.shown["gross"])),
        issued=date.fromisoformat(str(change.sent["Issued"])),
        lines=len(cast("Sequence[object]", change.sent["Items"])),
    )


def _since(local: datetime) -> str:
    return local.replace(tzinfo=None).isoformat(" ", "minutes")


def _named(invoice: Document) -> str:
    parts = [invoice.get("number") or f"invoice {invoice['id']}", invoice.get("issued", "")]
    if "amount" in invoice:
        parts.append(written_amount(Decimal(str(invoice["amount"])), invoice.get("currency", "")))
    return ", ".join(filter(None, [f"{parts[0]} (id {invoice['id']})", *parts[1:]]))


def _differs(issued: Document, change: Change) -> str:
    """Say where MiniCRM came to another sum."""
    gross = Decimal(str(change.shown["gross"]))
    if "amount" not in issued or Decimal(str(issued["amount"])) == gross:
        return ""
    return f" MiniCRM's sum differs from the {written_amount(gross, issued.get('currency', ''))} that were shown."
