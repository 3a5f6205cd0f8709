"""A record as one JSON text: showing it, reading it back, and finding the place that a refusal is about. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from mockserver.documents.error_position import find_line_in_json
from mockserver.documents.strict_json import JsonError, as_object, name_type, parse_document


def show_record(values: Mapping[str, object]) -> str:
    """Return values as a JSON object with one member a line."""
    return json.dumps(values, indent=2, ensure_ascii=False)


def read_record(text: str) -> dict[str, object]:
    """Read a text that somebody edited.

    Raises:
        JsonError: It is no JSON object, or has a key twice; the message names line and column.
    """
    value = parse_document(text.encode(errors="replace"))
    values = as_object(value)
    if values is None:
        raise JsonError(f"not a record: write an object such as {{}}, not {name_type(value)}, at line 1, column 1")
    return values


def find_changes(values: Mapping[str, object], shown: Mapping[str, object]) -> dict[str, object]:
    """Return the members that were not shown, or were shown with another value."""
    return {
        name: value
        for name, value in values.items()
        if name not in shown or json.dumps(value) != json.dumps(shown[name])
    }


def find_refused_member(text: str, names: Iterable[str], reason: str) -> tuple[str, int, int] | None:
    """Return the member that the reason of a refusal names first, with its line and column in the text."""
    found = {name: match.start() for name in names if (match := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", reason))}
    if not found:
        return None
    name = min(found, key=found.__getitem__)
    return name, *find_line_in_json(text, f"{name}:")
