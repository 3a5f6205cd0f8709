"""Which values a condition may have for a field of some kind, and how they are written to be compared.

The document does not say what a portal does with the text `10,000` for a field of numbers. That it is refused is
assumed: compared as text it would find wrong records, and nobody would be told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mockserver.documents.strict_json import as_list, name_type
from mockserver.ivinex.schema import RECORD_ID, Field
from mockserver.ivinex.values import BadValueError, read_value, to_text

_PARTS = ("Contains", "NotContains", "StartsWith")
_EQUALITIES = ("Equal", "NotEqual")
_DIGITS = frozenset("0123456789")
_OF_NUMBERS = _DIGITS | set("+-.eE ")


def read_condition_value(field: Field, operand: str, value: object) -> object:
    """Return the value of a condition as it is compared.

    Raises:
        BadValueError: No record can hold such a value, so that the condition cannot be meant.
    """
    # Dates are read where they are compared; a record's id may be asked for by any text, which no record has.
    if field.kind in {"text", "html", "date", "datetime"} or field.name == RECORD_ID:
        return value
    if operand == "In":
        return [_read_whole(field, each) for each in _list_choices(value)]
    if operand in _EQUALITIES:
        return _read_whole(field, value)
    text = to_text(value) or ""
    if operand in _PARTS:
        _check_part(field, text)
        return text
    if not text:
        raise BadValueError("must not be empty: there is nothing below or above it")
    return _read_whole(field, text)


def _list_choices(value: object) -> Sequence[object]:
    given = as_list(value)
    if given is not None:
        return given
    # Comma-separated text; how In takes several values is assumed.
    return [part.strip() for part in (to_text(value) or "").split(",") if part.strip()]


def _read_whole(field: Field, value: object) -> str:
    """Read a value as a write does, so that both take and refuse the same; empty text stands for no value."""
    return read_value(field, value) or ""


def _check_part(field: Field, text: str) -> None:
    is_possible, wanted = _POSSIBLE_PARTS[field.kind]
    if not is_possible(field, text):
        raise BadValueError(f"must be part of {wanted}, not {name_type(text)}", _find_option(field, text))


def _find_option(field: Field, text: str) -> str:
    meant = [f"{number} ({label})" for number, label in field.options.items() if text.casefold() in label.casefold()]
    return f"Did you mean the option {' or '.join(meant)}? Send its id with Equal or In." if meant else ""


def _is_part_of_option(field: Field, text: str) -> bool:
    return not field.options or any(text in option_id for option_id in field.options)


_POSSIBLE_PARTS: dict[str, tuple[Callable[[Field, str], bool], str]] = {
    "number": (lambda _field, text: set(text) <= _OF_NUMBERS, "a number"),
    "boolean": (lambda _field, text: text.lower() in "true" or text.lower() in "false", "true or false"),
    "option": (_is_part_of_option, "the id of an option"),
    "link": (lambda _field, text: set(text) <= _DIGITS, "the id of a record, which is digits"),
}
