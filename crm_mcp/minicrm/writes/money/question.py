"""What a person is asked before money is written: all that will be issued, in their language. Pure.

Values stand whole, each on a line of its own: what somebody agrees to is not shortened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

from crm_mcp.minicrm.writes.money.invoice_items import written_amount
from crm_mcp.minicrm.writes.money.invoice_terms import PROFORMA
from crm_mcp.safe_writes.consent.catalogue import Catalogue
from crm_mcp.safe_writes.draft import Change

_ISSUE_INVOICE = "Issue this invoice? It cannot be undone and is reported to the tax office at once."
_ISSUE_PROFORMA = "Issue this proforma invoice? It cannot be undone."
_SUMS = "net {net}, VAT {vat}, gross {gross}"
_LABELS = {
    "customer": "Customer",
    "billed_as": "Printed as",
    "vat_number": "VAT number",
    "items": "Items",
    "sums": "Sums",
    "issued": "Issued on",
    "delivery": "Delivered on",
    "due": "Due on",
    "payment_method": "Payment",
    "subject": "Remark",
    "already_issued": "The same customer was billed the same sum already",
    "overwrites": "This overwrites in the contact",
}
"""What is shown of an invoice, with the words before it."""
_ACTIONS = {
    ("invoice", "paid"): "Set this invoice paid? It cannot be undone.",
    ("invoice", "storno"): (
        "Cancel this invoice by a storno? It cannot be undone and is reported to the tax office at once."
    ),
    ("order", "finalize"): "Finalize this order?",
    ("order", "edit"): "Open this order for editing again?",
    ("order", "complete"): "Set this order completed? It cannot be undone.",
    ("order", "paid"): "Set this order paid? It cannot be undone.",
    ("order", "storno"): "Cancel this order? It cannot be undone.",
}
_PROFORMA_ACTIONS = {
    "paid": (
        "Set this proforma invoice paid? MiniCRM then issues the final invoice, which cannot be undone and is reported "
        "to the tax office at once."
    ),
    "storno": "Cancel this proforma invoice? It cannot be undone.",
}
_DOCUMENT_LABELS = {
    "number": "Number",
    "type": "Kind",
    "customer": "Customer",
    "items": "Items",
    "sum": "Gross",
    "issued": "Issued on",
    "due": "Due on",
}


def ask_to_issue(change: Change, catalogue: Catalogue) -> str:
    """Return the question about a new invoice, a line for each thing that it will say."""
    shown = change.shown
    first = _ISSUE_PROFORMA if shown["type"] == PROFORMA else _ISSUE_INVOICE
    currency = str(shown["currency"])
    net, vat, gross = (written_amount(Decimal(str(shown[name])), currency) for name in ("net", "vat", "gross"))
    sums = catalogue.text(_SUMS, net=net, vat=vat, gross=gross)
    return "\n".join([catalogue.text(first), *lines_of({**shown, "sums": sums}, _LABELS, catalogue)])


def ask_to_change(change: Change, kind: str, action: str, catalogue: Catalogue) -> str:
    """Return the question about an action on a document, a line for each thing that tells which one it is."""
    shown = change.shown
    first = _ACTIONS[kind, action]
    if kind == "invoice" and shown.get("type") == PROFORMA:
        first = _PROFORMA_ACTIONS[action]
    return "\n".join([catalogue.text(first), *lines_of(shown, _DOCUMENT_LABELS, catalogue)])


def lines_of(values: Mapping[str, object], labels: Mapping[str, str], catalogue: Catalogue) -> list[str]:
    """Return a line for each value that has a label, with a value's words in the catalogue's language."""
    return [
        f"{catalogue.text(label)}: {_line(name, values[name], catalogue)}"
        for name, label in labels.items()
        if values.get(name)
    ]


def _line(name: str, value: object, catalogue: Catalogue) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(_one_line(str(part)) for part in cast("Sequence[object]", value))
    return _one_line(catalogue.messages.get(f"{name}={value}", str(value)))


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
