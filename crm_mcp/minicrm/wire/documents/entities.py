"""One document made into a model: what has a key of its own, and the rest under `fields` as it was sent. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from crm_mcp.crm.dates import read_moment
from crm_mcp.errors import InputError
from crm_mcp.minicrm.wire.bodies import as_list, as_object, read_date, read_id, read_text
from crm_mcp.minicrm.wire.documents.amounts import as_number, read_amount
from crm_mcp.minicrm.wire.documents.models import Amount, Document, DocumentItem, DocumentKind


class UnreadableValueError(ValueError):
    """A value is there and is none of its kind; `str()` says which, as words that follow "sent"."""


def _amount(value: object) -> Amount | None:
    amount = read_amount(value)
    return None if amount is None else as_number(amount)


def _day(value: object) -> str | None:
    """Return a date as ISO without its time; None for any of the ways to write an empty one."""
    text = read_date(value)
    if text is None:
        return None
    try:
        return read_moment(text).time.date().isoformat()
    except InputError:
        raise ValueError(text) from None


_Reader = Callable[[object], object]
_HEAD: Mapping[str, tuple[str, _Reader]] = {
    "Number": ("number", read_text),
    "Type": ("type", read_text),
    "Status": ("status", read_text),
    "StatusGroup": ("status_group", read_text),
    "Issued": ("issued", _day),
    "Prompt": ("due", _day),
    "Performance": ("delivery", _day),
    "Paid": ("paid_on", _day),
    "CurrencyCode": ("currency", read_text),
    "Amount": ("amount", _amount),
    "AmountNet": ("net", _amount),
    "AmountVat": ("vat", _amount),
    "StornedId": ("storno_id", read_id),
    "ProjectId": ("project_id", read_id),
    "CustomerId": ("customer_id", read_id),
    "Subject": ("subject", read_text),
    "PaymentMethod": ("payment_method", read_text),
    "DocumentUrl": ("url", read_text),
}
"""Fields of documents, to their keys and how they are read. Source: the manual's samples; fixtures of documents."""

_ITEM: Mapping[str, tuple[str, _Reader]] = {
    "Id": ("id", read_id),
    "SKU": ("sku", read_text),
    "Name": ("name", read_text),
    "Description": ("description", read_text),
    "Quantity": ("quantity", _amount),
    "Unit": ("unit", read_text),
    "PriceNet": ("price", _amount),
    "VAT": ("vat_rate", read_text),
    "PriceNetTotal": ("net", _amount),
    "PriceTotal": ("amount", _amount),
}


def document_of(kind: DocumentKind, document_id: str, row: Mapping[str, object]) -> Document:
    """Return a document from a row of a list or from a detail.

    Raises:
        UnreadableValueError: An amount or a date cannot be read, or an item is no object.
    """
    where = f"{kind} {document_id}"
    known = _read(_HEAD, row, where)
    customer = as_object(row.get("Customer"))
    if customer and (name := read_text(customer.get("Name"))):
        known["customer"] = name
    if "Items" in row:
        known["items"] = _items(row["Items"], where)
    others = {name: value for name, value in row.items() if name not in (*_HEAD, "Id", "Items")}
    return cast("Document", {"id": document_id, "kind": kind, **known, "fields": others})


def _items(value: object, where: str) -> list[DocumentItem]:
    """Return the items of a document, which are a list, or an object by their ids."""
    entries = as_list(value)
    keyed = as_object(value)
    found = entries if entries is not None else None if keyed is None else [*keyed.values()]
    if found is None:
        raise UnreadableValueError(f"items of {where} that are no list")
    return [_item(one, f"item {number} of {where}") for number, one in enumerate(found, start=1)]


def _item(value: object, where: str) -> DocumentItem:
    row = as_object(value)
    if row is None:
        raise UnreadableValueError(f"{where} that is no object")
    known = _read(_ITEM, row, where)
    if others := {name: value for name, value in row.items() if name not in _ITEM}:
        known["fields"] = others
    return cast("DocumentItem", known)


def _read(table: Mapping[str, tuple[str, _Reader]], row: Mapping[str, object], where: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, (key, read) in table.items():
        try:
            value = read(row.get(name))
        except ValueError:
            raise UnreadableValueError(f"{name} of {where} that cannot be read ({str(row[name])[:40]!r})") from None
        if value is not None:
            found[key] = value
    return found
