"""What a module's fields look like, read off its records: Ivinex documents no schema call. Pure.

Everything said here is a guess from a sample, and the description says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crm_mcp.connector import FieldDescription
from crm_mcp.ivinex.models import Record

MAX_CHOICES = 50
"""More distinct labels than this and a field is described by its type alone."""

_TYPES = (
    ("boolean", re.compile(r"true|false", re.IGNORECASE)),
    ("integer", re.compile(r"-?\d{1,15}")),
    ("decimal", re.compile(r"-?\d+\.\d+")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("date-time", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?.*")),
)


def describe_fields(plain: Sequence[Record], labelled: Sequence[Record]) -> list[FieldDescription]:
    """Describe each field seen in a sample of records.

    Args:
        plain: Records as they are.
        labelled: The same records read with option labels; where a value differs, the field is a choice.
    """
    labels = {record["id"]: record["fields"] for record in labelled}
    names = list(dict.fromkeys(name for record in plain for name in record["fields"]))
    return [_describe_field(name, plain, labels) for name in names]


def _describe_field(name: str, plain: Sequence[Record], labels: dict[str, dict[str, object]]) -> FieldDescription:
    choices: dict[str, str] = {}
    values: list[str] = []
    for record in plain:
        value = record["fields"].get(name)
        if value in (None, ""):
            continue
        label = labels.get(record["id"], {}).get(name, value)
        if label not in (value, None, ""):
            choices[str(value)] = str(label)
        values.append(str(value))
    if choices and len(choices) <= MAX_CHOICES:
        return {"name": name, "type": "option", "choices": choices}
    return {"name": name, "type": "option" if choices else _type_of(values)}


def _type_of(values: list[str]) -> str:
    fitting = (kind for kind, pattern in _TYPES if values and all(pattern.fullmatch(value) for value in values))
    return next(fitting, "text")
