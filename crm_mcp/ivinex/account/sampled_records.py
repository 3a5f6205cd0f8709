"""A module's fields inferred from sampled records: guesses, since Ivinex documents no call for its schema. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crm_mcp.ivinex.models import Record
from crm_mcp.mcp.connector import FieldDescription

MAX_CHOICES = 50
"""A field with more labels than this is described by its type alone."""

_TYPES = (
    ("boolean", re.compile(r"true|false", re.IGNORECASE)),
    ("integer", re.compile(r"-?\d{1,15}")),
    ("decimal", re.compile(r"-?\d+\.\d+")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("date-time", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?.*")),
)


def field_names(records: Sequence[Record]) -> list[str]:
    """Return the name of every field that a record has, in the order they come."""
    return list(dict.fromkeys(name for record in records for name in record["fields"]))


def infer_options(plain: Sequence[Record], labelled: Sequence[Record]) -> dict[str, dict[str, str]]:
    """Return the labels by option id of each option field seen.

    Args:
        plain: Records as they are.
        labelled: The same records read with option labels; where a value differs, the field is an option field.
    """
    labels = {record["id"]: record["fields"] for record in labelled}
    options: dict[str, dict[str, str]] = {}
    for record in plain:
        for name, value in record["fields"].items():
            label = labels.get(record["id"], {}).get(name, value)
            if value not in (None, "") and label not in (value, None, ""):
                options.setdefault(name, {})[str(value)] = str(label)
    return options


def infer_fields(plain: Sequence[Record], options: dict[str, dict[str, str]]) -> list[FieldDescription]:
    """Describe each field of some records, given the labels of their options."""
    return [_describe_field(name, plain, options.get(name, {})) for name in field_names(plain)]


def _describe_field(name: str, plain: Sequence[Record], choices: dict[str, str]) -> FieldDescription:
    if choices and len(choices) <= MAX_CHOICES:
        return {"name": name, "type": "option", "choices": choices}
    values = [str(value) for record in plain if (value := record["fields"].get(name)) not in (None, "")]
    return {"name": name, "type": "option" if choices else _type_of(values)}


def _type_of(values: list[str]) -> str:
    fitting = (kind for kind, pattern in _TYPES if values and all(pattern.fullmatch(value) for value in values))
    return next(fitting, "text")
