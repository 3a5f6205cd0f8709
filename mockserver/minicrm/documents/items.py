"""The items of a document: as a caller writes them, as they are kept, and what they cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from mockserver.documents.strict_json import as_list, as_object
from mockserver.minicrm.documents import rules
from mockserver.minicrm.documents.document import Document
from mockserver.minicrm.documents.values.amounts import print_quantity, read_decimal, round_money
from mockserver.minicrm.documents.values.texts import read_text
from mockserver.minicrm.rules import RefusalError

DEFAULT_VAT = "27%"
"""What an item has that names none, as products do (observed, grade B); of other countries: not looked at (assumed)."""
VAT_MODES = ("NormalVAT", "ReverseCharge", "VATExempt")
_RATE = re.compile(r"([0-9]{1,2}(?:[.,][0-9]{1,2})?)\s*%?", re.ASCII)
_WITHOUT_VAT = frozenset(
    {"AAM", "TAM", "ATK", "EAM", "KBAET", "EUE", "HO", "EUFAD37", "EUFADE", "EU", "EUK", "F.AFA", "K.AFA"}
)
"""Reasons for no VAT that stand where a rate does (assumed)."""
_TEXTS = ("SKU", "EAN", "Name", "Description", "Unit")
ITEM_KEYS = (*_TEXTS, "PriceNet", "Quantity", "VAT")
_IDS_A_DOCUMENT = 1000


@dataclass(frozen=True, slots=True)
class Cost:
    """What an item costs in all."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        """With VAT."""
        return self.net + self.vat


def read_items(given: object) -> list[dict[str, object]]:
    """Return the items of a body, each checked but for what it lacks.

    Raises:
        RefusalError: They are no list of objects, or a value does not fit.
    """
    items = [] if given is None else as_list(given)
    if items is None:
        raise RefusalError(rules.BAD_ITEMS, "Items")
    return [_read_item(each) for each in items]


def _read_item(given: object) -> dict[str, object]:
    found = as_object(given)
    if found is None:
        raise RefusalError(rules.BAD_ITEMS, "Items")
    item: dict[str, object] = {name: read_text(f"Items.{name}", found[name]) for name in _TEXTS if name in found}
    for name in ("PriceNet", "Quantity"):
        if name in found:
            item[name] = _read_number(name, found[name])
    if found.get("VAT") not in (None, ""):
        item["VAT"] = _read_vat(found["VAT"])
    if found.get("Id") not in (None, ""):
        item["Id"] = found["Id"]
    return item


def _read_number(name: str, given: object) -> str:
    number = read_decimal(given)
    if number is None:
        raise RefusalError(rules.BAD_ITEMS, f"Items.{name}", [f"{name} takes a number such as 500.00"])
    return f"{number:f}"


def _read_vat(given: object) -> str:
    text = read_text("Items.VAT", given).strip()
    match = _RATE.fullmatch(text)
    if match:
        return f"{print_quantity(Decimal(match[1].replace(',', '.')))}%"
    if text.upper() in _WITHOUT_VAT:
        return text.upper()
    raise RefusalError(rules.BAD_VAT, "Items.VAT", ['VAT is a rate such as "27%", or a code such as AAM'])


def add_items(document: Document, items: list[dict[str, object]]) -> None:
    """Give a document further items, or change those whose `Id` it has, and sum it up anew.

    Raises:
        RefusalError: A new item lacks its name, price or quantity, or there is no item of an id.
    """
    by_id = {str(each["Id"]): each for each in document.items}
    for item in items:
        if "Id" not in item:
            document.items.append(_complete(document, item))
        elif str(item["Id"]) in by_id:
            by_id[str(item["Id"])].update({**item, "Id": by_id[str(item["Id"])]["Id"]})
        else:
            raise RefusalError(rules.NO_SUCH_ITEM, "Items.Id", [f"it has the items {', '.join(by_id) or 'none'}"])
    sum_up(document)


def _complete(document: Document, item: dict[str, object]) -> dict[str, object]:
    missing = [name for name in ("Name", "PriceNet", "Quantity") if item.get(name) in (None, "")]
    if missing:
        raise RefusalError(rules.ITEM_NEEDS, ", ".join(f"Items.{name}" for name in missing))
    document.items_made += 1
    empty = dict.fromkeys(_TEXTS, "")
    return {"Id": document.id * _IDS_A_DOCUMENT + document.items_made, **empty, "VAT": DEFAULT_VAT, **item}


def copy_items(document: Document) -> None:
    """Give the items of a document that is made of another one ids of their own."""
    items = [{name: value for name, value in item.items() if name != "Id"} for item in document.items]
    document.items, document.items_made = [], 0
    add_items(document, items)


def work_out(document: Document, item: Mapping[str, object]) -> Cost:
    """Return what an item costs, in the currency and by the VAT of its document."""
    net = round_money(Decimal(str(item["PriceNet"])) * Decimal(str(item["Quantity"])), document.currency_code)
    match = _RATE.fullmatch(str(item["VAT"]))
    rate = Decimal(match[1]) if match and document.vat_mode == "NormalVAT" else Decimal(0)
    return Cost(net, round_money(net * rate / 100, document.currency_code))


def sum_up(document: Document) -> None:
    """Set the sums of a document by its items."""
    costs = [work_out(document, item) for item in document.items]
    net, vat = sum((each.net for each in costs), Decimal(0)), sum((each.vat for each in costs), Decimal(0))
    document.amount_net, document.amount_vat, document.amount = f"{net:f}", f"{vat:f}", f"{net + vat:f}"
