"""The Project endpoints: search, detail, create and update."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mockserver.minicrm import rules
from mockserver.minicrm.deviations import (
    DELETED_IS_INT,
    DETAIL_SHOWS_EVERY_FIELD,
    NAMES_ARE_LONG,
    SEARCH_IDS_ARE_INTS,
)
from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.request_context import RequestContext, render_history
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Field, Module
from mockserver.minicrm.store import NamedRow, Table, list_rows

# Where the built-in fields are kept; all others lie in `Project.fields`.
COLUMNS = {
    "Id": "id",
    "CategoryId": "category_id",
    "ContactId": "contact_id",
    "StatusId": "status_id",
    "UserId": "user_id",
    "Name": "name",
    "Deleted": "deleted",
    "ReferenceId": "reference_id",
}


# What live servers print beside the schema that the document shows, and take in searches: observed, grades A, B.
LIVE_FIELDS = {
    each.name: each for each in (Field("StatusUpdatedAt", "DateTime", "DateTime"), Field("IsPrivate", "Int", "Int"))
}
LIVE_COLUMNS = {"StatusUpdatedAt": "status_updated_at", "IsPrivate": "is_private"}
_HASH_LENGTH = 30
_MAIL_DOMAIN = "db.minicrm.example"


@dataclass(slots=True, kw_only=True)
class Project(NamedRow):
    """One project; `fields` holds what its module's schema adds."""

    TABLE: ClassVar[Table] = Table(
        "project",
        "projects",
        {
            "by_category": "(category_id, deleted)",
            "by_contact": "(contact_id, deleted)",
            "by_status": "(status_id, deleted)",
            "by_user": "(user_id, deleted)",
            "out_of_trash": "(id) WHERE deleted = 0",
            "in_trash": "(id) WHERE deleted = 1",
            "by_name": "(name)",
            "by_reference": "(reference_id)",
            "by_update": "(updated_at, deleted)",
        },
        has_words=True,
    )
    category_id: int
    contact_id: int | None = None
    status_id: int | None = None
    user_id: int | None = None
    deleted: int = 0
    status_updated_at: str = ""
    is_private: int = 0


def get_project(context: RequestContext) -> object:
    """Answer `GET /Project/{id}`.

    Source: Project (GET).
    """
    return render_project(context, context.read_target(Project))


def get_project_by_reference(context: RequestContext, reference: str) -> object:
    """Answer `GET /Project?ReferenceId=` with the detail of the one project; of several, the oldest (assumed).

    Source: Project (GET).
    """
    found = list_rows(context.connection, Project, "reference_id = ?", (reference,), limit=2)
    if not found:
        raise RefusalError(rules.WRONG_ID, hints=[f"no project has the ReferenceId {reference!r}"])
    if len(found) > 1:
        context.hints.append(f"several projects have the ReferenceId {reference!r}; the lowest id was taken")
    return render_project(context, found[0])


def render_project(context: RequestContext, project: Project) -> dict[str, object]:
    """Return the detail of a project: the built-in fields, then those it holds, in the order they were written."""
    module = context.account.modules[project.category_id]
    detail: dict[str, object] = {
        "Id": project.id,
        "CategoryId": project.category_id,
        "ContactId": project.contact_id or 0,
        "StatusId": context.print_field(module.fields["StatusId"], project.status_id),
        "UserId": context.print_field(module.fields["UserId"], project.user_id),
        "Name": project.name,
        "Deleted": project.deleted if context.observes(DELETED_IS_INT) else str(project.deleted),
    }
    held = {name: context.print_field(module.fields[name], value) for name, value in project.fields.items()}
    if not context.observes(DETAIL_SHOWS_EVERY_FIELD):
        return {**detail, **held}
    live = _render_live(context, project)
    empty = {name: context.print_field(each, None) for name, each in module.schema.items() if name not in detail}
    return {**detail, **empty, **live, **held}


def _render_live(context: RequestContext, project: Project) -> dict[str, object]:
    """Return what a detail prints beside the fields of the schema (observed, grade A); no Tags."""
    own, mailbox = make_hash(f"{project.id}"), make_hash(f"mail {project.id}")
    return {
        "StatusUpdatedAt": project.status_updated_at,
        "IsPrivate": project.is_private,
        "Invited": [],
        **render_history(context.account, project),
        "BusinessId": find_businesses(context.connection, [project]).get(project.id) or 0,
        "ProjectHash": own,
        "ProjectEmail": f"{own}-{mailbox}@{_MAIL_DOMAIN}",
    }


def find_written_fields(context: RequestContext, module: Module) -> Mapping[str, Field]:
    """Return the fields that a write takes: the name is shorter in the document than on live servers."""
    if context.observes(NAMES_ARE_LONG):
        return module.fields
    return {**module.fields, "Name": module.schema["Name"]}


def make_hash(seed: str) -> str:
    """Return 30 small letters and digits (observed, grade A), always the same for the same seed."""
    return hashlib.sha256(f"minicrm {seed}".encode()).hexdigest()[:_HASH_LENGTH]


def render_row(context: RequestContext, project: Project, business_id: int | None) -> dict[str, object]:
    """Return a project as a search result.

    Source: Project search (full-text).
    """
    name_and_url = {"Name": project.name, "Url": context.build_url("Project", project.id)}
    if not context.observes(SEARCH_IDS_ARE_INTS):
        return {
            "Id": str(project.id),
            **name_and_url,
            "StatusId": str(project.status_id or ""),
            "UserId": str(project.user_id or ""),
            "Deleted": str(project.deleted),
        }
    row: dict[str, object] = {
        "Id": project.id,
        **name_and_url,
        "ContactId": project.contact_id or 0,
        "StatusId": project.status_id or 0,
        "UserId": project.user_id or 0,
        "Deleted": project.deleted,
    }
    return row if business_id is None else {**row, "BusinessId": business_id}


def find_businesses(connection: sqlite3.Connection, projects: Sequence[Project]) -> dict[int, int]:
    """Return the business behind each project's contact, by project id; a business is its own (assumed)."""
    contact_ids = {project.contact_id for project in projects if project.contact_id is not None}
    places = ", ".join("?" for _ in contact_ids)
    contacts = {each.id: each for each in list_rows(connection, Contact, f"id IN ({places})", tuple(contact_ids))}
    businesses: dict[int, int] = {}
    for project in projects:
        contact = contacts.get(project.contact_id or 0)
        business = contact and find_business_of(contact)
        if business:
            businesses[project.id] = business
    return businesses


def find_business_of(contact: Contact) -> int | None:
    """Return the business that a person belongs to; a business is its own."""
    return contact.id if contact.type == "Business" else contact.business_id


def list_texts(known: Mapping[str, Field], project: Project) -> list[str]:
    """Return the texts by which the full-text search finds a project.

    They are its name and its text fields (assumed: no choices, and nothing of its contact).
    """
    texts = [
        value
        for name, value in project.fields.items()
        if isinstance(value, str) and known[name].kind in {"Text", "Any"}
    ]
    return [project.name, *texts]
