"""What a person is asked before money is written: all that will be issued, in their language. Pure.

Values stand whole, each on a line of its own: what somebody agrees to is not shortened.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

from crm_mcp.languages import mark
from crm_mcp.languages.writing import write_day, write_number
from crm_mcp.minicrm.writes.money.invoice_items import InvoiceItem, read_items, written_amount
from crm_mcp.minicrm.writes.money.invoice_terms import OVERWRITTEN, PROFORMA
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.consent.words import QuestionWords

_LABELS = {
    "customer": mark("Customer"),
    "billed_as": mark("Printed as"),
    "vat_number": mark("VAT number"),
    "items": mark("Items"),
    "sums": mark("Sums"),
    "issued": mark("Issued on"),
    "delivery": mark("Delivered on"),
    "due": mark("Due on"),
    "payment_method": mark("Payment"),
    "subject": mark("Remark"),
    "already_issued": mark("The same customer was billed the same sum already"),
    "overwrites": mark("This overwrites in the contact"),
}
"""What is shown of an invoice, with the words before it."""
_ACTIONS = {
    ("invoice", "paid"): mark("Set this invoice paid? It cannot be undone."),
    ("invoice", "storno"): mark(
        "Cancel this invoice by a storno? It cannot be undone and is reported to the tax office at once."
    ),
    ("order", "finalize"): mark("Finalize this order?"),
    ("order", "edit"): mark("Open this order for editing again?"),
    ("order", "complete"): mark("Set this order completed? It cannot be undone."),
    ("order", "paid"): mark("Set this order paid? It cannot be undone."),
    ("order", "storno"): mark("Cancel this order? It cannot be undone."),
}
_PROFORMA_ACTIONS = {
    "paid": mark(
        "Set this proforma invoice paid? MiniCRM then issues the final invoice, which cannot be undone and is reported "
        "to the tax office at once."
    ),
    "storno": mark("Cancel this proforma invoice? It cannot be undone."),
}
_DOCUMENT_LABELS = {
    "number": mark("Number"),
    "type": mark("Kind"),
    "customer": mark("Customer"),
    "items": mark("Items"),
    "sum": mark("Gross"),
    "issued": mark("Issued on"),
    "due": mark("Due on"),
}
_SAID = re.compile(r"\bIssued: |\. MiniCRM's sum .*")
"""What the result of an invoice says in English round its number."""
_WRITTEN_HERE = ("items", "sum", "issued", "delivery", "due", "already_issued")
"""What holds dates and amounts as this server writes them."""
_DECIMALS = re.compile(r"(?<=\d)\.(?=\d+ [A-Z]{3}\b)")
"""The point in an amount that a currency follows."""
_PRICE = re.compile(r" x (\d+(?:\.\d+)?)$", re.ASCII)
"""The price at the end of an item of a document that was read."""
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b", re.ASCII)


def ask_to_issue(change: Change, words: QuestionWords) -> str:
    """Return the question about a new invoice, a line for each thing that it will say."""
    texts, shown = words.own_texts, change.shown
    first = texts.text("Issue this invoice? It cannot be undone and is reported to the tax office at once.")
    if shown["type"] == PROFORMA:
        first = texts.text("Issue this proforma invoice? It cannot be undone.")
    currency = str(shown["currency"])
    net, vat, gross = (
        written_amount(Decimal(str(shown[name])), currency, words.language) for name in ("net", "vat", "gross")
    )
    items = [
        _item_line(one, currency, words)
        for one in read_items(cast("Sequence[Mapping[str, object]]", change.sent["Items"]))
    ]
    sums = texts.text("net {net}, VAT {vat}, gross {gross}", net=net, vat=vat, gross=gross)
    return "\n".join([first, *lines_of({**shown, "items": items, "sums": sums}, _LABELS, words)])


def _item_line(item: InvoiceItem, currency: str, words: QuestionWords) -> str:
    beside = f" ({item.description})" if item.description else ""
    return words.own_texts.text(
        "{name}: {count} x {price} + {vat}",
        name=f"{item.name}{beside}",
        count=f"{written_amount(item.quantity, language=words.language)} {item.unit}".strip(),
        price=written_amount(item.price, currency, words.language),
        vat=item.vat,
    )


def ask_to_change(change: Change, kind: str, action: str, words: QuestionWords) -> str:
    """Return the question about an action on a document, a line for each thing that tells which one it is."""
    shown = change.shown
    first = _ACTIONS[kind, action]
    if kind == "invoice" and shown.get("type") == PROFORMA:
        first = _PROFORMA_ACTIONS[action]
    return "\n".join([words.own_texts.text(first), *lines_of(shown, _DOCUMENT_LABELS, words)])


def lines_of(values: Mapping[str, object], labels: Mapping[str, str], words: QuestionWords) -> list[str]:
    """Return a line for each value that has a label, in the language of the person."""
    return [
        f"{words.own_texts.text(label)}: {_line(name, values[name], words)}"
        for name, label in labels.items()
        if values.get(name)
    ]


def _line(name: str, value: object, words: QuestionWords) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(_written(name, part, words) for part in cast("Sequence[object]", value))
    return _written(name, words.own_texts.ptext(f"value of {name}", str(value)), words)


def _written(name: str, value: object, words: QuestionWords) -> str:
    """Return a value as one line; what this server made of amounts and dates as people of the language write them."""
    line = _one_line(str(value))
    if words.language == "en":
        return line
    if name == "overwrites":
        for field in OVERWRITTEN:
            line = line.replace(f"{field} ", f"{words.name(field)}: ")
    if name == "already_issued":
        line = _SAID.sub("", line)
    if name not in _WRITTEN_HERE:
        return line
    line = _PRICE.sub(lambda price: f" \N{MULTIPLICATION SIGN} {write_number(Decimal(price[1]), words.language)}", line)
    return _DAY.sub(lambda day: write_day(day[0], words.language), _DECIMALS.sub(",", line))


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
