"""Generates invoices, orders and offers for generated projects of modules of these kinds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.crm.words import Words
from mockserver.minicrm.documents.document import DOCUMENT_KINDS

Row = dict[str, Any]

_PADS = {"Invoice": "GEN", "Order": "R", "Offer": "AJ"}
_UNITS = ("piece", "hour", "m")


def make_documents(ids: Sequence[int], projects: Sequence[Row], modules: Mapping[int, Row], words: Words) -> list[Row]:
    """Return a document for each id, of one project each, which is called by its number then.

    There are fewer where there are fewer projects whose module is of the type Invoice, Order or Offer.
    """
    cards = [each for each in projects if modules[each["CategoryId"]].get("type") in DOCUMENT_KINDS]
    return [_make_document(*each, modules, words) for each in zip(ids, cards, strict=False)]


def _make_document(row_id: int, card: Row, modules: Mapping[int, Row], words: Words) -> Row:
    module = modules[card["CategoryId"]]
    issued = card["CreatedAt"][:10]
    number = f"{_PADS[module['type']]}{issued[:4]}/{row_id:07}"
    group = module.get("statuses", {}).get(str(card.get("StatusId")), {}).get("group")
    is_paid = module["type"] == "Invoice" and group == "Success"
    card["Name"] = number
    return {
        "Id": row_id,
        "Type": module["type"],
        "ProjectId": card["Id"],
        "Number": number,
        "Issued": issued,
        "Performance": issued,
        "Prompt": (dt.date.fromisoformat(issued) + dt.timedelta(days=words.pick((8, 15, 30)))).isoformat(),
        **({"Paid": words.moment(card["CreatedAt"])[:10]} if is_paid else {}),
        "CurrencyCode": "EUR" if words.happens(0.1) else "HUF",
        "Items": [_make_item(words) for _ in range(words.number(1, 3))],
        "CreatedAt": card["CreatedAt"],
        "UpdatedAt": card["UpdatedAt"],
    }


def _make_item(words: Words) -> Row:
    return {
        "Name": words.phrase(),
        "PriceNet": words.number(1, 500) * 100,
        "Quantity": words.number(1, 20),
        "Unit": words.pick(_UNITS),
        "VAT": "5%" if words.happens(0.1) else "27%",
    }
