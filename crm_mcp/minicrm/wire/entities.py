"""How one MiniCRM object becomes a model: which keys are common, and what stays under `fields`. Pure.

Under `fields` stands whatever has no key of its own, with the name that a write takes it by.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, cast

from crm_mcp.minicrm.models import Address, AddressRow, Contact, Module, Project, Schema, SchemaField, Task
from crm_mcp.minicrm.wire.values import (
    as_object,
    read_date,
    read_flag,
    read_id,
    read_label,
    read_labels,
    read_text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ContactType = Literal["Person", "Business"]

_PROJECT = frozenset({"Id", "Name", "CategoryId", "ContactId", "BusinessId", "StatusId", "UserId", "Deleted"})
_CONTACT = frozenset({"Id", "Name", "Type", "Email", "Phone", "BusinessId", "Deleted"})
_API_LINK = frozenset({"Url"})
"""In a row, `Url` is the API's own link, which is never followed; in a contact's detail it is the website."""
_TASK = frozenset({"Id", "ProjectId", "UserId", "Type", "Status", "Deadline", "Comment"})
_ADDRESS = frozenset({"Id", "ContactId", "Name"})
_NAME_OF_PERSON = frozenset({"FirstName", "LastName"})
_OTHERS_OF_PERSON = frozenset({"BusinessId", "Position"})


def _present(**entries: object) -> dict[str, object]:
    return {key: value for key, value in entries.items() if value is not None}


def _without(row: Mapping[str, object], names: Collection[str]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in names}


def project_of(project_id: str, row: Mapping[str, object], *, is_detail: bool) -> Project:
    """Return a project from a row of a search or from a detail."""
    entries = _present(
        id=project_id,
        name=read_text(row.get("Name")) or "",
        module_id=read_id(row.get("CategoryId")),
        contact_id=read_id(row.get("ContactId")),
        business_id=read_id(row.get("BusinessId")),
        status=read_label(row.get("StatusId")),
        status_id=read_id(row.get("StatusId")),
        user=read_label(row.get("UserId")),
        user_id=read_id(row.get("UserId")),
        deleted=read_flag(row.get("Deleted")),
        fields=_without(row, _PROJECT if is_detail else _PROJECT | _API_LINK),
    )
    return cast("Project", entries)


def contact_of(contact_id: str, row: Mapping[str, object], *, is_detail: bool) -> Contact:
    """Return a contact from a row of a search or from a detail."""
    first_and_last = (read_text(row.get("FirstName")), read_text(row.get("LastName")))
    entries = _present(
        id=contact_id,
        name=read_text(row.get("Name")) or " ".join(name for name in first_and_last if name),
        type=_contact_type(row, is_detail=is_detail),
        email=read_text(row.get("Email")),
        phone=read_text(row.get("Phone")),
        business_id=read_id(row.get("BusinessId")),
        deleted=read_flag(row.get("Deleted")),
        fields=_without(row, _CONTACT if is_detail else _CONTACT | _API_LINK),
    )
    return cast("Contact", entries)


def _contact_type(row: Mapping[str, object], *, is_detail: bool) -> ContactType | None:
    """Return the type from the word, else from the keys: a live detail gives a label in the account's language."""
    if row.get("Type") in ("Person", "Business"):
        return cast("ContactType", row["Type"])
    if not _NAME_OF_PERSON.isdisjoint(row):
        return "Person"
    if is_detail and "Name" in row:
        return "Business"
    if not _OTHERS_OF_PERSON.isdisjoint(row):
        return "Person"
    return "Business" if is_detail else None  # a row may lack every key of a person and be one


def task_of(task_id: str, row: Mapping[str, object], *, is_detail: bool) -> Task:
    """Return a task from a row of a list or from a detail."""
    known = _TASK if is_detail else _TASK | _API_LINK
    entries = _present(
        id=task_id,
        comment=read_text(row.get("Comment")) or "",
        status=read_text(row.get("Status")),
        deadline=read_date(row.get("Deadline")),
        project_id=read_id(row.get("ProjectId")),
        user=read_label(row.get("UserId")),
        user_id=read_id(row.get("UserId")),
        type=read_label(row.get("Type")),
        type_id=read_id(row.get("Type")),
        fields=_without(row, known) or None,
    )
    return cast("Task", entries)


def address_row_of(address_id: str, value: object) -> AddressRow:
    """Return a row of a list of addresses: text, or the structured form `{"Id", "Address", "Url"}`."""
    structured = as_object(value)
    label = read_text(value if structured is None else structured.get("Address"))
    return {"id": address_id, "label": label or ""}


def address_of(address_id: str, row: Mapping[str, object]) -> Address:
    """Return an address from a detail."""
    entries = _present(
        id=address_id,
        name=read_text(row.get("Name")) or "",
        contact_id=read_id(row.get("ContactId")),
        fields=_without(row, _ADDRESS),
    )
    return cast("Address", entries)


def module_of(module_id: str, value: object) -> Module:
    """Return a module from its name or, in the detailed form, from its settings.

    The settings' own `Id` is left out: the document prints 1 under the key "3", and other calls take the key.
    """
    settings = as_object(value)
    if settings is None:
        return {"id": module_id, "name": read_text(value) or ""}
    entries = _present(
        id=module_id,
        name=read_text(settings.get("Name")) or "",
        type=read_text(settings.get("Type")),
        fields=_without(settings, {"Id", "Name", "Type"}) or None,
    )
    return cast("Module", entries)


def schema_of(body: Mapping[str, object]) -> Schema:
    """Return a schema; users, statuses and modules are the choices of the fields that hold their ids."""
    fields = [_schema_field(name, value) for name, value in body.items()]
    choices = {field["name"]: field.get("choices", {}) for field in fields}
    return {
        "fields": fields,
        "statuses": choices.get("StatusId", {}),
        "users": choices.get("UserId", {}),
        "modules": choices.get("CategoryId", {}),
    }


def _schema_field(name: str, value: object) -> SchemaField:
    choices = read_labels(value)
    if choices is None:
        return {"name": name, "type": read_text(value) or ""}
    return {"name": name, "type": _choice_type(name, choices), "choices": choices}


def _choice_type(name: str, choices: Mapping[str, str]) -> str:
    """Name the type of a field with choices: the schema itself does not tell an Enum from a Set.

    A Set's ids are powers of two (documented). A field that kept its first name says what it is (observed); any other
    whose ids could all be bits stays open.
    """
    if name in ("CategoryId", "StatusId", "UserId", "BusinessId"):
        return name
    if re.fullmatch(r"Set[0-9]+", name):
        return "Set"
    if re.fullmatch(r"Enum[0-9]+", name):
        return "Enum"
    bits = [int(key) for key in choices if read_id(key)]
    could_be_set = len(bits) == len(choices) > 0 and all(bit & (bit - 1) == 0 for bit in bits)
    return "Enum or Set" if could_be_set else "Enum"
