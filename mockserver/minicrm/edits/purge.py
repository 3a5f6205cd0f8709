"""Deleting a record for good, with what cannot be without it: no search and no detail tells that it ever was.

A card has no life without its contact, nor a task without its card, nor an address without its contact: they go with it
(assumed). People of a company that is purged stay, without a company.
"""

from __future__ import annotations

from mockserver.minicrm.connections.connection import Connection
from mockserver.minicrm.endpoints.addresses import Address
from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.endpoints.task_row import Task
from mockserver.minicrm.history.status_change import StatusChange
from mockserver.minicrm.mail.email import Email
from mockserver.minicrm.store import Row, delete_rows, list_rows


def purge(context: RequestContext, row: Row) -> None:
    """Delete a record that exists."""
    connection, kind = context.connection, type(row)
    if kind is Contact:
        delete_rows(connection, Address, "contact_id = ?", (row.id,))
        for project in list_rows(connection, Project, "contact_id = ?", (row.id,)):
            purge(context, project)
        for person in list_rows(connection, Contact, "business_id = ?", (row.id,)):
            person.business_id = None
            person.updated_at, person.updated_by = context.now, None
            context.save(person)
    if kind is Project:
        for each in (Task, StatusChange, Email):
            delete_rows(connection, each, "project_id = ?", (row.id,))
        delete_rows(connection, Connection, "from_project_id = ? OR to_project_id = ?", (row.id, row.id))
    delete_rows(connection, kind, "id = ?", (row.id,))
    context.note_deleted(row)
