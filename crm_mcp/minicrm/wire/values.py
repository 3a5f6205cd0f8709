"""Reading one value of a MiniCRM response, in whatever type a server sends it. Pure.

Ids, numbers and flags come as numbers from some servers and as text from others; nothing here ever raises.
"""

from __future__ import annotations

import re
from typing import cast

_DIGITS = re.compile(r"[0-9]{1,18}")
_EMPTY_DATES = frozenset({"0000-00-00", "0000-00-00 00:00:00", "1970-01-01 01:00:00"})
"""How the CRM writes a date that is not set, beside empty text (observed)."""


def as_object(value: object) -> dict[str, object] | None:
    """Return a JSON object as such; an empty list is an empty one, since PHP writes both as `[]`."""
    if isinstance(value, dict):
        return cast("dict[str, object]", value)
    return {} if value == [] else None


def as_list(value: object) -> list[object] | None:
    """Return a JSON list as such, None for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else None


def read_id(value: object) -> str | None:
    """Return an id as text; None for what is not one, and for 0, which stands for "none" (observed)."""
    text = _digits(value)
    return text if text.strip("0") else None


def read_text(value: object) -> str | None:
    """Return text, a number's too (`Phone`, `PostalCode`); None for an empty value or another type."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and abs(value) >= 2**64:  # no field holds more, and very long numbers have no text
        return None
    text = str(value)
    return text if text.strip() else None


def read_date(value: object) -> str | None:
    """Return a date as sent; None for any of the ways to write an empty one."""
    text = read_text(value)
    return None if text in _EMPTY_DATES else text


def read_flag(value: object) -> bool | None:
    """Return a yes or no that comes as a boolean, as 0 or 1, or as text of these; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"0": False, "1": True}.get(_digits(value))


def read_count(value: object) -> int | None:
    """Return a count, which may be text; None for anything else."""
    text = _digits(value)
    return int(text) if text else None


def _digits(value: object) -> str:
    text = "" if isinstance(value, float) else (read_text(value) or "").strip()
    return text if _DIGITS.fullmatch(text) else ""


def read_label(value: object) -> str | None:
    """Return a label where a value is one and not an id; digits alone are an id (assumed)."""
    text = read_text(value)
    return None if text is None or _digits(text) else text


def read_labels(value: object) -> dict[str, str] | None:
    """Return a map from ids to labels; None where there is none.

    PHP writes a map whose keys count from 0 as a list, and an empty one as `[]`.
    """
    rows = as_list(value)
    if rows is not None:
        return {str(key): read_text(label) or "" for key, label in enumerate(rows)}
    choices = as_object(value)
    return None if choices is None else {key: read_text(label) or "" for key, label in choices.items()}
