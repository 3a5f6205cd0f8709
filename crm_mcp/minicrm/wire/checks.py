"""What may go into a MiniCRM request: ids, criteria and fields are checked here before anything is sent. Pure.

Whether a field exists and a label is known takes a schema, see `account.schema`.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, cast

from crm_mcp.crm.name_matching import shown
from crm_mcp.errors import InputError
from crm_mcp.minicrm.field_table import CONTACT_TYPES
from crm_mcp.minicrm.wire.bodies import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crm_mcp.minicrm.field_table import Entity

_ID = re.compile(r"[0-9]{1,18}")
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?)?", re.ASCII)
_MAX_DEPTH = 10

_WHERE_IDS_ARE = {
    "module_id": "list_modules gives module ids.",
    "project_id": "search_projects gives project ids.",
    "contact_id": "search_contacts gives contact ids.",
    "task_id": "get_project_tasks gives task ids.",
    "address_id": "list_addresses gives address ids.",
    "email_id": "list_emails gives email ids.",
}


def check_id(name: str, value: object) -> str:
    """Return an id as text: one to 18 digits, so that nothing else ever becomes part of a path; 007 is 7."""
    text = "" if isinstance(value, float) else read_text(value) or ""
    if not _ID.fullmatch(text):
        raise InputError(
            f"{name} must be a MiniCRM id, which is digits only, such as 1234, not {shown(value)}.",
            hint=_WHERE_IDS_ARE.get(name, ""),
        )
    return text.lstrip("0") or text


def check_page(page: int) -> int:
    """Return a page number, a whole one from 0."""
    if isinstance(page, bool) or not isinstance(page, int) or page < 0:  # pyright: ignore[reportUnnecessaryIsInstance]  # arguments come from outside
        raise InputError(f"page must be a whole number from 0, not {shown(page)}.")
    return page


def check_text(name: str, value: object) -> str:
    """Return a query value as text that is not empty; a boolean is written 1 or 0, as the CRM writes `Deleted`."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if not isinstance(value, str | int | float):
        raise InputError(f"{name} must be text, not {shown(value)}.", hint="Give one value to a criterion.")
    _check_sendable(name, value)
    text = str(value)
    if not text.strip():
        raise InputError(f"{name} is empty.", hint="Give it a value, or leave it out.")
    return text


def check_criteria(criteria: Mapping[str, object]) -> dict[str, str]:
    """Return search criteria as a query, in the order given."""
    query: dict[str, str] = {}
    for name, value in criteria.items():
        _check_name(name)
        if name == "Page":
            raise InputError("Page is not a criterion.", hint="Follow next_cursor instead.")
        text = check_text(name, value)
        query[name] = _local_time(text) if name == "UpdatedSince" else text
    return query


def _local_time(text: str) -> str:
    """Return `UpdatedSince` as the CRM takes it: a date, or a date and time with a space and seconds."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise InputError(
            f"UpdatedSince must be a date or date-time, not {shown(text)}.",
            hint="Write 2026-01-31 or 2026-01-31 12:00:00.",
        )
    date, time, seconds = match.groups()
    return f"{date} {time}{seconds or ':00'}" if time else date


def check_create(entity: Entity, fields: Mapping[str, object]) -> dict[str, object]:
    """Return the body of a create, which must hold what the CRM requires of a new object of this kind."""
    body = check_fields(fields)
    missing = [name for name in entity.required if body.get(name) in (None, "")]
    if missing:
        raise InputError(f"{' and '.join(missing)} must be given.", hint="MiniCRM requires it of every new one.")
    for field in entity.fields:
        if field.required and field.kind == "id":
            check_id(field.key, body[field.name])
    return body


def check_contact_name(fields: dict[str, object]) -> dict[str, object]:
    """Return the fields of a new contact, which needs a `Type` and a name (observed)."""
    contact_type = fields["Type"]
    if contact_type not in [*CONTACT_TYPES]:  # fields hold any JSON, lists too
        raise InputError("Type must be Person or Business.", hint="Write the English word, not a label or an id.")
    names = ("Name",) if contact_type == "Business" else ("FirstName", "LastName")
    if not any((read_text(fields.get(name)) or "").strip() for name in names):
        wanted = "Name" if contact_type == "Business" else "FirstName or LastName"
        raise InputError(f"A new {contact_type} needs {wanted}.", hint="Give it in `fields`.")
    return fields


def check_update(entity: Entity, fields: Mapping[str, object]) -> dict[str, object]:
    """Return the body of an update, which must not hold what the CRM does not change."""
    return check_fields(fields, refused=("Id", *entity.fixed))


def check_fields(fields: Mapping[str, object], *, refused: Iterable[str] = ("Id",)) -> dict[str, object]:
    """Return fields with untouched values, any that JSON carries, but flags as 1 or 0 as the CRM has them."""
    if not fields:
        raise InputError("There is nothing to write: `fields` is empty.", hint="Name at least one field.")
    for name, value in fields.items():
        _check_name(name)
        _check_sendable(name, value)
    unsettable = [name for name in refused if name in fields]
    if unsettable:
        raise InputError(f"{' and '.join(unsettable)} cannot be set here.", hint="Leave it out of `fields`.")
    return {name: int(value) if isinstance(value, bool) else value for name, value in fields.items()}


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name.strip() or _UNSENDABLE.search(name):
        raise InputError(f"{shown(name)} is not a field name.", hint="describe_module lists the field names.")


def _check_sendable(name: str, value: object, depth: int = 0) -> None:
    """Refuse what JSON or UTF-8 cannot carry; the value itself is left as it is."""
    if isinstance(value, str):
        if _UNSENDABLE.search(value):
            raise InputError(f"{name} holds a NUL or half a surrogate pair.", hint="Remove that character.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InputError(f"{name} is not a finite number.", hint="Give a number, or leave it out.")
    elif isinstance(value, dict | list | tuple) and depth < _MAX_DEPTH:
        _check_inside(name, cast("dict[object, object] | list[object]", value), depth)
    elif not isinstance(value, int | None) or abs(value or 0) >= 2**64:
        raise InputError(
            f"{name} cannot be written: {shown(cast('object', value))}.",
            hint="Give text, a list, or a number of at most 64 bits.",
        )


def _check_inside(name: str, value: dict[object, object] | list[object], depth: int) -> None:
    if isinstance(value, dict):
        for key in value:
            _check_name(key)
        value = list(value.values())
    for item in value:
        _check_sendable(name, item, depth + 1)
