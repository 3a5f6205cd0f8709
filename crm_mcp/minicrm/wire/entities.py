"""One MiniCRM object made into a model: the fields that have keys in the field table, the others under `fields`. Pure.

Under `fields` a value is untouched and stands under the name that a write takes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, cast

from crm_mcp.minicrm.field_table import ADDRESS, CONTACT, PROJECT, TASK
from crm_mcp.minicrm.models import Address, Contact, Module, Project, Schema, SchemaField, Task
from crm_mcp.minicrm.wire.bodies import as_object, read_date, read_flag, read_id, read_label, read_labels, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crm_mcp.minicrm.field_table import Entity

ContactType = Literal["Person", "Business"]

_READERS: Mapping[str, Callable[[object], object]] = {
    "text": read_text,
    "id": read_id,
    "choice": read_id,
    "flag": read_flag,
    "date": read_date,
}
_NAME_OF_PERSON = frozenset({"FirstName", "LastName"})
_OTHERS_OF_PERSON = frozenset({"BusinessId", "Position"})


def _entries(entity: Entity, object_id: str, row: Mapping[str, object], *, is_detail: bool) -> dict[str, object]:
    """Return the entries of a model: each key of the table whose value is not empty, and `fields`.

    In a row `Url` is the API's own link, which is never followed; in a contact's detail it is the website.
    """
    title = entity.by_name[entity.title].key
    entries: dict[str, object] = {"id": object_id, title: read_text(row.get(entity.title)) or ""}
    for field in entity.keyed:
        value = row.get(field.name)
        if field.kind == "choice":
            entries[field.label_key] = read_label(value)
        entries.setdefault(field.key, _READERS[field.kind](value))
    keyed = {*(field.name for field in entity.keyed), *(() if is_detail else ("Url",))}
    fields = {name: value for name, value in row.items() if name not in keyed}
    return {**{key: value for key, value in entries.items() if value is not None}, "fields": fields}


def project_of(project_id: str, row: Mapping[str, object], *, is_detail: bool) -> Project:
    """Return a project from a row of a search or from a detail."""
    return cast("Project", _entries(PROJECT, project_id, row, is_detail=is_detail))


def contact_of(contact_id: str, row: Mapping[str, object], *, is_detail: bool) -> Contact:
    """Return a contact from a row of a search or from a detail."""
    first_and_last = (read_text(row.get("FirstName")), read_text(row.get("LastName")))
    name = read_text(row.get("Name")) or " ".join(name for name in first_and_last if name)
    row = {**row, "Name": name, "Type": _contact_type(row, is_detail=is_detail)}
    return cast("Contact", _entries(CONTACT, contact_id, row, is_detail=is_detail))


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
    """Return a task from a row of a list or from a detail; without `fields` where there are none."""
    entries = _entries(TASK, task_id, row, is_detail=is_detail)
    if not entries["fields"]:
        del entries["fields"]
    return cast("Task", entries)


def address_of(address_id: str, row: Mapping[str, object]) -> Address:
    """Return an address from a detail."""
    return cast("Address", _entries(ADDRESS, address_id, row, is_detail=True))


def module_of(module_id: str, value: object) -> Module:
    """Return a module from its name or, in the detailed form, from its settings.

    The settings' own `Id` is left out: the document prints 1 under the key "3", and other calls take the key.
    """
    settings = as_object(value)
    if settings is None:
        return {"id": module_id, "name": read_text(value) or ""}
    module: Module = {"id": module_id, "name": read_text(settings.get("Name")) or ""}
    if module_type := read_text(settings.get("Type")):
        module["type"] = module_type
    if others := {name: value for name, value in settings.items() if name not in ("Id", "Name", "Type")}:
        module["fields"] = others
    return module


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
    """Return the type of a field with choices, since the schema has the same shape for an Enum and a Set.

    A Set's ids are powers of two (documented), and a field that was not renamed has its type as its name (observed).
    Any other whose ids are all powers of two may be either.
    """
    if name in PROJECT.chosen or name == "BusinessId":
        return name
    if re.fullmatch(r"Set[0-9]+", name):
        return "Set"
    if re.fullmatch(r"Enum[0-9]+", name):
        return "Enum"
    bits = [int(key) for key in choices if read_id(key)]
    could_be_set = len(bits) == len(choices) > 0 and all(bit & (bit - 1) == 0 for bit in bits)
    return "Enum or Set" if could_be_set else "Enum"
