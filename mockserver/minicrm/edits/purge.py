"""Deleting a record for good, with what cannot be without it: no search and no detail tells that it ever was.

A card has no life without its contact, nor a task without its card, nor an address without its contact: they go with it
(assumed). People of a company that is purged stay, without a company.
"""

from __future__ import annotations

import sqlite3

from mockserver.minicrm.endpoints.addresses import Address
from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.task_row import Task
from mockserver.minicrm.store import Row, delete_rows, list_rows, save_row


def purge(connection: sqlite3.Connection, kind: type[Row], record_id: int, now: str) -> None:
    """Delete a record that exists."""
    if kind is Contact:
        delete_rows(connection, Address, "contact_id = ?", (record_id,))
        for project in list_rows(connection, Project, "contact_id = ?", (record_id,)):
            purge(connection, Project, project.id, now)
        for person in list_rows(connection, Contact, "business_id = ?", (record_id,)):
            person.business_id = None
            person.updated_at, person.updated_by = now, None
            save_row(connection, person)
    if kind is Project:
        delete_rows(connection, Task, "project_id = ?", (record_id,))
    delete_rows(connection, kind, "id = ?", (record_id,))
