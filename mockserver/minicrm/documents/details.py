"""`GET /Api/Invoice/{id}` and its like: one document in whole, all of it as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from mockserver.minicrm.documents import rules
from mockserver.minicrm.documents.cards import find_card
from mockserver.minicrm.documents.customers import CUSTOMER_KEYS, find_block, find_contact
from mockserver.minicrm.documents.document import Document, DocumentKind
from mockserver.minicrm.documents.items import work_out
from mockserver.minicrm.documents.numbers import read_counter
from mockserver.minicrm.documents.values.amounts import print_fixed, print_hungarian, print_quantity, print_short
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import build_project_schema
from mockserver.minicrm.store import read_row

_UNPAID = "0000-00-00"
_INVOICE_CUSTOMER = ("Name", "CountryId", "PostalCode", "City", "Address", "AccountNumber", "VatNumber")
_INVOICE_VENDOR = (*_INVOICE_CUSTOMER, "RegistrationNumber", "Miscellaneous")
_OFFER_VENDOR = (
    *("Name", "CountryId", "PostalCode", "City", "Address", "AccountNumber", "IBAN", "SWIFT"),
    *("VatNumber", "EUVatNumber", "GroupIdentificationNumber", "RegistrationNumber"),
)
_OF_EVERY_CARD = frozenset(build_project_schema({}, {}, {}, {}))

Detail = dict[str, object]


def get_document(context: RequestContext, kind: DocumentKind) -> object:
    """Return the detail of the document in the path."""
    return render_document(context, read_document(context, kind))


def read_document(context: RequestContext, kind: DocumentKind) -> Document:
    """Return the document whose id is the first in the path.

    Raises:
        RefusalError: There is none of this kind.
    """
    given = context.target.partition("/")[0]
    document = read_row(context.connection, Document, int(given)) if given.isdecimal() and len(given) < 19 else None
    if document is None or document.kind != kind:
        hint = f"GET /Api/{kind}/List lists them; the id of a document is not that of its card"
        raise RefusalError(rules.NO_SUCH_DOCUMENT, hints=[hint])
    return document


def render_document(context: RequestContext, document: Document, *, is_answer_of_action: bool = False) -> Detail:
    """Return the detail of a document; that of an invoice has its DocumentId in answers of actions alone."""
    if document.kind == "Order":
        return _render_order(context, document)
    return (
        _render_offer(context, document)
        if document.kind == "Offer"
        else _render_invoice(context, document, is_answer_of_action=is_answer_of_action)
    )


def build_file_url(context: RequestContext, document: Document) -> str:
    """Return where the file of a document is, empty while it has none."""
    if not document.number:
        return ""
    system_id = context.account.logins[0][0] if context.account.logins else "0"
    return f"{context.origin}/{system_id}/Download/S3/?t=doc&inline=0&e={document.file_token}"


def _render_invoice(context: RequestContext, document: Document, *, is_answer_of_action: bool) -> Detail:
    return {
        "Id": str(document.id),
        "Number": document.number,
        "Type": document.type,
        "Media": document.media,
        "Customer": _pick(find_block(context, document), _INVOICE_CUSTOMER),
        "Vendor": _pick(document.vendor or context.account.vendor, _INVOICE_VENDOR),
        "Subject": document.subject,
        "PaymentMethod": document.payment_method,
        "Issued": document.issued,
        "Performance": document.performance,
        "Prompt": document.prompt,
        "Paid": document.paid or _UNPAID,
        "CurrencyCode": document.currency_code,
        **{name: print_fixed(value, 2) for name, value in _name_sums(document).items()},
        "IsReverseCharge": "1" if document.vat_mode == "ReverseCharge" else "0",
        **({"DocumentId": str(document.id)} if is_answer_of_action else {}),
        "DocumentUrl": build_file_url(context, document),
        "DocumentFileName": document.file_name,
        "Items": [_render_invoice_item(document, item) for item in document.items],
    }


def _render_invoice_item(document: Document, item: Mapping[str, object]) -> Detail:
    cost = work_out(document, item)
    return {
        "Name": item["Name"],
        "Description": item["Description"],
        "PriceNet": print_hungarian(Decimal(str(item["PriceNet"]))),
        "VAT": item["VAT"],
        "Quantity": print_quantity(Decimal(str(item["Quantity"]))),
        "Unit": item["Unit"],
        "PriceNetTotal": print_hungarian(cost.net),
        "PriceTotal": print_hungarian(cost.gross),
    }


def _render_order(context: RequestContext, document: Document) -> Detail:
    card, contact = find_card(context, document), find_contact(context, document)
    return {
        "Id": str(document.id),
        "ProjectId": str(document.project_id or ""),
        "CustomerId": str(contact.id if contact else ""),
        "Number": document.number,
        "InvoiceMode": "Normal",
        "Customer": _pick(find_block(context, document), CUSTOMER_KEYS),
        "VendorGroupIdentificationNumber": str(context.account.vendor.get("GroupIdentificationNumber", "")),
        "Subject": document.subject,
        "PaymentMethod": document.payment_method,
        "Performance": document.performance,
        "CurrencyCode": document.currency_code,
        **{name: print_short(value) for name, value in _name_sums(document).items()},
        "Accounting": "Normal",
        "OSS": "0",
        "Items": [_render_order_item(document, item) for item in document.items],
        "Project": {"Name": card.name if card else ""},
    }


def _render_order_item(document: Document, item: Mapping[str, object]) -> Detail:
    cost = work_out(document, item)
    return {
        "Id": str(item["Id"]),
        **{name: item[name] for name in ("SKU", "EAN", "Name", "Description")},
        "PriceNet": print_fixed(Decimal(str(item["PriceNet"])), 6),
        "Quantity": print_fixed(Decimal(str(item["Quantity"])), 4),
        "Unit": item["Unit"],
        "PriceNetTotal": print_fixed(cost.net, 4),
        "VAT": item["VAT"],
        "VATSubtype": "",
        "PriceTotal": print_fixed(cost.gross, 2),
    }


def _render_offer(context: RequestContext, document: Document) -> Detail:
    vendor = document.vendor or context.account.vendor
    extra = {"VendorMiscellaneous": str(vendor.get("Miscellaneous", ""))}
    return {
        "Id": str(document.id),
        "InvoicePadCounter": read_counter(document.number),
        "Number": document.number,
        "Type": document.type,
        "InvoiceMode": "Normal",
        "Media": document.media,
        "Language": document.language,
        "Customer": _pick(find_block(context, document), CUSTOMER_KEYS),
        "Vendor": _pick(vendor, _OFFER_VENDOR),
        "ExtraData": json.dumps(extra, separators=(",", ":")),
        "Subject": document.subject,
        "PaymentMethod": document.payment_method,
        "Issued": document.issued,
        "Performance": document.performance,
        "Prompt": document.prompt,
        "Paid": document.paid,
        "CurrencyCode": document.currency_code,
        "ConversionRate": "",
        **{name: print_short(value) for name, value in _name_sums(document).items()},
        "VATMode": document.vat_mode,
        "Accounting": "Normal",
        "DocumentId": str(document.id),
        "DocumentUrl": build_file_url(context, document),
        "Items": [_render_offer_item(document, item) for item in document.items],
        "Project": _render_card_fields(context, document),
    }


def _render_offer_item(document: Document, item: Mapping[str, object]) -> Detail:
    cost = work_out(document, item)
    has_vat = document.vat_mode != "VATExempt"
    return {
        "Id": str(item["Id"]),
        **{name: item[name] for name in ("SKU", "EAN", "Name", "Description")},
        "PriceNet": print_fixed(Decimal(str(item["PriceNet"])), 4),
        "Quantity": print_fixed(Decimal(str(item["Quantity"])), 2),
        "Unit": item["Unit"],
        "PriceNetTotal": print_short(cost.net),
        **({"VAT": item["VAT"], "VATSubtype": ""} if has_vat else {}),
        "PriceTotal": print_short(cost.gross),
    }


def _render_card_fields(context: RequestContext, document: Document) -> Detail:
    """Return the card's own fields as text, empty ones too, and its status by id."""
    card = find_card(context, document)
    if card is None:
        return {}
    schema = context.account.modules[card.category_id].schema
    own = {name: each for name, each in schema.items() if name not in _OF_EVERY_CARD}
    held = {name: value for name, value in card.fields.items() if name in own and value is not None}
    shown = {name: str(context.print_field(own[name], value)) for name, value in held.items()}
    return {**dict.fromkeys(own, ""), **shown, "StatusId": str(card.status_id or "")}


def _name_sums(document: Document) -> dict[str, Decimal]:
    return dict(zip(("AmountNet", "AmountVat", "Amount"), document.sums, strict=True))


def _pick(block: Mapping[str, object], names: tuple[str, ...]) -> Detail:
    return {name: str(block.get(name) or "") for name in names}
