"""The fake's own state as plain rows, read from a snapshot: what a copy of the account must hold, for judges.

Neither the client nor the fake's API code has a part in it: tables and setup are read here anew. Names are those of the
replica's tables: lower case, a choice as its label, what has no value None. A number that is not set
is None too, though the API prints 0.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

ZERO_DATES = {"", "0000-00-00", "0000-00-00 00:00:00", "1970-01-01 01:00:00"}
_IVINEX_SYSTEM = ("collection_id", "created_by", "created_date", "modified_by", "modified_date")


@dataclass(frozen=True, slots=True)
class Database:
    """All that an account of each CRM holds, by id.

    Attributes:
        projects: Of all modules, the trash included; each has the fields of its module alone.
        documents: By kind and id; `items` are the names of theirs, in order.
        ivinex: By the module's name, its records by id, every value text or None.
        field_types: By the module's name, the type of each of its fields as the seed names it, by lower-case name.
    """

    projects: dict[int, Row] = field(default_factory=dict[int, Row])
    contacts: dict[int, Row] = field(default_factory=dict[int, Row])
    tasks: dict[int, Row] = field(default_factory=dict[int, Row])
    addresses: dict[int, Row] = field(default_factory=dict[int, Row])
    documents: dict[tuple[str, int], Row] = field(default_factory=dict[tuple[str, int], Row])
    users: dict[int, str] = field(default_factory=dict[int, str])
    statuses: dict[int, Row] = field(default_factory=dict[int, Row])
    ivinex: dict[str, dict[str, Row]] = field(default_factory=dict[str, dict[str, Row]])
    field_types: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])


def read_database(snapshot: bytes) -> Database:
    """Read what `GET /_control/snapshot` gave."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(snapshot)
        connection.row_factory = sqlite3.Row
        database = Database()
        _read_minicrm(connection, database)
        _read_ivinex(connection, database)
        return database


def _read_minicrm(connection: sqlite3.Connection, database: Database) -> None:
    (document,) = connection.execute("SELECT document FROM minicrm_account").fetchone()
    account: Mapping[str, Any] = json.loads(document)["account"]
    database.users.update({int(key): name for key, name in account.get("users", {}).items()})
    modules = {int(key): module for key, module in account.get("modules", {}).items()}
    for module in modules.values():
        database.field_types[module["name"]] = {
            name.lower(): spec["type"] for name, spec in module.get("fields", {}).items()
        }
        for key, status in module.get("statuses", {}).items():
            group = status.get("group", "Open")
            database.statuses[int(key)] = {"label": status["label"], "group": group, "module": module["name"]}
    for row in connection.execute("SELECT * FROM minicrm_contact"):
        database.contacts[row["id"]] = _read_contact(row, account)
    for row in connection.execute("SELECT * FROM minicrm_project"):
        database.projects[row["id"]] = _read_project(row, modules[row["category_id"]], database)
    for row in connection.execute("SELECT * FROM minicrm_task"):
        database.tasks[row["id"]] = _read_task(row, account, database)
    for row in connection.execute("SELECT * FROM minicrm_address"):
        database.addresses[row["id"]] = _read_address(row)
    for row in connection.execute("SELECT * FROM minicrm_document"):
        database.documents[row["kind"].lower(), row["id"]] = _read_document(row, database)


def _read_contact(row: sqlite3.Row, account: Mapping[str, Any]) -> Row:
    own = account.get("contact_fields", {}).get(row["type"], {})
    return {
        **_read_fields(json.loads(row["fields"]), own),
        **_read_history(row),
        "id": row["id"],
        "type": row["type"],
        "name": row["name"] or None,
        "business_id": row["business_id"],
        "reference_id": row["reference_id"],
        "deleted": row["deleted"],
    }


def _read_project(row: sqlite3.Row, module: Mapping[str, Any], database: Database) -> Row:
    contact = database.contacts.get(row["contact_id"], {})
    business_id = contact.get("id") if contact.get("type") == "Business" else contact.get("business_id")
    status = database.statuses.get(row["status_id"], {})
    return {
        **dict.fromkeys(database.field_types[module["name"]]),
        **_read_fields(json.loads(row["fields"]), module.get("fields", {})),
        **_read_history(row),
        "id": row["id"],
        "module": module["name"],
        "name": row["name"] or None,
        "status": status.get("label"),
        "status_id": row["status_id"],
        "status_group": status.get("group"),
        "user": database.users.get(row["user_id"]),
        "user_id": row["user_id"],
        "contact_id": row["contact_id"],
        "contact": contact.get("name"),
        "business_id": business_id,
        "business": database.contacts.get(business_id or 0, {}).get("name"),
        "reference_id": row["reference_id"],
        "deleted": row["deleted"],
    }


