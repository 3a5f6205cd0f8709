"""What may go into an Ivinex request: ids, fields and filters are checked here before anything is sent. Pure.

Whether a field exists is not asked here: Ivinex documents no way to know.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import cast

from crm_mcp.errors import InputError
from crm_mcp.ivinex.models import OPERANDS

MAX_ID_LENGTH = 64
_RESERVED = frozenset({"collectiontypeid", "collectionid", "collection_id", "id"})


def check_id(name: str, value: object) -> str:
    """Return the id of a record as text.

    Args:
        name: The argument's name, for the error.
        value: Any text but a blank one and 0, which a server could take for "no id" and create a new record.

    Raises:
        InputError: It is no id.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text.strip("0") or len(text) > MAX_ID_LENGTH or not text.isprintable():
        raise InputError(f"{name} is no record id.", hint="search_records finds records and their ids.")
    return text


def wire_id(text: str) -> int | str:
    """Write an id as the document's examples do: a number where it is one."""
    is_number = text.isascii() and text.isdigit() and len(text) <= 18 and text[0] != "0"
    return int(text) if is_number else text


def check_fields(record: Mapping[str, object], at: int) -> dict[str, object]:
    """Return the fields of one record as they go out.

    Args:
        record: Field name to value.
        at: Its place in the batch, for the error.

    Raises:
        InputError: It is empty, names an existing record, or holds a value that is no scalar.
    """
    if not record:
        raise InputError(f"records[{at}] holds no field.", hint="Name at least one field with its value.")
    for name, value in record.items():
        if name.casefold() in _RESERVED:
            raise InputError(
                f"records[{at}] holds {name!r}, which names an existing record or its module.",
                hint="To change a record use update_records with its record_id.",
            )
        if not (value is None or isinstance(value, str | int | float | bool)):
            raise InputError(
                f"records[{at}].{name} is a {type(value).__name__}; Ivinex takes text, numbers and booleans.",
                hint="Write the value as text.",
            )
        if isinstance(value, str):
            _refuse_nul(f"records[{at}].{name}", value)
    return dict(record)


def wire_filter(one: Mapping[str, object]) -> dict[str, str]:
    """Return one condition as it goes out: `{"Field", "Operand", "Value"}`, all text.

    Raises:
        InputError: The operand does not exist, or field or value cannot be sent.

    Source: ivinex.txt, "Understanding Filters".
    """
    operand = str(one.get("operand", ""))
    if operand not in OPERANDS:
        folded = {known.casefold(): known for known in OPERANDS}
        near = folded.get(operand.casefold()) or next(iter(difflib.get_close_matches(operand, OPERANDS, n=1)), "")
        raise InputError(
            f"There is no operand {operand!r}; operands are case-sensitive.",
            hint=f"Did you mean {near!r}?" if near else f"Use one of {', '.join(OPERANDS)}.",
        )
    return {
        "Field": check_name(str(one.get("field", ""))),
        "Operand": operand,
        "Value": _wire_value(one.get("value"), operand),
    }


def _wire_value(value: object, operand: str) -> str:
    """Write a filter's value as text.

    A list, for `In`, becomes comma-separated text; `assumed`, since the document has no example.
    """
    if isinstance(value, list | tuple):
        parts = [_wire_value(part, operand) for part in cast("Sequence[object]", value)]
        if operand != "In" or not parts:
            raise InputError(
                f"{operand} takes one value, not a list." if parts else "In needs at least one value.",
                hint="Only In takes a list.",
            )
        if comma := next((part for part in parts if "," in part), ""):
            raise InputError(
                f"In joins its values with commas, and {comma!r} holds one.",
                hint="Search for that value with Equal in a call of its own.",
            )
        return ",".join(parts)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        _refuse_nul("A filter's value", value)
    is_whole = isinstance(value, int) and abs(value) < 2**64  # no CRM holds more, and very long numbers have no text
    if is_whole or isinstance(value, str) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    raise InputError("A filter's value must be text, a finite number or a boolean.", hint="For In give a list of them.")


def _refuse_nul(name: str, value: str) -> None:
    if "\x00" in value:
        raise InputError(f"{name} holds a NUL character.", hint="Remove that character.")


def check_name(name: str) -> str:
    """Return a field name; any text without spaces, since the API's names may look odd (observed).

    Raises:
        InputError: It cannot be one.
    """
    if not name or name != name.strip() or any(not char.isprintable() or char.isspace() for char in name):
        is_sort = name.upper().endswith((" DESC", " ASC"))
        hint = "Use `descending` for the direction." if is_sort else "Look the names up with describe_module."
        raise InputError(f"{name[:60]!r} cannot be a field name.", hint=hint)
    return name


def check_range(name: str, number: int, lowest: int, highest: int) -> int:
    """Return a number that lies between two others.

    Raises:
        InputError: It does not.
    """
    if not lowest <= number <= highest:
        raise InputError(f"{name} must be {lowest} to {highest}, not {number}.")
    return number
