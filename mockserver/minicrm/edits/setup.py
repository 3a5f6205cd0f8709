"""Changing the account itself: users, modules, statuses, fields and their choices.

What records hold follows: a field or choice that is gone is gone from them, and so is what does not fit a field's new
type. No record's `UpdatedAt` moves (assumed). What records cannot be without is not removed under them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import cast

from mockserver.crm.edits import EditError, merge
from mockserver.minicrm.account import dump_account, load_account
from mockserver.minicrm.endpoints import contacts, projects
from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.task_row import Task
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Account, Field
from mockserver.minicrm.store import (
    NamedRow,
    count_rows,
    list_rows,
    read_account_document,
    save_account,
    save_row,
    save_words,
)
from mockserver.minicrm.values import parse_value, print_value

SETUP_KEYS = ("users", "modules", "contact_fields", "task_types")


def edit_setup(connection: sqlite3.Connection, changes: Mapping[str, object]) -> None:
    """Change the account by a merge patch, and what its records hold with it.

    Raises:
        SeedError: What comes out is no account.
        EditError: The patch changes something else, or removes what records need.
    """
    for key in changes:
        if key not in SETUP_KEYS:
            raise EditError(f"setup.{key}: a setup has {', '.join(SETUP_KEYS)}.")
    document = read_account_document(connection)
    kept = json.loads(document)
    before = load_account(document)
    changed = dump_account(cast("dict[str, object]", merge(kept["account"], changes)), kept["unlisted"])
    after = load_account(changed)
    _refuse_orphans(connection, after)
    save_account(connection, changed)
    _follow(connection, before, after)


def _refuse_orphans(connection: sqlite3.Connection, after: Account) -> None:
    """Refuse to remove a module, status or user that a record has."""
    statuses = [status_id for module in after.modules.values() for status_id in module.statuses]
    needed = (
        (Project, "category_id", after.modules, "module"),
        (Project, "status_id", statuses, "status"),
        (Project, "user_id", after.users, "user"),
        (Task, "user_id", after.users, "user"),
    )
    for kind, column, ids, noun in needed:
        places = ", ".join("?" for _ in ids)
        if count := count_rows(connection, kind, f"{column} NOT IN ({places})", tuple(ids)):
            raise EditError(f"setup: {count} {kind.TABLE.kinds} have a {noun} that would be gone; change them first.")


def _follow(connection: sqlite3.Connection, before: Account, after: Account) -> None:
    for module_id, module in after.modules.items():
        if module_id not in before.modules:
            continue
        old = before.modules[module_id].fields
        for project in list_rows(connection, Project, "category_id = ?", (module_id,)):
            if _fit(project, old, module.fields):
                save_row(connection, project)
                save_words(connection, Project, project.id, projects.list_texts(module.fields, project))
    for contact in list_rows(connection, Contact, "1", ()):
        new = after.contact_fields[contact.type]
        if _fit(contact, before.contact_fields[contact.type], new):
            save_row(connection, contact)
            save_words(connection, Contact, contact.id, contacts.list_texts(new, contact))


def _fit(row: NamedRow, old: Mapping[str, Field], new: Mapping[str, Field]) -> bool:
    """Leave a row what its fields can hold now, and tell whether that changed it."""
    fitting = {name: _convert(value, old[name], new[name]) for name, value in row.fields.items() if name in new}
    is_changed = fitting != row.fields
    row.fields = fitting
    return is_changed


def _convert(value: object, old: Field, new: Field) -> object:
    if old == new or value is None:
        return value
    if new.kind == old.kind == "Set" and isinstance(value, int):
        return (value & sum(new.choices)) or None
    if new.kind == old.kind:
        return value if not new.choices or value in new.choices else None
    try:
        return parse_value(new, print_value(old, value))
    except RefusalError:
        return None
