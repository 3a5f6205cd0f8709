"""Values of MiniCRM objects as the replica holds them: choices by label, an empty value as NULL. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from crm_mcp.minicrm.models import Address, Contact, Project, Task
from crm_mcp.minicrm.replica.columns import AccountSchema
from crm_mcp.minicrm.wire.bodies import read_date, read_flag, read_labels, read_text
from crm_mcp.replica.tables import Column, Table

Values = dict[str, Any]
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def value_of(column: Column, value: object) -> object:
    """Return a value as a column holds it: one that is none of its kind as a text."""
    if value is None or value in ("", []):
        return None
    if column.kind == "flag":
        flag = read_flag(value)
        return str(value) if flag is None else int(flag)
    if column.kind == "integer":
        text = str(value).strip()
        return int(text) if _WHOLE.fullmatch(text) else text
    if column.kind == "date":
        return read_date(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if column.choices:
        return _label_of(column, value)
    return str(int(value)) if isinstance(value, bool) else str(value)


def _label_of(column: Column, value: object) -> str:
    """Return the label of a choice; several are joined as live servers join them (observed)."""
    text = str(value)
    if text in column.choices:
        return column.choices[text]
    return text if text in column.choices.values() else ", ".join(part.strip() for part in text.split(","))


def fits(column: Column, value: object) -> bool:
    """Tell whether a value is of its column's kind."""
    return column.kind not in ("integer", "flag") or value is None or isinstance(value, int)


def values_of_row(project: Project, account: AccountSchema, module: str, *, deleted: bool) -> Values:
    """Return what a row of a search says of a project of a module."""
    status, user = project.get("status_id", ""), project.get("user_id", "")
    values: Values = {
        "id": int(project["id"]),
        "name": project["name"],
        "module": account.modules.get(module, module) or None,
        "status_id": _id(status),
        "status": _label(account.statuses.get(status, ("", ""))[1] or project.get("status")),
        "status_group": account.groups.get(status),
        "user_id": _id(user),
        "user": _label(account.users.get(user) or project.get("user")),
        "deleted": int(project.get("deleted", deleted)),
    }
    if account.rows_hold_contacts:
        values |= {name: _id(str(project.get(name, ""))) for name in ("contact_id", "business_id")}
    return values


def values_of_card(project: Project, table: Table, account: AccountSchema, module: str) -> Values:
    """Return what the card of a project says; labels of status and user stand for their ids where a module has them."""
    values: Values = {"id": int(project["id"]), "name": project["name"]}
    values |= {name: _id(project.get(name, "")) for name in ("contact_id", "business_id")}
    if "deleted" in project:
        values["deleted"] = int(project["deleted"])
    schema = account.projects.get(module)
    for key, ids in (("status", schema["statuses"]), ("user", schema["users"])) if schema else ():
        label = project.get(key)
        same = [one for one, name in ids.items() if name == label]
        if len(same) == 1:
            values |= {key: label, f"{key}_id": int(same[0])}
            if key == "status":
                values["status_group"] = account.groups.get(same[0])
    return values | _fields(project["fields"], table)


def values_of_contact_row(contact: Contact) -> Values:
    """Return what a row of a search says of a contact."""
    return {
        "id": int(contact["id"]),
        "type": contact.get("type"),
        "name": contact["name"],
        "email": contact.get("email"),
        "phone": contact.get("phone"),
    }


def values_of_contact(contact: Contact, table: Table, *, family_name_first: bool) -> Values:
    """Return what the card of a contact says; what a row holds too is empty where the card lacks it."""
    row = values_of_contact_row(contact)
    if family_name_first and all(parts := name_parts(contact)):
        row["name"] = f"{parts[1]} {parts[0]}"
    return {**row, "business_id": _id(contact.get("business_id", "")), **_fields(contact["fields"], table)}


def name_parts(contact: Contact) -> tuple[str, str]:
    """Return the first and the last name that the card of a person tells."""
    first, last = (read_text(contact["fields"].get(name)) or "" for name in ("FirstName", "LastName"))
    return first, last


def shows_family_name_first(name: str, contact: Contact) -> bool:
    """Tell whether the name in a row begins with the family name, unlike the card's, as in Hungarian accounts."""
    first, last = name_parts(contact)
    if not first or not last or name.startswith(f"{first} ") or name.endswith(f" {last}"):
        return False
    return name.startswith(f"{last} ") or name.endswith(f" {first}")


def values_of_task(task: Task, users: Mapping[str, str]) -> Values:
    """Return what a list says of a task; without a status it is open."""
    user = task.get("user_id", "")
    return {
        "id": int(task["id"]),
        "comment": task["comment"],
        "status": task.get("status", "Open"),
        "deadline": task.get("deadline"),
        "user_id": _id(user),
        "user": users.get(user) or task.get("user"),
        "type": task.get("type"),
    }


def values_of_address(address: Address, table: Table) -> Values:
    """Return what the card of an address says."""
    contact = {"contact_id": int(address["contact_id"])} if "contact_id" in address else {}
    return {"id": int(address["id"]), "name": address["name"] or None, **contact, **_fields(address["fields"], table)}


def _fields(fields: Mapping[str, object], table: Table) -> Values:
    return {
        table.by_field[name].name: value_of(table.by_field[name], value)
        for name, value in fields.items()
        if name in table.by_field
    }


def unknown_fields(fields: Mapping[str, object], table: Table) -> list[str]:
    """Return the fields of a card that the table has no column for."""
    return [name for name, value in fields.items() if name not in table.by_field and read_labels(value) is None]


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _label(text: str | None) -> str | None:
    return text or None
