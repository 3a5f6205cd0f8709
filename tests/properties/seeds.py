"""Accounts of both CRMs to put into a fake: the fields that properties search by, with rows of a test's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]

CONTACT_FIELDS: dict[str, Row] = {
    "name": {"type": "text"},
    "bio": {"type": "html"},
    "score": {"type": "number"},
    "active": {"type": "boolean"},
    "born": {"type": "date"},
    "met": {"type": "datetime"},
    "kind": {"type": "option", "options": {"9": "Lead", "10": "Customer", "14795": "Partner"}},
    "boss": {"type": "link", "module": "1001"},
}
NOTE_FIELDS: dict[str, Row] = {"description": {"type": "html"}, "contact": {"type": "link", "module": "1001"}}

USERS = {"1": "Anna K\u0151", "2": "Bob"}
STATUSES = {
    "31": {"label": "New", "group": "Lead"},
    "32": {"label": "Offer", "group": "Open"},
    "33": {"label": "Won", "group": "Success"},
    "34": {"label": "Lost", "group": "Failed"},
}
PROJECT_FIELDS: dict[str, Row] = {
    "Int1": {"type": "Int"},
    "Text1": {"type": "Text"},
    "Date1": {"type": "DateTime"},
    "Enum1": {"type": "Enum", "choices": {"7": "Web", "8": "Fair"}},
    "Set1": {"type": "Set", "choices": {"1": "Kitchen", "2": "Bath", "4": "Office"}},
}
MODULES: dict[str, Row] = {
    "3": {"name": "Sales", "statuses": STATUSES, "fields": PROJECT_FIELDS},
    "4": {"name": "Support", "statuses": {"41": {"label": "Asked", "group": "Open"}}, "fields": {}},
}


def build_seed(
    *,
    records: Sequence[Mapping[str, object]] = (),
    notes: Sequence[Row] = (),
    contacts: Sequence[Row] = (),
    projects: Sequence[Row] = (),
    **more: object,
) -> Row:
    """Return a seed: Ivinex contacts (1001) and notes (1002) numbered from 1, MiniCRM rows as they are given."""
    return {
        "clock": "2026-01-02T03:04:05",
        "ivinex": {
            "modules": {
                "1001": {"name": "contact", "fields": CONTACT_FIELDS, "records": numbered(records)},
                "1002": {"name": "note", "fields": NOTE_FIELDS, "records": numbered(notes)},
            }
        },
        "minicrm": {
            "users": USERS,
            "modules": MODULES,
            "contacts": [dict(row) for row in contacts],
            "projects": [dict(row) for row in projects],
            **more,
        },
    }


def numbered(rows: Sequence[Mapping[str, object]]) -> list[Row]:
    return [{"collection_id": str(number), **row} for number, row in enumerate(rows, 1)]
