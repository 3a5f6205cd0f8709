"""What an account is made of: modules and their fields, and how ids, numbers and dates are written.

Every value is kept as text or null, which is also how the API prints it (observed, grades B and C).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

Kind = Literal["text", "html", "number", "boolean", "date", "datetime", "option", "link"]
KINDS: tuple[str, ...] = get_args(Kind)

RECORD_ID = "collection_id"
# The document calls a record's id CollectionID in writes, collection_id in filters, and `id` in its last example.
RECORD_ID_ALIASES = ("id", "CollectionID")
SYSTEM_FIELDS: Mapping[str, Kind] = {
    RECORD_ID: "number",
    "created_by": "text",
    "created_date": "datetime",
    "modified_by": "text",
    "modified_date": "datetime",
}
# What records hold beside these on portals that were seen (grade C); nobody tells what stands in them (assumed).
SITE_AND_CHANGES: Mapping[str, str | None] = {"site_id": "1", "fields_changed": ""}
RESERVED_NAMES = frozenset({*SYSTEM_FIELDS, "CollectionTypeID", "CollectionID"})

# What SQLite takes for a number when it compares a text with one, so that both sides of the code agree.
_NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?\s*", re.ASCII | re.IGNORECASE)
_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a module.

    Attributes:
        name: The API's name for it.
        kind: What its values are.
        column: The column that keeps it; made up here, so that no name of a user's gets into SQL.
        options: Labels by option id, where `kind` is `option`; empty takes any id.
        module_id: The module whose records it points at, where `kind` is `link`.
        joins: The fields that it is computed from, with a space between; empty for a field of its own.
        empty: How a missing value is printed; None is null.
    """

    name: str
    kind: Kind
    column: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    module_id: str = ""
    joins: Sequence[str] = ()
    empty: str | None = None

    @property
    def is_read_only(self) -> bool:
        """Whether no request may write it."""
        return bool(self.joins) or self.name in SYSTEM_FIELDS

    @property
    def is_moment(self) -> bool:
        """Whether its values are dates or date-times."""
        return self.kind in {"date", "datetime"}


@dataclass(frozen=True, slots=True)
class Module:
    """One module, such as contacts, with its fields in the order they are printed: the system fields first."""

    id: str
    name: str
    title: str
    fields: Mapping[str, Field]

    @property
    def own_fields(self) -> list[Field]:
        """The fields beside the system ones."""
        return [known for known in self.fields.values() if known.name not in SYSTEM_FIELDS]

    def find_field(self, name: str) -> Field | None:
        """Return the field that a filter or an order names, `id` standing for the record's id."""
        known = self.fields.get(name)
        if known is None and name in RECORD_ID_ALIASES:
            return self.fields[RECORD_ID]
        return known


# How portals were seen to print a field without a value (grade C, three kinds of record); null where it is not here.
TYPED_EMPTIES: Mapping[str, str] = {"text": "", "html": "", "option": "0", "link": "0", "boolean": "false"}


def type_empties(module: Module) -> Module:
    """Return a module whose missing values are printed by the kind of their field."""
    fields = {name: replace(known, empty=TYPED_EMPTIES.get(known.kind)) for name, known in module.fields.items()}
    return replace(module, fields=fields)


def build_module(module_id: str, name: str, title: str, own_fields: Sequence[Field]) -> Module:
    """Put a module together from its own fields and the system ones."""
    system = [Field(field_name, kind, column=field_name) for field_name, kind in SYSTEM_FIELDS.items()]
    return Module(module_id, name, title, {known.name: known for known in (*system, *own_fields)})


def find_module(modules: Mapping[str, Module], module_id: object) -> Module | None:
    """Return the module that a CollectionTypeID names, bare or quoted, or None where there is none."""
    number = parse_id(module_id)
    return None if number is None else modules.get(str(number))


def is_number(text: str) -> bool:
    """Tell whether a text is a decimal number, such as `350.00`."""
    return _NUMBER.fullmatch(text) is not None


def parse_id(value: object) -> int | None:
    """Read a module or record id, bare or quoted, or return None where it is none (documented: both occur)."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    text = str(value)
    return int(text) if _ID.fullmatch(text) else None


def parse_moment(text: str) -> str:
    """Return a date as `2020-04-13`, a date-time as `2020-04-13 09:00:00`.

    Raises:
        ValueError: It is neither, or has an offset, for which the API has no place.
    """
    if len(text) == 10:
        return dt.date.fromisoformat(text).isoformat()
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is not None or len(text) < 16:
        raise ValueError
    return moment.replace(microsecond=0).isoformat(" ")


def compute_joined(module: Module, record: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the joined fields of a record: of each the parts that have a value, with a space between."""
    return {
        known.name: " ".join(part for name in known.joins if (part := record.get(name))) or None
        for known in module.own_fields
        if known.joins
    }
