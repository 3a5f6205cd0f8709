"""Checks of what goes into an Ivinex request: ids, fields, filters. Pure.

Each raises an `InputError` for what cannot be sent. Whether a field exists is not checked here: Ivinex documents no
schema.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

from crm_mcp.crm.name_matching import nearest
from crm_mcp.errors import InputError
from crm_mcp.ivinex.models import OPERANDS, RecordFilter

MAX_ID_LENGTH = 64
_RESERVED = frozenset({"collectiontypeid", "collectionid", "collection_id", "id", "record_id"})


def check_id(name: str, value: object) -> str:
    """Return the id of a record, an argument called `name`.

    A blank text and 0 are refused: a server could take them for "no id" and create a new record.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text.strip("0") or len(text) > MAX_ID_LENGTH or not text.isprintable():
        raise InputError(f"{name} is not a record id.", hint="search_records finds records and their ids.")
    return text


def check_fields(record: Mapping[str, object], at: int) -> dict[str, object]:
    """Return the fields of one record as they are sent; `at` is its place in the batch, for the error."""
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


def check_updates(records: Sequence[Mapping[str, object]]) -> list[tuple[str, dict[str, object]]]:
    """Return the id and the fields of each `{"record_id": ..., "fields": {...}}`."""
    ids = [check_id(f"records[{at}].record_id", record.get("record_id")) for at, record in enumerate(records)]
    if twice := next((one for one in ids if ids.count(one) > 1), ""):
        raise InputError(f"Record {twice} is named twice.", hint="Put all its changes into one entry.")
    fields = [cast("Mapping[str, object]", record.get("fields") or {}) for record in records]
    return [(record_id, check_fields(one, at)) for at, (record_id, one) in enumerate(zip(ids, fields, strict=True))]


def check_filter(one: RecordFilter) -> RecordFilter:
    """Return one condition of a search.

    Source: ivinex.txt, "Understanding Filters".
    """
    operand = one["operand"]
    if operand not in OPERANDS:
        same = [known for known in OPERANDS if known.casefold() == operand.casefold()]
        near = same or nearest(operand, OPERANDS, key=str)
        raise InputError(
            f"There is no operand {operand!r}; operands are case-sensitive.",
            hint=f"Did you mean {near[0]!r}?" if near else f"Use one of {', '.join(OPERANDS)}.",
        )
    check_name(one["field"])
    _check_value(one["value"], operand)
    return one


def _check_value(value: object, operand: str) -> None:
    if not isinstance(value, list | tuple):
        _check_scalar(value)
        return
    parts = cast("Sequence[object]", value)
    if operand != "In" or not parts:
        raise InputError(
            f"{operand} takes one value, not a list." if parts else "In needs at least one value.",
            hint="Only In takes a list.",
        )
    for part in parts:
        _check_scalar(part)
        if isinstance(part, str) and "," in part:
            raise InputError(
                f"In joins its values with commas, and {part!r} holds one.",
                hint="Search for that value with Equal in a call of its own.",
            )


def _check_scalar(value: object) -> None:
    if isinstance(value, str):
        _refuse_nul("A filter's value", value)
    is_whole = isinstance(value, int) and abs(value) < 2**64  # no CRM holds more, and very long numbers have no text
    if not (is_whole or isinstance(value, str) or (isinstance(value, float) and math.isfinite(value))):
        raise InputError(
            "A filter's value must be text, a finite number or a boolean.", hint="For In give a list of them."
        )


def check_order(order_by: str, *, descending: bool) -> None:
    """Refuse what a search cannot be sorted by."""
    if order_by:
        check_name(order_by)
    elif descending:
        raise InputError("`descending` needs `order_by`.", hint="Name the field to sort by.")


def _refuse_nul(name: str, value: str) -> None:
    if "\x00" in value:
        raise InputError(f"{name} holds a NUL character.", hint="Remove that character.")


def check_name(name: str) -> str:
    """Return a field name: any text without spaces, since the API's names may look odd (observed)."""
    if not name or name != name.strip() or any(not char.isprintable() or char.isspace() for char in name):
        is_sort = name.upper().endswith((" DESC", " ASC"))
        hint = "Use `descending` for the direction." if is_sort else "Look the names up with describe_module."
        raise InputError(f"{name[:60]!r} cannot be a field name.", hint=hint)
    return name


def check_range(name: str, number: int, lowest: int, highest: int) -> int:
    """Return the number of an argument called `name`, or refuse one out of range."""
    if not lowest <= number <= highest:
        raise InputError(f"{name} must be {lowest} to {highest}, not {number}.")
    return number
