"""Values of fields: resolved and checked by the schema before they are written, and shown by their labels.

The CRM refuses a wrong value by its label only, or with a 500 (observed), so it is refused here with the reason: a
wrong name, choice, date or value raises an `InputError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crm_mcp.crm.name_matching import shown
from crm_mcp.errors import InputError
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.local_time import parse_local_time
from crm_mcp.minicrm.account.schema import check_field_names, resolve_fields
from crm_mcp.minicrm.field_table import ADDRESS, CONTACT, PROJECT
from crm_mcp.minicrm.models import Schema, SchemaField
from crm_mcp.minicrm.wire.bodies import read_count

_TEXT = re.compile(r"Text\((\d+)\)")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_WHOLE_WITH_FRACTION = re.compile(r"([+-]?[0-9]{1,19})\.0+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_FLAGS: Mapping[str, int] = {"0": 0, "1": 1, "false": 0, "true": 1}
_ANSWERS: Mapping[str, int] = {**_FLAGS, "no": 0, "nem": 0, "hamis": 0, "yes": 1, "igen": 1, "igaz": 1}
"""What people write for a flag; a write of `Deleted`, which moves to the trash, takes less."""
_DECIMALS = frozenset({"Float", "Decimal", "Double", "Number"})
"""What a field with decimals would be called (assumed): no schema seen has one."""


def check_values(schema: Schema, fields: Mapping[str, object]) -> dict[str, object]:
    """Return fields whose values fit their types, with flags as 1 and 0; choices are resolved already.

    A field that the schema does not hold is taken for text, `Deleted` for a flag.

    Source: minicrm.txt, "Database Schema", field types.
    """
    by_name = {field["name"]: field for field in schema["fields"]}
    return {name: _checked(name, value, by_name.get(name)) for name, value in fields.items()}


def check_flag(name: str, value: object, words: Mapping[str, int] = _FLAGS) -> int:
    """Return a flag as the CRM writes it, 1 or 0; anything else raises an `InputError`."""
    flag = words.get(str(value).strip().casefold()) if isinstance(value, str | int) else None
    if flag is None:
        raise InputError(f"{name} takes 1 or 0, not {shown(value)}.", hint="Write 1 for yes and 0 for no.")
    return flag


def check_flags(schema: Schema, fields: Mapping[str, object]) -> dict[str, object]:
    """Return criteria of a search whose flags are 1 and 0; empty ones are left as they are."""
    flags = {"Deleted", *(field["name"] for field in schema["fields"] if field["type"] == "Boolean")}
    return {
        name: check_flag(name, value, _ANSWERS) if name in flags and value not in (None, "") else value
        for name, value in fields.items()
    }


def _checked(name: str, value: object, field: SchemaField | None) -> object:
    kind = "" if field is None else field["type"]
    if name == "Deleted":
        return check_flag(name, value)
    if kind == "Boolean" and value not in (None, ""):
        return check_flag(name, value, _ANSWERS)
    if value is None or value == "" or (field is not None and "choices" in field):
        return value
    if not isinstance(value, str | int | float):
        raise InputError(f"{name} takes one value, not {shown(value)}.", hint="Write it as text.")
    if kind == "Int":
        value = _without_fraction(value)
    if problem := _problem_of(kind, value):
        raise InputError(f"{name} {problem}, not {shown(value)}.", hint="describe_module tells the types.")
    return value


def _without_fraction(value: str | float) -> str | float:
    """Return 1200 for 1200.0, as many programs write a whole number; any other value as it is."""
    whole = _WHOLE_WITH_FRACTION.fullmatch(str(value).strip())
    if whole is None:
        return value
    return whole[1] if isinstance(value, str) else int(whole[1])


def _problem_of(kind: str, value: object) -> str:
    """Return what a value of this type must be, as the rest of a sentence; empty where it fits."""
    text = str(value)
    if kind == "Int":
        fits = isinstance(value, str | int) and _WHOLE.fullmatch(text.strip()) and -(2**63) <= int(text) < 2**63
        return "" if fits else "takes a whole number"
    if kind in _DECIMALS:
        return "" if _DECIMAL.fullmatch(text.strip()) else "takes a number, with a point before decimals"
    if kind == "DateTime":
        return "" if isinstance(value, str) else "takes a date or date-time as text"
    if kind.startswith("File"):
        return "" if text.startswith(("http://", "https://")) else "takes the http(s) address of a file"
    length = _TEXT.fullmatch(kind)
    return f"takes at most {length[1]} characters ({len(text)} given)" if length and len(text) > int(length[1]) else ""


def show_values(schema: Schema, fields: Mapping[str, object]) -> dict[str, object]:
    """Return fields as the CRM shows them: labels in place of ids of choices and of bitmasks."""
    choices = {field["name"]: field for field in schema["fields"] if "choices" in field}
    return {name: _shown(value, choices[name]) if name in choices else value for name, value in fields.items()}


def _shown(value: object, field: SchemaField) -> object:
    labels = field.get("choices", {})
    if str(value) in labels:
        return labels[str(value)]
    if field["type"] not in ("Set", "Enum or Set"):
        return value
    if mask := read_count(value):
        return ", ".join(label for choice, label in labels.items() if choice.isdigit() and mask & int(choice))
    return ", ".join(part.strip() for part in value.split(",")) if isinstance(value, str) else value


_NAME_FIELDS: Mapping[str, tuple[Sequence[str], str]] = {
    "Person": (("Name",), "FirstName and LastName"),
    "Business": (("FirstName", "LastName"), "Name"),
}
"""For each type of contact the name fields of the other one, and its own (documented)."""


def check_name_fields(contact_type: str, fields: Mapping[str, object]) -> None:
    """Refuse a person's names for a business, and a business's name for a person."""
    wrong, own = _NAME_FIELDS.get(contact_type, ((), ""))
    if given := [name for name in wrong if name in fields]:
        name = " ".join(str(fields[one] or "") for one in given).strip()
        raise InputError(
            f"A {contact_type} has no {' or '.join(given)}.", hint=f"Give {shown(name)} as {own} in `fields`."
        )


Values = dict[str, object]


def _schema_of(*fields: SchemaField) -> Schema:
    return {"fields": list(fields), "statuses": {}, "users": {}, "modules": {}}


NO_SCHEMA = _schema_of()


@dataclass(frozen=True, slots=True)
class Resolved:
    """Fields ready to be written, and the schema that holds the labels of their choices."""

    sent: Values
    schema: Schema

    @property
    def shown(self) -> Values:
        """The fields with labels in place of ids."""
        return self.show(self.sent)

    def show(self, fields: Mapping[str, object]) -> Values:
        """Return any fields of the same record with labels in place of ids."""
        return show_values(self.schema, fields)


class WrittenFields:
    """Resolves and checks fields by the account's schemas."""

    def __init__(self, directory: Directory, zone: ZoneInfo) -> None:
        self._directory = directory
        self._zone = zone

    async def of_project(self, module_id: str, fields: Mapping[str, object]) -> Resolved:
        """Resolve fields of a project of one module, or by the schemas of all where none is named."""
        if not fields:
            return Resolved({}, NO_SCHEMA)
        schema = await self._directory.merged_project_schema(module_id)
        fields = await self._directory.resolve_status_and_user(fields, module_id)
        sent = resolve_fields(schema, fields, PROJECT.written, self._zone)
        return Resolved(check_values(schema, sent), schema)

    @staticmethod
    def of_plain_project(fields: Mapping[str, object]) -> Resolved:
        """Check fields of a project that need no schema: its name, trash and reference."""
        return Resolved(check_values(NO_SCHEMA, fields), NO_SCHEMA)

    @staticmethod
    def of_plain_contact(contact_type: str, fields: Mapping[str, object]) -> Resolved:
        """Check fields of a contact that need no schema: its names, email and phone."""
        check_name_fields(contact_type, fields)
        return Resolved(check_values(NO_SCHEMA, fields), NO_SCHEMA)

    async def of_contact(self, contact_type: str, fields: Mapping[str, object]) -> Resolved:
        """Resolve fields of a Person or Business."""
        check_name_fields(contact_type, fields)
        schema = await self._directory.contact_schema(contact_type)
        sent = resolve_fields(schema, fields, CONTACT.written, self._zone)
        return Resolved(check_values(schema, sent), schema)

    async def of_task(self, *, comment: str, deadline: str, user: str, type: str) -> Resolved:  # noqa: A002
        """Resolve fields of a task, without the empty ones; `type` goes unchecked, since no schema lists the types."""
        fields: Values = {
            "Comment": comment,
            "Deadline": parse_local_time(deadline, self._zone, end_of_day=True) if deadline else "",
            "UserId": await self._directory.user_id(user) if user else "",
            "Type": type,
        }
        return await self.of_resolved_task({name: value for name, value in fields.items() if value != ""})

    async def of_resolved_task(self, sent: Mapping[str, object]) -> Resolved:
        """Return fields of a task that are resolved already, with the labels of users where there is one."""
        schema = NO_SCHEMA
        if "UserId" in sent:
            users = (await self._directory.merged_project_schema())["users"]
            schema = _schema_of({"name": "UserId", "type": "UserId", "choices": users})
        return Resolved(dict(sent), schema)

    @staticmethod
    def of_address(fields: Mapping[str, object]) -> Resolved:
        """Check fields of an address, of which there is no schema."""
        check_field_names(None, fields, ADDRESS.written)
        flags = _schema_of({"name": "Default", "type": "Boolean"})
        return Resolved(check_values(flags, fields), flags)