def _read_task(row: sqlite3.Row, account: Mapping[str, Any], database: Database) -> Row:
    return {
        **_read_history(row),
        "id": row["id"],
        "project_id": row["project_id"],
        "comment": row["comment"] or None,
        "status": row["status"],
        "deadline": _read_moment(row["deadline"]),
        "user": database.users.get(row["user_id"]),
        "user_id": row["user_id"],
        "type": account.get("task_types", {}).get(str(row["type"])),
    }


def _read_document(row: sqlite3.Row, database: Database) -> Row:
    card = database.projects.get(row["project_id"], {})
    dates = {"issued": "issued", "due": "prompt", "delivery": "performance", "paid_on": "paid"}
    texts = {name: name for name in ("number", "type", "subject", "payment_method")} | {"currency": "currency_code"}
    sums = {"amount": "amount", "net": "amount_net", "vat": "amount_vat"}
    return {
        **{name: row[column] or None for name, column in (dates | texts).items()},
        **{name: float(row[column]) for name, column in sums.items()},
        **{name: card.get(name) for name in ("status", "status_group")},
        "project_id": row["project_id"],
        "storno_id": row["storned_id"],
        "items": [item["Name"] for item in json.loads(row["items"])],
    }


def _read_address(row: sqlite3.Row) -> Row:
    fields: Mapping[str, Any] = json.loads(row["fields"])
    names = {"country": "CountryId", "postal_code": "PostalCode"}
    names |= {name.lower(): name for name in ("Type", "Name", "City", "County", "Address")}
    return {
        **_read_history(row),
        **{name: fields.get(key) or None for name, key in names.items()},
        "id": row["id"],
        "contact_id": row["contact_id"],
    }


def _read_history(row: sqlite3.Row) -> Row:
    return {"created_at": _read_moment(row["created_at"]), "updated_at": _read_moment(row["updated_at"])}


def _read_fields(values: Mapping[str, Any], known: Mapping[str, Any]) -> Row:
    return {name.lower(): _read_value(value, known.get(name, {})) for name, value in values.items()}


def _read_value(value: Any, spec: Mapping[str, Any]) -> Any:
    kind = spec.get("type", "")
    choices: Mapping[str, str] = spec.get("choices", {})
    if kind == "Enum":
        return choices.get(str(value))
    if kind == "Set":
        return _join(label for key, label in sorted(choices.items(), key=_by_id) if (value or 0) & int(key))
    if kind == "DateTime":
        return _read_moment(value)
    return None if value == "" else value


def _by_id(item: tuple[str, str]) -> int:
    return int(item[0])


def _join(labels: Iterable[str]) -> str | None:
    return ", ".join(labels) or None


def _read_moment(text: str | None) -> str | None:
    return None if text is None or text in ZERO_DATES else text


def _read_ivinex(connection: sqlite3.Connection, database: Database) -> None:
    for module_id, text in connection.execute("SELECT id, definition FROM ivinex_module").fetchall():
        definition: Mapping[str, Any] = json.loads(text)
        fields: Mapping[str, Any] = definition.get("fields", {})
        records: dict[str, Row] = {}
        for values in connection.execute(f"SELECT * FROM ivinex_record_{int(module_id)}"):
            record = dict(zip((*_IVINEX_SYSTEM, *fields), values, strict=True))
            own = {name: _read_ivinex_value(record[name], spec) for name, spec in fields.items()}
            records[str(values[0])] = {**record, **own, "id": str(values[0])}
        name = definition.get("name", module_id)
        database.ivinex[name] = records
        database.field_types[f"ivinex {name}"] = {key: spec.get("type", "text") for key, spec in fields.items()}


def _read_ivinex_value(value: str | None, spec: Mapping[str, Any]) -> str | None:
    options: Mapping[str, str] = spec.get("options", {})
    return options.get(value, value) if value else None
