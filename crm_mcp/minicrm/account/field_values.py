"""Values of fields: checked by the schema's types before they are written, and shown by their labels. Pure.

The CRM refuses a wrong value by its label only, or with a 500 (observed), so it is refused here with the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crm_mcp.crm.name_matching import shown
from crm_mcp.errors import InputError
from crm_mcp.minicrm.wire.values import read_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm_mcp.minicrm.models import Schema, SchemaField

_TEXT = re.compile(r"Text\((\d+)\)")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_FLAGS: Mapping[object, int] = {"0": 0, "1": 1, "false": 0, "true": 1}
_DECIMALS = frozenset({"Float", "Decimal", "Double", "Number"})
"""What a field with decimals would be called (assumed): no schema seen has one."""


def check_values(schema: Schema, fields: Mapping[str, object]) -> dict[str, object]:
    """Return fields whose values fit their types, with flags as 1 and 0; choices are resolved already.

    A field that the schema does not hold is taken for text, `Deleted` for a flag.

    Raises:
        InputError: A value does not fit.

    Source: minicrm.txt, "Database Schema", field types.
    """
    by_name = {field["name"]: field for field in schema["fields"]}
    return {name: _checked(name, value, by_name.get(name)) for name, value in fields.items()}


def check_flag(name: str, value: object) -> int:
    """Return a flag as the CRM writes it, 1 or 0; anything else raises an `InputError`."""
    flag = _FLAGS.get(str(value).strip().casefold()) if isinstance(value, str | int) else None
    if flag is None:
        raise InputError(f"{name} takes 1 or 0, not {shown(value)}.", hint="Write 1 for yes and 0 for no.")
    return flag


def _checked(name: str, value: object, field: SchemaField | None) -> object:
    kind = "" if field is None else field["type"]
    if name == "Deleted" or (kind == "Boolean" and value not in (None, "")):
        return check_flag(name, value)
    if value is None or value == "" or (field is not None and "choices" in field):
        return value
    if not isinstance(value, str | int | float):
        raise InputError(f"{name} takes one value, not {shown(value)}.", hint="Write it as text.")
    if problem := _problem_of(kind, value):
        raise InputError(f"{name} {problem}, not {shown(value)}.", hint="describe_module tells the types.")
    return value


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
