"""Reads one value of a field as callers write it, and prints it as the detail of an entity does.

Stored are: a whole number for Int, Boolean and Enum (the id of the choice), the bitmask for a Set, text for the others,
and None for an empty value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from mockserver.crm.profiles import Language
from mockserver.documents.checked import is_moment
from mockserver.documents.near_misses import find_near_misses
from mockserver.minicrm import rules
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Field, find_label

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LARGEST = 2**63 - 1
ZERO_DATES = frozenset({"0000-00-00", "0000-00-00 00:00:00"})
"""How live servers print a date that is not set (observed, grade B); one that is written is kept so."""
EMPTY_DATES = ZERO_DATES | {"1970-01-01 01:00:00"}
"""All texts that a search takes for no date (observed, grade B)."""


def parse_value(field: Field, value: object, language: Language = "en") -> object:
    """Return what is stored for a value that a caller writes.

    Raises:
        RefusalError: The value does not fit the field.

    Source: Database Schema, Field types.
    """
    if field.kind == "Any":
        return value
    if value is None or value == "":  # that null clears a field is assumed
        return _clear(field)
    return _PARSERS.get(field.kind, _parse_text)(field, value, language)


def print_value(field: Field, value: object, *, set_separator: str = ", ", empty_date: str = "") -> object:
    """Return how the detail of an entity prints a stored value: labels for choices, "" or 0 for an empty one."""
    if field.kind == "Any":
        return value
    if field.kind in {"Int", "Boolean"}:
        return value or 0
    if field.kind == "Enum":
        return field.choices.get(value, "") if isinstance(value, int) else ""
    if field.kind == "Set":
        return set_separator.join(list_labels(field, value)) if isinstance(value, int) else ""
    if field.kind == "DateTime":
        return value or empty_date
    return "" if value is None else value


def list_labels(field: Field, mask: int) -> list[str]:
    """Return the labels of a Set's chosen values."""
    return [label for choice, label in sorted(field.choices.items()) if mask & choice]


def read_whole(value: object) -> int | None:
    """Return a 64 bit whole number that is given as a number or as text, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    return value if isinstance(value, int) and -_LARGEST - 1 <= value <= _LARGEST else None


def read_since(text: str) -> str | None:
    """Return the moment that a date (its first second) or a date and time means, else None."""
    moment = f"{text} 00:00:00" if _DATE.fullmatch(text) else text
    return moment if is_moment(moment) else None


def _clear(field: Field) -> None:
    if not field.can_be_empty:
        raise RefusalError(rules.CAN_NOT_BE_CLEARED, field.name)


def _parse_whole(field: Field, value: object, _language: Language) -> int:
    number = read_whole(value)
    if number is None:
        raise RefusalError(rules.ILLEGAL_VALUE, field.name, [f"{field.name} takes a 64 bit whole number"])
    return number


def _parse_boolean(field: Field, value: object, _language: Language) -> int:
    # The document writes "1" and prints "0"; that JSON's true and false do too is assumed.
    if value not in (0, 1, "0", "1"):
        raise RefusalError(rules.ILLEGAL_VALUE, field.name, [f"{field.name} takes 0 or 1"])
    return int(value in (1, "1"))


def _parse_text(field: Field, value: object, _language: Language) -> str:
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        raise RefusalError(rules.ILLEGAL_VALUE, field.name, [f"{field.name} takes a text"])
    text = str(value)
    if field.length is not None and len(text) > field.length:
        raise RefusalError(
            rules.TOO_LONG, field.name, [f"{field.name} takes {field.length} characters, not {len(text)}"]
        )
    return text


def _parse_address(field: Field, value: object, _language: Language) -> str:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise RefusalError(rules.ILLEGAL_VALUE, field.name, [f"{field.name} takes the URL of a file"])
    return value


def _parse_moment(field: Field, value: object, _language: Language) -> str:
    if isinstance(value, str):
        # A date without a time reads back as the end of that day: observed.
        moment = f"{value} 23:59:59" if _DATE.fullmatch(value) else value
        if value in ZERO_DATES or is_moment(moment):
            return value if value in ZERO_DATES else moment
    raise RefusalError(rules.ILLEGAL_VALUE, field.name, [f"{field.name} takes a text such as 2013-05-25 13:12:00"])


def _parse_enum(field: Field, value: object, language: Language) -> int | None:
    number = read_whole(value)
    if number is None:
        if not isinstance(value, str):
            raise RefusalError(rules.ILLEGAL_VALUE, field.name, [f"{field.name} takes the id or the text of a choice"])
        return _find_choice(field, value, language)
    if number == 0 and number not in field.choices:
        return _clear(field)
    if number not in field.choices:
        raise RefusalError(rules.UNKNOWN_CHOICE_ID, field.name, [f"{field.name} has the ids {_show(field.choices)}"])
    return number


def _parse_set(field: Field, value: object, language: Language) -> int:
    mask = read_whole(value)
    if mask is None:
        if not isinstance(value, str):
            raise RefusalError(rules.ILLEGAL_VALUE, field.name, [f"{field.name} takes a bitmask or texts"])
        labels = [value] if value in field.choices.values() else [part.strip() for part in value.split(",")]
        mask = 0
        for label in labels:
            mask |= _find_choice(field, label, language)
    if mask < 0 or mask & ~sum(field.choices):
        raise RefusalError(rules.UNKNOWN_CHOICE_ID, field.name, [f"{field.name} has the ids {_show(field.choices)}"])
    return mask


def _find_choice(field: Field, text: str, language: Language) -> int:
    for choice, label in field.choices.items():
        if label == text:
            return choice
    meant = find_near_misses(text, field.choices.values())
    hints = [f"did you mean {label}?" for label in meant] or [f"it has {_show(field.choices.values())}"]
    # A live server names the label that users see, not the API's name: observed.
    raise RefusalError(rules.UNKNOWN_CHOICE, find_label(language, field.name, field.label), hints, api_name=field.name)


def _show(values: Iterable[object]) -> str:
    items = [str(item) for item in values]
    return ", ".join(items[:20]) or "none"


_PARSERS: Mapping[str, Callable[[Field, object, Language], object]] = {
    "Int": _parse_whole,
    "Boolean": _parse_boolean,
    "Enum": _parse_enum,
    "Set": _parse_set,
    "DateTime": _parse_moment,
    "File": _parse_address,
}
