"""What kind of values a field holds, told by the values that records show. Pure.

Ivinex documents no schema and sends every value as text (observed), so a kind is a guess, but one that each value seen
agrees with. A field without a value in any record seen is `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from crm_mcp.mcp.calls.shapes import CrmFields

UNKNOWN = "unknown"
UNSET = "0"
"""What an option or a link holds that is not set (observed)."""
NUMBERS = frozenset({"integer", "decimal"})
DATES = frozenset({"date", "date-time"})

RECORD_ID_FIELDS = ("id", "collection_id")
"""What filters may call the id of a record."""
DOCUMENTED_KINDS: Mapping[str, str] = {
    **dict.fromkeys(RECORD_ID_FIELDS, "id"),
    **dict.fromkeys(("created_date", "modified_date"), "date-time"),
    **dict.fromkeys(("created_by", "modified_by"), "text"),
    **dict.fromkeys(("full_name", "first_name", "last_name", "email", "phone", "description"), "text"),
    "contact_type": "option",
    "contact": "integer",
}
"""Kinds that need no record to be seen. Source: ivinex.txt, examples; the four of creation are observed."""
_OF_EVERY_RECORD = frozenset({*RECORD_ID_FIELDS, "created_date", "modified_date", "created_by", "modified_by"})
DOCUMENTED_NAMES = CrmFields({name: name for name in DOCUMENTED_KINDS if name not in _OF_EVERY_RECORD})
"""The documented fields that can be written, for arguments that hold fields."""

_KINDS = (
    ("boolean", re.compile(r"true|false", re.IGNORECASE)),
    ("integer", re.compile(r"-?(0|[1-9]\d{0,14})", re.ASCII)),
    ("decimal", re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?", re.ASCII)),
    ("date", re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)),
    ("date-time", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?.*", re.ASCII)),
)
_DIGITS_AS_TEXT = re.compile(
    r"phone|mobile|fax|zip|postal|postcode|tax|vat|account|iban|code|(^|_)tel(_|$)", re.IGNORECASE
)
"""Names of fields whose digits are no amount."""


def kind_of_values(name: str, values: Collection[str]) -> str:
    """Return the kind of a field by all its values seen, the empty ones left out."""
    if not values or set(values) == {UNSET}:
        return UNKNOWN
    fitting = (kind for kind, pattern in _KINDS if all(pattern.fullmatch(value) for value in values))
    kind = next(fitting, "text")
    return "text" if kind == "integer" and _DIGITS_AS_TEXT.search(name) else kind
