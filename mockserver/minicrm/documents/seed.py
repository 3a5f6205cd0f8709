"""Reads a document out of the MiniCRM part of a seed."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.crm.api import SeedError
from mockserver.minicrm.account import READER
from mockserver.minicrm.documents.customers import CUSTOMER_KEYS
from mockserver.minicrm.documents.document import TYPES, Document
from mockserver.minicrm.documents.items import ITEM_KEYS, VAT_MODES, add_items, read_items
from mockserver.minicrm.documents.values.dates import read_date
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import VENDOR_KEYS
from mockserver.minicrm.seeding.rows import SeedReader, take_row_id

_TEXTS = {
    "Number": "number",
    "Media": "media",
    "Language": "language",
    "Subject": "subject",
    "PaymentMethod": "payment_method",
    "CurrencyCode": "currency_code",
}
_DATES = {"Issued": "issued", "Performance": "performance", "Prompt": "prompt", "Paid": "paid"}
_IDS = {"ProjectId": "project_id", "CustomerId": "customer_id", "StornedId": "storned_id"}
_KEYS = ("Type", *_TEXTS, *_DATES, *_IDS, "VATMode", "Customer", "Vendor", "Items")


def read_document(reader: SeedReader, part: dict[str, object], path: str) -> Document:
    """Read one document; how far an order is, its card's status says."""
    type_name = READER.take_word(part.pop("Type", None), f"{path}.Type", tuple(TYPES))
    document = Document(id=take_row_id(part, path), kind=TYPES[type_name], type=type_name)
    reader.read_history(document, part, path)
    READER.take_object(part, path, _KEYS)
    for name, attribute in _TEXTS.items():
        if name in part:
            setattr(document, attribute, READER.take_text(part[name], f"{path}.{name}"))
    for name, attribute in _IDS.items():
        if name in part:
            setattr(document, attribute, READER.take_id(part[name], f"{path}.{name}"))
    document.vat_mode = READER.take_word(part.get("VATMode", "NormalVAT"), f"{path}.VATMode", VAT_MODES)
    document.customer = _take_block(part, "Customer", path, CUSTOMER_KEYS)
    document.vendor = _take_block(part, "Vendor", path, VENDOR_KEYS)
    _read_values(document, part, path)
    return document


def _read_values(document: Document, part: Mapping[str, object], path: str) -> None:
    name = ""
    try:
        for name, attribute in _DATES.items():
            setattr(document, attribute, read_date(name, part.get(name, "")))
        name = "Items"
        items = READER.take_items(part.get(name, []), f"{path}.{name}")
        add_items(document, read_items([READER.take_object(*each, ITEM_KEYS) for each in items]))
    except RefusalError as refusal:
        raise SeedError(f"{path}.{name}: {'; '.join((str(refusal), *refusal.hints))}") from refusal


def _take_block(part: Mapping[str, object], key: str, path: str, known: tuple[str, ...]) -> dict[str, object]:
    block = READER.take_object(part.get(key, {}), f"{path}.{key}", known)
    return {name: READER.take_text(text, f"{path}.{key}.{name}") for name, text in block.items()}
