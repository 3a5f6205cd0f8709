"""`POST /Api/Invoice` and its like: an invoice is issued at once, an order is a draft, an offer in its first status."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mockserver.documents.strict_json import as_object
from mockserver.minicrm.documents import rules
from mockserver.minicrm.documents.cards import create_card
from mockserver.minicrm.documents.customers import build_block, find_billed, find_customer, take_block
from mockserver.minicrm.documents.details import render_document
from mockserver.minicrm.documents.document import PROFORMA, Document, DocumentKind
from mockserver.minicrm.documents.items import VAT_MODES, add_items, read_items
from mockserver.minicrm.documents.numbers import take_number
from mockserver.minicrm.documents.values.dates import add_days, read_date
from mockserver.minicrm.documents.values.texts import read_text
from mockserver.minicrm.documents.writes.card_fields import write_fields
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.routing.suggestions import suggest_word
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import take_next_id

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_FLAGS = {"1": True, 1: True, "0": False, 0: False, "": False, None: False}  # JSON's true and false equal 1 and 0
_DAYS_TO_PAY = 8  # assumed
_TEXTS = {"Media": "media", "Language": "language", "Subject": "subject", "PaymentMethod": "payment_method"}
_READ = frozenset(
    {
        *("CustomerId", "ReferenceId", "Customer", "ForcesInvoiceOnPerson", "Type", "CurrencyCode", "VATMode"),
        *("IsReverseCharge", "Issued", "Performance", "Prompt", "Items", "Project", *_TEXTS),
    }
)


def create_document(context: RequestContext, kind: DocumentKind) -> object:
    """Return the detail of a new document; its number and sums are the system's."""
    body = context.read_body()
    contact = find_customer(context, body)
    document = Document(
        id=take_next_id(context.connection, Document),
        kind=kind,
        type=_read_type(kind, body),
        customer_id=contact.id,
        language=context.language.upper(),
        vendor=dict(context.account.vendor),
        created_at=context.now,
        updated_at=context.now,
    )
    read_terms(document, body)
    _read_days(document, body, context.now[:10])
    billed = find_billed(context, contact, is_forced=_read_flag(body, "ForcesInvoiceOnPerson"))
    given = body.get("Customer")
    document.customer = build_block(context, billed) if given is None else take_block(context, billed, given)
    add_items(document, read_items(body.get("Items")))
    _note_idle(context, body)
    return render_document(*_issue(context, document, contact_id=contact.id, fields=body.get("Project")))


def _issue(
    context: RequestContext, document: Document, *, contact_id: int, fields: object
) -> tuple[RequestContext, Document]:
    if document.kind == "Invoice" and not document.items:
        raise RefusalError(rules.DOCUMENT_NEEDS_ITEMS, "Items")
    if document.kind == "Order":
        document.stage = "Draft"
    else:
        document.number = take_number(context, document)
    stage = "Issued" if document.kind == "Invoice" else "Draft"
    context = create_card(context, document, contact_id, stage)
    context.save(document)
    if fields not in (None, {}):
        write_fields(context, document, _read_fields(fields))
    return context, document


def read_terms(document: Document, body: Mapping[str, object]) -> None:
    """Give a document the texts, the currency and the kind of VAT that a body names.

    Raises:
        RefusalError: One does not fit.
    """
    for name, attribute in _TEXTS.items():
        if body.get(name) not in (None, ""):
            setattr(document, attribute, read_text(name, body[name]))
    currency = body.get("CurrencyCode", document.currency_code)
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise RefusalError(rules.BAD_DOCUMENT_VALUE, "CurrencyCode", ["CurrencyCode is three letters, such as HUF"])
    document.currency_code = currency
    if _read_flag(body, "IsReverseCharge"):
        document.vat_mode = "ReverseCharge"
    mode = body.get("VATMode", document.vat_mode)
    if mode not in VAT_MODES:
        raise RefusalError(rules.BAD_DOCUMENT_VALUE, "VATMode", suggest_word(str(mode), VAT_MODES))
    document.vat_mode = str(mode)


def _read_flag(body: Mapping[str, object], name: str) -> bool:
    given = body.get(name)
    if given is None or (isinstance(given, (str, int)) and given in _FLAGS):
        return _FLAGS[given]
    raise RefusalError(rules.BAD_DOCUMENT_VALUE, name, [f"{name} is 0 or 1"])


def _read_days(document: Document, body: Mapping[str, object], today: str) -> None:
    """Set the days: issued today, delivered then, and due at once in cash or else a week later (assumed)."""
    document.issued = read_date("Issued", body.get("Issued")) or today
    document.performance = read_date("Performance", body.get("Performance")) or document.issued
    in_cash = document.payment_method == "Cash"
    due = document.issued if in_cash else add_days(document.issued, _DAYS_TO_PAY)
    document.prompt = read_date("Prompt", body.get("Prompt")) or due


def _read_type(kind: DocumentKind, body: Mapping[str, object]) -> str:
    """Return the Type of a new document; without one an invoice is an invoice (assumed)."""
    known = ("Invoice", PROFORMA) if kind == "Invoice" else (kind,)
    given = body.get("Type", kind)
    if given not in known:
        raise RefusalError(rules.BAD_DOCUMENT_VALUE, "Type", suggest_word(str(given), known))
    return str(given)


def _read_fields(given: object) -> dict[str, object]:
    found = as_object(given)
    if found is None:
        raise RefusalError(rules.BAD_DOCUMENT_VALUE, "Project", ["Project is an object of the card's fields"])
    return found


def _note_idle(context: RequestContext, body: Mapping[str, object]) -> None:
    idle = [name for name in body if name not in _READ]
    context.hints.extend(f"{name} is the system's to say and was not looked at (assumed)" for name in idle)
