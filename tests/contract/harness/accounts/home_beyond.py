"""What the suite's own data holds for the part of MiniCRM that minicrm.txt does not describe.

Ids are not in the order of time, and cross 99 and 100, so that one order differs from another.
"""

from __future__ import annotations

from typing import Any

VOIP_KEY, FORM_TOKEN, FILTER_TOKEN = "contract-voip-key", "contract-form", "contract-filter"
"""What opens the account's feeds beside its login."""


def build_beyond() -> dict[str, Any]:
    """Return the further parts of the MiniCRM seed."""
    return {
        "status_changes": _build_status_changes(),
        "emails": _build_emails(),
        "templates": _TEMPLATES,
        "connections": _CONNECTIONS,
        "products": _PRODUCTS,
        "voip_key": VOIP_KEY,
        "forms": [{"Id": 99, "CategoryId": 5, "Token": FORM_TOKEN}],
        "shared_filters": [{"Id": 99, "CategoryId": 5, "Token": FILTER_TOKEN, "Columns": ["Name", "StatusId"]}],
    }


def _build_status_changes() -> list[dict[str, Any]]:
    """Return the histories of two projects; the others have their first status alone."""
    return [
        {"Id": 9, "ProjectId": 901, "UserId": 3200, "ClosedAt": "2020-04-02 09:00:00", "Status_New_Id": 2509},
        {"Id": 101, "ProjectId": 901, "ClosedAt": "2020-04-03 10:00:00", "Status_Old_Id": 2509, "Status_New_Id": 2540},
        {"Id": 99, "ProjectId": 901, "UserId": 3300, "ClosedAt": "2020-05-01 08:30:00", "Status_Old_Id": 2540,
         "Status_New_Id": 2500},
        {"Id": 100, "ProjectId": 902, "UserId": 3200, "ClosedAt": "2020-04-04 09:00:00", "Status_New_Id": 2540},
    ]  # fmt: skip


def _build_emails() -> list[dict[str, Any]]:
    mine, theirs = "office@minicrm.example", "person1@example.com"
    return [
        {"Id": 99, "ProjectId": 900, "TemplateId": 12, "From": mine, "To": theirs, "Subject": "Our offer ő 🎉",
         "Body": "<p>Dear <b>John</b>,</p>", "Status": "Sent", "CreatedAt": "2020-04-02 09:00:00",
         "OpenedAt": "2020-04-02 10:00:00", "ClickedAt": "2020-04-02 10:01:00"},
        {"Id": 100, "ProjectId": 900, "From": theirs, "To": mine, "Subject": "Re: Our offer", "Body": "Thank you.",
         "Status": "Received", "CreatedAt": "2020-04-05 09:00:00"},
        {"Id": 101, "ProjectId": 900, "From": mine, "To": theirs, "Subject": "", "Body": "", "Status": "Sent",
         "CreatedAt": "2020-04-03 09:00:00"},
        {"Id": 102, "ProjectId": 901, "From": mine, "To": theirs, "Subject": "Another card's", "Body": "x",
         "Status": "Sent", "CreatedAt": "2020-04-04 09:00:00"},
    ]  # fmt: skip


_TEMPLATES: list[dict[str, Any]] = [
    {"Id": 12, "CategoryId": 3, "Type": "Email", "Name": "Offer", "Subject": "Our offer", "Content": "<p>Dear,</p>",
     "FolderId": 31, "Folders": [30, 31]},
    {"Id": 101, "CategoryId": 3, "Type": "Todo", "Name": "Call back ő", "Content": "<p>Call.</p>"},
    {"Id": 13, "CategoryId": 3, "Type": "Sms", "Name": "Reminder", "Content": "See you."},
    {"Id": 14, "CategoryId": 5, "Type": "File", "Name": "Report", "Content": "<p>x</p>"},
]  # fmt: skip
_CONNECTIONS: list[dict[str, Any]] = [
    {"Id": 99, "FromProjectId": 900, "ToProjectId": 901, "Description": "same house ő"},
    {"Id": 100, "FromProjectId": 900, "ToProjectId": 1500},
    {"Id": 101, "FromProjectId": 902, "ToProjectId": 903, "Description": "others"},
]
_PRODUCTS: list[dict[str, Any]] = [
    {"Id": 99, "Name": "Attic fan", "SKU": "FAN-1", "PriceNet": 10000, "FolderName": "Fans"},
    {"Id": 100, "Name": "Wall fan", "SKU": "FAN-2", "PriceNet": 8000, "FolderName": "Fans"},
]
