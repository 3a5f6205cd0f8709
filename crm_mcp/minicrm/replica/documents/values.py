"""Values of documents as the replica holds them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_mcp.minicrm.replica.documents.keys import key_of
from crm_mcp.minicrm.wire.documents.models import Document

_OF_ROWS = (
    *("number", "type", "status", "status_group", "issued", "due", "delivery", "paid_on"),
    *("currency", "amount", "net", "vat"),
)
_OF_CARDS = ("subject", "payment_method")
_OF_ITEMS = ("sku", "name", "description", "quantity", "unit", "price", "vat_rate", "net", "amount")


def values_of_row(document: Document) -> dict[str, Any]:
    """Return what a row of a list says."""
    return {
        "id": key_of(document["kind"], document["id"]),
        "kind": document["kind"],
        **{name: document.get(name) for name in _OF_ROWS},
        **{name: _id(document.get(name)) for name in ("storno_id", "project_id")},
    }


def values_of_card(document: Document) -> dict[str, Any]:
    """Return what a detail says beside its row; of what both hold the row is newer."""
    key = key_of(document["kind"], document["id"])
    return {"id": key, "kind": document["kind"], **{name: document.get(name) for name in _OF_CARDS}}


def values_of_items(document: Document) -> Sequence[Mapping[str, Any]]:
    """Return the items of a detail; their keys are made of their places, since items of invoices have no ids."""
    where = f"{document['kind']}/{document['id']}"
    return [
        {"id": f"{where}/{place}", "position": place, **{name: item.get(name) for name in _OF_ITEMS}}
        for place, item in enumerate(document.get("items", ()), start=1)
    ]


def _id(text: object) -> int | None:
    return int(text) if isinstance(text, str) else None
