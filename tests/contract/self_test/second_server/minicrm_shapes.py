"""How the second server's MiniCRM prints schemas and details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.self_test.second_server import data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.contract.self_test.second_server.data import Row

_USERS = {str(number): name for number, name in data.USERS.items()}
_HISTORY: Row = {"CreatedBy": _USERS, "CreatedAt": "DateTime", "UpdatedBy": _USERS, "UpdatedAt": "DateTime"}
_CONTACT: Row = {
    "Id": "Int",
    "Type": {"1": data.CONTACT_TYPES["Person"], "2": data.CONTACT_TYPES["Business"]},
    "Email": "Text(255)",
    "EmailType": "Text(64)",
    "Phone": "Text(64)",
    "PhoneType": "Text(64)",
    "Description": "Text(1024)",
    "Deleted": "Int",
    **_HISTORY,
}
SCHEMAS: dict[str, Row] = {
    "Person": {
        "FirstName": "Text(64)",
        "LastName": "Text(64)",
        "BusinessId": "Int",
        "Position": "Text(64)",
        "Url": "Text(255)",
    },
    "Business": {
        "Name": "Text(128)",
        "Url": "Text(255)",
        "Industry": "Text(64)",
        "Region": "Text(64)",
        "VatNumber": "Text(64)",
        "RegistrationNumber": "Text(64)",
        "BankAccount": "Text(64)",
        "Swift": "Text(64)",
        "Employees": "Int",
        "YearlyRevenue": "Int",
    },
}


def schema_of(path: str) -> Row:
    """Return the schema at a path below `Schema/`.

    Raises:
        LookupError: There is none.
    """
    if path in SCHEMAS:
        return {**_CONTACT, **SCHEMAS[path]}
    kind, _, module = path.partition("/")
    statuses = data.STATUSES[module if kind == "Project" else ""]
    return {
        "Id": "Int",
        "CategoryId": data.MODULES,
        "ContactId": "Int",
        "BusinessId": "Int",
        "StatusId": {str(number): label for number, (label, _) in statuses.items()},
        "UserId": _USERS,
        "Name": "Text(128)",
        "Deleted": "Int",
        "ReferenceId": "Text(255)",
        "Forras": {str(number): label for number, label in data.SOURCES.items()},
        "SetTema": {str(number): label for number, label in data.TOPICS.items()},
        "Int301": "Int",
        "DateTime302": "DateTime",
        "Text303": "Text(1024)",
        **_HISTORY,
    }


def _sign(row: Row) -> Row:
    return {
        "CreatedBy": data.USERS.get(row.get("CreatedBy", 0), ""),
        "CreatedAt": row.get("CreatedAt", ""),
        "UpdatedBy": data.USERS.get(row.get("UpdatedBy", 0), ""),
        "UpdatedAt": row.get("UpdatedAt", ""),
    }


def print_project(row: Row, contacts: Mapping[int, Row]) -> Row:
    """Return the detail of a project: every field of its schema, choices as labels."""
    contact = contacts[row["ContactId"]]
    topics = [label for number, label in data.TOPICS.items() if row.get("SetTema", 0) & number]
    return {
        "Id": row["Id"],
        "CategoryId": row["CategoryId"],
        "ContactId": row["ContactId"],
        "BusinessId": contact["Id"] if contact["Type"] == "Business" else contact.get("BusinessId", 0),
        "StatusId": data.STATUSES[str(row["CategoryId"])][row["StatusId"]][0],
        "UserId": data.USERS[row["UserId"]],
        "Name": row["Name"],
        "Deleted": row["Deleted"],
        "ReferenceId": row["ReferenceId"],
        "Forras": data.SOURCES.get(row.get("Forras") or 0, ""),
        "SetTema": ", ".join(topics),
        "Int301": row.get("Int301", 0),
        "DateTime302": row.get("DateTime302", data.EMPTY_DATE),
        "Text303": row.get("Text303", ""),
        **_sign(row),
        "Tags": [],
        "Invited": [],
    }


def print_contact(row: Row) -> Row:
    """Return the detail of a contact, its type as the account's language has it."""
    own = {name: row.get(name, 0 if kind == "Int" else "") for name, kind in SCHEMAS[row["Type"]].items()}
    shared = {name: row.get(name, "") for name in ("Email", "EmailType", "Phone", "PhoneType", "Description")}
    return {
        "Id": row["Id"],
        "Type": data.CONTACT_TYPES[row["Type"]],
        **own,
        **shared,
        "Deleted": 0,
        **_sign(row),
        "Tags": [],
    }


def print_task(row: Row) -> Row:
    """Return the detail of a task."""
    return {
        "Id": row["Id"],
        "UserId": data.USERS[row["UserId"]],
        "ProjectId": row["ProjectId"],
        "Type": "Telefonhívás" if row["Type"] else "",
        "Status": row["Status"],
        "Deadline": row["Deadline"],
        "Comment": row["Comment"],
        "Attachments": row["Attachments"],
    }
