"""The account that the soak writes to: what each caller finds there at the beginning, and where its texts are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MODULE = "Sales"
MODULE_ID = 3
PARENTS = {"project": "contact", "task": "project", "address": "contact", "note": "record"}
"""What a new thing belongs to."""
CREATED_IN = {
    "contact": "FirstName",
    "project": "Name",
    "task": "Comment",
    "address": "Name",
    "record": "first_name",
    "note": "description",
}
"""The field that holds the text of a new thing, by kind."""
CHANGED_IN = {"contact": "LastName", "project": "Text1", "task": "Comment", "address": "City", "record": "last_name"}
"""The field that changes of a thing write to, by kind."""
_PER_CALLER = 1_000_000

Row = dict[str, Any]


def first_ids(caller: int, size: int) -> list[str]:
    """Return the ids of what a caller finds there: the same numbers in each kind, its own."""
    first = caller * _PER_CALLER + 1
    return [str(one) for one in range(first, first + size)]


def base_email(thing_id: str) -> str:
    """Return the email of a contact, in either CRM, that is there from the beginning."""
    return f"base{thing_id}@example.com"


def build_seed(callers: int, size: int) -> Mapping[str, object]:
    """Return the seed: for each caller `size` of each kind but notes."""
    ids = [one for caller in range(callers) for one in first_ids(caller, size)]
    contacts: list[Row] = [
        {"Id": int(one), "Type": "Person", "FirstName": "Base", "LastName": one, "Email": base_email(one)}
        for one in ids
    ]
    projects: list[Row] = [
        {"Id": int(one), "CategoryId": MODULE_ID, "ContactId": int(one), "StatusId": 1, "UserId": 1, "Name": "Base"}
        for one in ids
    ]
    tasks: list[Row] = [{"Id": int(one), "ProjectId": int(one), "Comment": "Base", "UserId": 1} for one in ids]
    addresses: list[Row] = [{"Id": int(one), "ContactId": int(one), "Name": "Base", "City": "Pest"} for one in ids]
    records: list[Row] = [
        {"collection_id": one, "first_name": "Base", "last_name": one, "email": base_email(one)} for one in ids
    ]
    text, link = {"type": "text"}, {"type": "link", "module": "1001"}
    names: Row = dict.fromkeys(("first_name", "last_name", "email"), text)
    people: Row = {"name": "contact", "fields": names, "records": records}
    notes: Row = {"name": "note", "fields": {"description": text, "contact": link}}
    statuses = {"1": {"label": "New", "group": "Open"}}
    return {
        "ivinex": {"modules": {"1001": people, "1002": notes}},
        "minicrm": {
            "users": {"1": "Jane"},
            "modules": {str(MODULE_ID): {"name": MODULE, "statuses": statuses, "fields": {"Text1": {"type": "Text"}}}},
            "contacts": contacts,
            "projects": projects,
            "tasks": tasks,
            "addresses": addresses,
            "next_ids": dict.fromkeys(("project", "contact", "task", "address"), callers * _PER_CALLER + 1),
        },
    }
