"""The invoices, orders and offers of the suite's own data, each with its card.

There are more invoices than a page holds, and neither their ids nor their cards' moments are in the order in which the
documents were changed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

INVOICE_MODULE, ORDER_MODULE, OFFER_MODULE, EXPORT_MODULE = "8", "9", "10", "15"
INVOICES = 106
DRAFT, IN_PROGRESS, COMPLETED, PAID, FAILED = 2901, 2902, 2903, 2904, 2905
"""The statuses of orders."""
MODULES: dict[str, Any] = {
    INVOICE_MODULE: {
        "name": "Invoices",
        "type": "Invoice",
        "statuses": {
            "2801": {"label": "Issued", "group": "Open"},
            "2802": {"label": "Paid up", "group": "Success"},
            "2803": {"label": "Cancelled", "group": "Failed"},
        },
        "fields": {"Text2805": {"type": "Text(1024)"}},
    },
    EXPORT_MODULE: {
        "name": "Invoices abroad",
        "type": "Invoice",
        "statuses": {
            "2821": {"label": "Issued abroad", "group": "Open"},
            "2822": {"label": "Paid abroad", "group": "Success"},
            "2823": {"label": "Cancelled abroad", "group": "Failed"},
        },
    },
    ORDER_MODULE: {
        "name": "Orders",
        "type": "Order",
        "statuses": {
            str(DRAFT): {"label": "Draft", "group": "Open"},
            str(IN_PROGRESS): {"label": "In progress", "group": "Open"},
            str(COMPLETED): {"label": "Completed", "group": "Open"},
            str(PAID): {"label": "Successful", "group": "Success"},
            str(FAILED): {"label": "Failed", "group": "Failed"},
        },
        "fields": {"Text2906": {"type": "Text(1024)"}},
    },
    OFFER_MODULE: {
        "name": "Offers",
        "type": "Offer",
        "statuses": {
            "2951": {"label": "In Preparation", "group": "Open"},
            "2952": {"label": "Waiting for acceptance", "group": "Open"},
            "2953": {"label": "Accepted", "group": "Success"},
            "2954": {"label": "Rejected", "group": "Failed"},
        },
        "fields": {"Text2956": {"type": "Text(1024)"}, "Int2957": {"type": "Int"}},
    },
}
VENDOR = {
    "Name": "Vendor Kft.",
    "CountryId": "36",
    "PostalCode": "9021",
    "City": "Győr",
    "Address": "Fő utca 1.",
    "AccountNumber": "11700000-00000002",
    "VatNumber": "87654321-2-08",
    "RegistrationNumber": "08-09-000001",
}
_FIRST_CHANGE = datetime(2020, 6, 1, 8, 0, 0)  # noqa: DTZ001 - the accounts' own time, which has no zone
_ITEMS: tuple[dict[str, Any], ...] = (
    {"Name": "Work", "PriceNet": "500.5", "Quantity": "1.5", "Unit": "hour", "VAT": "27%"},
    {"Name": "Attic fan ő", "SKU": "FAN-1", "Description": "white", "PriceNet": "10000", "Quantity": "2", "Unit": "pc",
     "VAT": "27%"},
    {"Name": "Book", "PriceNet": "2000", "Quantity": "3", "Unit": "pc", "VAT": "5%"},
)  # fmt: skip


def build_cards() -> list[dict[str, Any]]:
    """Return the cards of all documents."""
    return [*(_build_invoice(i)[0] for i in range(INVOICES)), *(card for card, _ in [*_ORDERS, *_OFFERS])]


def build_documents() -> list[dict[str, Any]]:
    """Return all documents."""
    return [*(_build_invoice(i)[1] for i in range(INVOICES)), *(each for _, each in [*_ORDERS, *_OFFERS])]


def _moment(number: int) -> str:
    return (_FIRST_CHANGE + timedelta(hours=number)).isoformat(" ", "seconds")


def _build_card(card_id: int, module: str, status: int, name: str, changed: int) -> dict[str, Any]:
    moments = {"CreatedAt": _moment(changed), "UpdatedAt": _moment(changed)}
    return {"Id": card_id, "CategoryId": int(module), "ContactId": 941 + card_id % 7, "StatusId": status,
            "UserId": 3200, "Name": name, **moments}  # fmt: skip


def _build_invoice(i: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return card and document: each fourth is paid, each ninth cancelled by the one after it, two are proformas."""
    is_paid, is_cancelled, cancels = i % 4 == 1 and i % 9 > 1, i % 9 == 0, i % 9 == 1 and i > 1
    status = 2803 if is_cancelled or cancels else 2802 if is_paid else 2801
    number = f"E-2020/{i + 1:05}"
    module, status = (EXPORT_MODULE, status + 20) if i % 2 else (INVOICE_MODULE, status)
    card = _build_card(2000 + i, module, status, number, 4000 - i)
    issued = _moment(i * 7)[:10]
    document: dict[str, Any] = {
        "Id": 95 + i,
        "Type": "Proforma" if i in (5, 14) else "Invoice",
        "Number": number,
        "ProjectId": 2000 + i,
        "CustomerId": 941 + (2000 + i) % 7,
        "Subject": f"Storno of E-2020/{i:05}" if cancels else f"Works {i} ő 🎉",
        "Issued": issued,
        "Performance": issued,
        "Prompt": _moment(i * 7 + 240)[:10],
        "CurrencyCode": "EUR" if i % 10 == 3 else "HUF",
        "VATMode": "ReverseCharge" if i % 10 == 3 else "NormalVAT",
        "PaymentMethod": ("WiredTransfer", "Cash")[i % 2],
        "Items": [dict(item) for item in _ITEMS[: i % 3 + 1]],
        "CreatedAt": _moment(i),
        "UpdatedAt": _moment(i * 41 % INVOICES // 2),
    }
    if is_paid:
        document["Paid"] = _moment(i * 7 + 100)[:10]
    if cancels:
        document["StornedId"] = 95 + i - 1
    return card, document


def _build_order(i: int, status: int) -> tuple[dict[str, Any], dict[str, Any]]:
    number = "" if status == DRAFT else f"R-2020/{i + 1:05}"
    return _build_card(2200 + i, ORDER_MODULE, status, number or "To be issued", 4100 - i), {
        "Id": 300 + i, "Type": "Order", "Number": number, "ProjectId": 2200 + i, "CustomerId": 941 + (2200 + i) % 7,
        "Subject": f"Order {i}", "Performance": "2020-07-01", "CurrencyCode": "HUF",
        "Items": [dict(item) for item in _ITEMS],
        "CreatedAt": _moment(i), "UpdatedAt": _moment(i * 3 % 10),
    }  # fmt: skip


def _build_offer(i: int, status: int) -> tuple[dict[str, Any], dict[str, Any]]:
    number = f"AJ-2020/{i + 1:05}"
    return {**_build_card(2300 + i, OFFER_MODULE, status, number, 4200 - i), "Text2956": "By phone"}, {
        "Id": 330 + i, "Type": "Offer", "Number": number, "ProjectId": 2300 + i, "CustomerId": 941 + (2300 + i) % 7,
        "Subject": f"Offer {i}", "Issued": "2020-06-10", "Performance": "2020-07-01", "Prompt": "2020-06-24",
        "CurrencyCode": "HUF", "VATMode": ("NormalVAT", "VATExempt")[i % 2], "Items": [dict(item) for item in _ITEMS],
        "CreatedAt": _moment(i), "UpdatedAt": _moment(i * 3 % 5),
    }  # fmt: skip


_ORDERS = [
    _build_order(i, status)
    for i, status in enumerate((DRAFT, IN_PROGRESS, COMPLETED, PAID, FAILED, DRAFT, IN_PROGRESS, COMPLETED))
]
_OFFERS = [_build_offer(i, status) for i, status in enumerate((2951, 2952, 2953, 2954, 2952))]
