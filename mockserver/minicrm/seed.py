"""Reads the data (contacts, projects, tasks, addresses) out of the MiniCRM part of a seed document.

Values are parsed like those of a request, so a seed holds nothing that the API could not write.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from mockserver.crm.api import SeedError
from mockserver.minicrm.account import ACCOUNT_KEYS, READER, dump_account, parse_account
from mockserver.minicrm.connections.connection import Connection, read_connection
from mockserver.minicrm.documents.document import Document
from mockserver.minicrm.documents.seed import read_document
from mockserver.minicrm.endpoints import contacts as contact_endpoints
from mockserver.minicrm.endpoints import projects as project_endpoints
from mockserver.minicrm.endpoints import task_row
from mockserver.minicrm.endpoints.addresses import ADDRESS_FIELDS, Address
from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.task_row import TASK_STATUSES, Task, build_task_fields
from mockserver.minicrm.feed.kinds import FEED_KINDS
from mockserver.minicrm.files.stored_file import StoredFile, read_stored_file
from mockserver.minicrm.history.status_change import StatusChange, read_status_change
from mockserver.minicrm.mail.email import Email, read_email
from mockserver.minicrm.mail.template import Template, read_template
from mockserver.minicrm.products.product import Product, read_product
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import (
    BUILT_IN_CONTACT_FIELDS,
    Account,
    ContactType,
)
from mockserver.minicrm.seeding.rows import PATH, SeedReader, take_moment, take_row_id
from mockserver.minicrm.store import Row
from mockserver.minicrm.values import ZERO_DATES

FURTHER_KINDS: Mapping[type[Row], Callable[[SeedReader, dict[str, object], str], Row]] = {
    StatusChange: read_status_change,
    Email: read_email,
    Template: read_template,
    StoredFile: read_stored_file,
    Document: read_document,
    Connection: read_connection,
    Product: read_product,
    **FEED_KINDS,
}
"""What an account keeps beside projects and contacts with their tasks and addresses, each with the reader of a row."""

# The kinds of rows that an account keeps, in the order of their counts.
KINDS: tuple[type[Row], ...] = (Project, Contact, Task, Address, *FURTHER_KINDS)
KEYS = (*ACCOUNT_KEYS, *(kind.TABLE.kinds for kind in KINDS), "next_ids")
_HISTORY = ("CreatedAt", "CreatedBy", "UpdatedAt", "UpdatedBy")
_LIVE = ("StatusUpdatedAt", "IsPrivate")

AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, slots=True)
class Seed:
    """The MiniCRM part of a seed document, checked.

    Attributes:
        account: The account.
        document: The account as text, for the tables.
        rows: Its rows by kind.
        words: By kind and row id, the texts by which a full-text search finds a row.
        next_ids: The ids of the next new rows, where the seed decides them.
    """

    account: Account
    document: str
    rows: Mapping[type[Row], Sequence[Row]]
    words: Mapping[type[Row], Sequence[tuple[int, Sequence[str]]]]
    next_ids: Mapping[str, int]


def parse_seed(part: object, now: str) -> Seed:
    """Check the MiniCRM part of a seed document.

    Args:
        part: The part, as JSON was read.
        now: When rows that do not say it were created.

    Raises:
        SeedError: It has another shape; the message names the path and what to write instead.
    """
    seed = READER.take_object(part, PATH, KEYS)
    listed = parse_account(seed)
    unlisted = _find_unlisted(listed, READER.take_items(seed.get("projects", []), f"{PATH}.projects"))
    document = dump_account(seed, unlisted)
    reader = _Reader(parse_account(seed, unlisted), now)
    given = READER.take_object(seed.get("next_ids", {}), f"{PATH}.next_ids", [kind.TABLE.kind for kind in KINDS])
    next_ids = {key: READER.take_id(value, f"{PATH}.next_ids.{key}") for key, value in given.items()}
    contacts = _read_rows(seed, Contact, reader.read_contact)
    projects = _read_rows(seed, Project, reader.read_project)
    tasks = _read_rows(seed, Task, reader.read_task)
    addresses = _read_rows(seed, Address, reader.read_address)
    further = {kind: _read_rows(seed, kind, functools.partial(read, reader)) for kind, read in FURTHER_KINDS.items()}
    fields, modules = reader.account.contact_fields, reader.account.modules
    return Seed(
        account=reader.account,
        document=document,
        rows={Contact: contacts, Project: projects, Task: tasks, Address: addresses, **further},
        words={
            Contact: [(row.id, contact_endpoints.list_texts(fields[row.type], row)) for row in contacts],
            Project: [(row.id, project_endpoints.list_texts(modules[row.category_id].fields, row)) for row in projects],
        },
        next_ids=next_ids,
    )


@dataclass(frozen=True, slots=True)
class _Reader(SeedReader):
    """Reads the rows of contacts, projects, tasks and addresses."""

    def read_contact(self, part: dict[str, object], path: str) -> Contact:
        kind = cast(
            "ContactType", READER.take_word(part.pop("Type", None), f"{path}.Type", tuple(BUILT_IN_CONTACT_FIELDS))
        )
        contact = Contact(id=take_row_id(part, path), type=kind)
        self.read_history(contact, part, path)
        known = self.account.contact_fields[kind]
        READER.take_object(part, path, known)
        for name, value in self.parse(known, part, path).items():
            if name in contact_endpoints.COLUMNS:
                setattr(contact, contact_endpoints.COLUMNS[name], value)
            else:
                contact.fields[name] = value
        contact.deleted = contact.deleted or 0
        contact_endpoints.complete_contact(contact)
        return contact

    def read_project(self, part: dict[str, object], path: str) -> Project:
        module_id = READER.take_id(part.pop("CategoryId", None), f"{path}.CategoryId")
        if module_id not in self.account.modules:
            raise SeedError(f"{path}.CategoryId: there is no module {module_id} in {PATH}.modules")
        project = Project(id=take_row_id(part, path), category_id=module_id)
        self.read_history(project, part, path)
        since = part.pop("StatusUpdatedAt", project.created_at)
        project.status_updated_at = take_moment(since, f"{path}.StatusUpdatedAt")
        project.is_private = int(READER.take_flag(part.pop("IsPrivate", 0), f"{path}.IsPrivate"))
        for name, value in self.parse(self.account.modules[module_id].fields, part, path).items():
            if name in project_endpoints.COLUMNS:
                setattr(project, project_endpoints.COLUMNS[name], value)
            else:
                project.fields[name] = value
        project.name = project.name or ""
        project.deleted = project.deleted or 0
        return project

    def read_task(self, part: dict[str, object], path: str) -> Task:
        task = Task(
            id=take_row_id(part, path), project_id=READER.take_id(part.pop("ProjectId", None), f"{path}.ProjectId")
        )
        self.read_history(task, part, path)
        self._read_live(task, part, path)
        attachments = part.pop("Attachments", None)
        if attachments not in (None, []):  # PHP prints no attachments as an empty list
            task.attachments = READER.take_object(attachments, f"{path}.Attachments", ("FileName", "Url"))
        fields = build_task_fields(self.account)
        known = {name: fields[name] for name in task_row.COLUMNS}
        READER.take_object(part, path, known)
        READER.take_word(part.get("Status", "Open"), f"{path}.Status", TASK_STATUSES)
        for name, value in self.parse(known, part, path).items():
            setattr(task, task_row.COLUMNS[name], value)
        if task.status == "Closed":
            task.closed_at = task.closed_at or task.updated_at
        return task

    def _read_live(self, task: Task, part: dict[str, object], path: str) -> None:
        """Read what live servers print of a task beside the document."""
        task.mode = READER.take_text(part.pop("Mode", task.mode), f"{path}.Mode")
        if "ClosedAt" in part:
            closed_at = take_moment(part.pop("ClosedAt"), f"{path}.ClosedAt")
            task.closed_at = "" if closed_at in ZERO_DATES else closed_at
        task.closed_by = self.take_writer(part, "ClosedBy", path)
        notes = READER.take_items(part.pop("Notes", []), f"{path}.Notes")
        task.notes = [READER.take_object(*each, ("Comment", "CreatedBy", "CreatedAt")) for each in notes]
        try:
            task.members = task_row.parse_members(part.pop("Members", []))
        except RefusalError as refusal:
            raise SeedError(f"{path}.Members: {refusal.hints[0]}") from refusal

    def read_address(self, part: dict[str, object], path: str) -> Address:
        address = Address(
            id=take_row_id(part, path), contact_id=READER.take_id(part.pop("ContactId", None), f"{path}.ContactId")
        )
        self.read_history(address, part, path)
        known = {name: each for name, each in ADDRESS_FIELDS.items() if name != "ContactId"}
        READER.take_object(part, path, known)
        address.fields = self.parse(known, part, path)
        return address


def _read_rows(
    seed: Mapping[str, object], kind: type[AnyRow], read: Callable[[dict[str, object], str], AnyRow]
) -> list[AnyRow]:
    rows: list[AnyRow] = []
    seen: set[int] = set()
    key = kind.TABLE.kinds
    for item, row_path in READER.take_items(seed.get(key, []), f"{PATH}.{key}"):
        row = read(READER.take_object(item, row_path), row_path)
        if row.id in seen:
            raise SeedError(f"{row_path}.Id: {row.id} is used twice; write another id")
        seen.add(row.id)
        rows.append(row)
    return rows


def _find_unlisted(account: Account, projects: Sequence[tuple[object, str]]) -> dict[str, list[str]]:
    """Return the fields that projects hold though their module's schema does not list them, by module id."""
    found: dict[str, list[str]] = {}
    for item, path in projects:
        part = READER.take_object(item, path)
        module_id = READER.take_id(part.get("CategoryId"), f"{path}.CategoryId")
        module = account.modules.get(module_id)
        known = {*_HISTORY, *_LIVE, *(module.fields if module else ())}
        names = found.setdefault(str(module_id), [])
        for name in part:
            if name not in known and name not in names:
                names.append(READER.take_name(READER.take_text(name, path), f"{path}.{name}"))
    return found
