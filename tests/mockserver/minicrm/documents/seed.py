"""A small account with documents: seven, of every kind, with their cards in modules of these kinds."""

from __future__ import annotations

from typing import Any

from mockserver.crm.profiles import Profile
from tests.mockserver.minicrm.account import Account

_REPEATED: dict[str, Any] = {
    "Number": {"type": "Text(64)"},
    "Prompt": {"type": "DateTime"},
    "Paid": {"type": "DateTime"},
    "Amount": {"type": "Int"},
    "InvoiceType": {"type": "Text(64)"},
}


def _item(name: str, price: object, quantity: object, vat: str = "27%", **more: object) -> dict[str, object]:
    return {"Name": name, "PriceNet": price, "Quantity": quantity, "Unit": "piece", "VAT": vat, **more}


def _card(card_id: int, category_id: int, status_id: int, name: str, contact_id: int = 11) -> dict[str, object]:
    return {
        "Id": card_id,
        "CategoryId": category_id,
        "ContactId": contact_id,
        "StatusId": status_id,
        "Name": name,
        "UpdatedAt": "2025-01-01 08:00:00",
    }


def _document(
    document_id: int, type_name: str, card_id: int, number: str, changed: str, **more: object
) -> dict[str, object]:
    return {
        "Id": document_id,
        "Type": type_name,
        "ProjectId": card_id,
        "Number": number,
        "Issued": "2025-11-01",
        "Performance": "2025-11-02",
        "Prompt": "2025-11-16",
        "UpdatedAt": f"2025-12-{changed} 09:30:00",
        **more,
    }


_CHAIR, _OIL = _item("Chair", "1 000,00", 2), _item("Oil", 99.5, "1.5")

SEED: dict[str, Any] = {
    "users": {"1": "Ada Lovelace"},
    "vendor": {"Name": "Vendor Kft.", "CountryId": "36", "VatNumber": "99999999-2-43", "IBAN": "HU00"},
    "modules": {
        "7": {
            "name": "Invoices",
            "type": "Invoice",
            "statuses": {
                "71": {"label": "Issued", "group": "Open"},
                "72": {"label": "Paid", "group": "Success"},
                "73": {"label": "Void", "group": "Failed"},
            },
            "fields": {**_REPEATED, "Text70": {"type": "Text(64)", "label": "Cost centre"}},
        },
        "8": {
            "name": "Orders",
            "type": "Order",
            "statuses": {
                "81": {"label": "Draft", "group": "Open"},
                "82": {"label": "In progress", "group": "Open"},
                "83": {"label": "Completed", "group": "Open"},
                "84": {"label": "Successful", "group": "Success"},
                "85": {"label": "Failed", "group": "Failed"},
            },
            "fields": {"Text80": {"type": "Text(64)"}},
        },
        "9": {
            "name": "Offers",
            "type": "Offer",
            "statuses": {
                "91": {"label": "Preparing offer", "group": "Open"},
                "92": {"label": "Sent", "group": "Open"},
                "93": {"label": "Accepted", "group": "Success"},
            },
            "fields": {"Text90": {"type": "Text(64)"}, "Enum91": {"type": "Enum", "choices": {"1": "Web"}}},
        },
    },
    "contacts": [
        {
            "Id": 10,
            "Type": "Business",
            "Name": "Tölgyfa Kft.",
            "VatNumber": "11111111-2-41",
            "BankAccount": "11111111-11111111",
            "ReferenceId": "erp-10",
            "UpdatedAt": "2025-01-01 08:00:00",
        },
        {"Id": 11, "Type": "Person", "BusinessId": 10, "FirstName": "Örs", "LastName": "Nagy"},
        {"Id": 12, "Type": "Person", "FirstName": "Eve"},
    ],
    "addresses": [
        {
            "Id": 301,
            "ContactId": 10,
            "Type": "HQ",
            "Name": "Works",
            "CountryId": "Hungary",
            "PostalCode": 9700,
            "City": "Szombathely",
            "Address": "Fő tér 1.",
            "Default": 1,
        },
        {
            "Id": 302,
            "ContactId": 10,
            "Type": "Invoice",
            "Name": "Accounts",
            "CountryId": "Hungary",
            "PostalCode": "1051",
            "City": "Budapest",
            "Address": "Arany utca 2.",
        },
    ],
    "projects": [
        _card(601, 7, 71, "TF-2025/0001"),
        _card(602, 7, 72, "TF-2025/0002"),
        _card(603, 7, 73, "TF-2025/0003"),
        _card(604, 7, 73, "TF-2025/0004"),
        _card(605, 7, 71, "P-2025/01", 12),
        _card(606, 8, 81, "To be issued (Tölgyfa Kft.)"),
        {**_card(607, 9, 92, "AJ2025-E/00007"), "Text90": "By post"},
    ],
    "documents": [
        _document(
            1, "Invoice", 601, "TF-2025/0001", "05", Items=[_item("Chair", "1 000,00", 2), _item("Oil", 99.5, "1.5")]
        ),
        _document(2, "Invoice", 602, "TF-2025/0002", "06", Paid="2025-11-20", Items=[_item("Desk", 50000, 1)]),
        _document(3, "Invoice", 603, "TF-2025/0003", "03", Items=[_item("Lamp", 100, 1)]),
        _document(4, "Invoice", 604, "TF-2025/0004", "03", StornedId=3, Items=[_item("Lamp", 100, 1)]),
        _document(
            *(5, "Proforma", 605, "P-2025/01", "04"),
            CurrencyCode="EUR",
            VATMode="ReverseCharge",
            Items=[_item("Freight", "649.505", 1)],
        ),
        _document(6, "Order", 606, "", "05", Items=[_item("Cable", "500.00", "15.00", "27", SKU="C-1")]),
        _document(7, "Offer", 607, "AJ2025-E/00007", "05", Items=[_item("Plan", "23", 1)]),
    ],
}


def account(**switches: bool) -> Account:
    """Return a fake with the seed; a switch's hyphens are underscores here."""
    named = {name.replace("_", "-"): state for name, state in switches.items()}
    return Account(Profile(switches=named), seed=SEED)
