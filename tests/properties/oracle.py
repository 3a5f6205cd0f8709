"""What an Ivinex search must find, by brute force over plain data: a third reading of the documents.

Nothing here knows either package. Where the documents are silent the reading is the assumed one: text without case,
`%`, `_` and `*` as themselves, a missing value as empty text that greater and less never let through, a bare date as
its whole day.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import cast

Value = str | None
Record = Mapping[str, Value]
Condition = tuple[str, str, object]
"""Field, operand and value, as a client is given them."""

KINDS = {
    "collection_id": "id",
    "name": "text",
    "bio": "text",
    "score": "number",
    "active": "text",
    "born": "date",
    "met": "datetime",
    "kind": "text",
    "boss": "text",
}
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
_SIGNS: Mapping[str, Callable[[int, int], bool]] = {
    "GreaterThan": operator.gt,
    "GreaterThanEqual": operator.ge,
    "LessThan": operator.lt,
    "LessThanEqual": operator.le,
}


def search(records: Sequence[Record], conditions: Sequence[Condition], order: str = "collection_id") -> list[str]:
    """Return the ids of the records that meet all conditions, ties in the order of ids; `-field` descends."""
    field = order.lstrip("-")

    def compare(left: Record, right: Record) -> int:
        sign = _sign(_rank(field, left.get(field)), _rank(field, right.get(field)))
        return (-sign if order.startswith("-") else sign) or _sign(_id(left), _id(right))

    found = [record for record in records if all(meets(record, *condition) for condition in conditions)]
    return [str(record["collection_id"]) for record in sorted(found, key=functools.cmp_to_key(compare))]


def meets(record: Record, field: str, operand: str, wanted: object) -> bool:
    """Tell whether a record meets one condition."""
    kind, stored = KINDS[field], record.get(field) or ""
    if operand == "In":
        return any(_is_equal(kind, stored, one) for one in _split(wanted))
    text = _write(wanted)
    if operand in _SIGNS:
        return stored != "" and _SIGNS[operand](_compare(kind, stored, text), 0)
    return {
        "Equal": _is_equal(kind, stored, text),
        "NotEqual": not _is_equal(kind, stored, text),
        "Contains": text.casefold() in stored.casefold(),
        "NotContains": text.casefold() not in stored.casefold(),
        "StartsWith": stored.casefold().startswith(text.casefold()),
    }[operand]


def _split(wanted: object) -> list[str]:
    parts = map(_write, cast("list[object]", wanted)) if isinstance(wanted, list) else _write(wanted).split(",")
    return [part.strip() for part in parts if part.strip()]


def _write(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_equal(kind: str, stored: str, wanted: str) -> bool:
    if kind in {"date", "datetime"} and wanted:
        return stored != "" and _compare(kind, stored, wanted) == 0
    if kind in {"number", "id"} and _NUMBER.fullmatch(stored) and _NUMBER.fullmatch(wanted):
        return Decimal(stored) == Decimal(wanted)
    return stored.casefold() == wanted.casefold()


def _compare(kind: str, stored: str, wanted: str) -> int:
    """Return the sign of stored against wanted: of the days where either side has no time, else of the moments."""
    if kind in {"date", "datetime"}:
        precision = 10 if kind == "date" or len(wanted) == 10 else 19
        return _sign(stored[:precision], wanted[:precision])
    if _NUMBER.fullmatch(stored) and _NUMBER.fullmatch(wanted):
        return _sign(Decimal(stored), Decimal(wanted))
    return _sign(stored.casefold(), wanted.casefold())


def _rank(field: str, value: Value) -> tuple[bool, bool, Decimal, str]:
    """Return what sorts a value: missing ones first, then numbers as numbers, then other text."""
    text = value or ""
    is_number = KINDS[field] not in {"date", "datetime"} and _NUMBER.fullmatch(text) is not None
    return text != "", not is_number, Decimal(text) if is_number else Decimal(0), text.casefold()


def _sign(left: object, right: object) -> int:
    return int(left > right) - int(left < right)  # type: ignore[operator]  # both of one kind


def _id(record: Record) -> int:
    return int(str(record["collection_id"]))
