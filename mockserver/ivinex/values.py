"""From a value in a request or a seed to the text that is kept, or compared.

Which values Ivinex refuses is not documented; every refusal here is assumed, and made to help: it names what to send.
That holds for conditions too: `10,000` compared as text with numbers would find wrong records, unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mockserver.documents.near_misses import suggest
from mockserver.documents.strict_json import as_list, name_type
from mockserver.ivinex.schema import RECORD_ID, Field, is_number, parse_id, parse_moment

_PARTS = ("Contains", "NotContains", "StartsWith")
_EQUALITIES = ("Equal", "NotEqual")
_DIGITS = frozenset("0123456789")
_OF_NUMBERS = _DIGITS | set("+-.eE ")


class BadValueError(Exception):
    """A value does not suit its field; the message says what does.

    Args:
        message: Goes on from the field's name.
        hint: What was probably meant, as a sentence.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def to_text(value: object) -> str | None:
    """Return a scalar as the text that is kept: numbers as written, booleans as `true` and `false`.

    Raises:
        BadValueError: It is a list or an object.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise BadValueError(f"must be text, a number, true, false or null, not {name_type(value)}")


def read_value(field: Field, value: object) -> str | None:
    """Return the text to keep for a value that a request writes into a field.

    Empty text clears any field but a text one, where it is kept; so does 0, as portals print no option and no link.

    Raises:
        BadValueError: The value does not suit the field.
    """
    text = to_text(value)
    if text is None or field.kind in {"text", "html"}:
        return text
    if text == "" or (text == "0" and field.kind in {"option", "link"} and text not in field.options):
        return None
    return _READERS[field.kind](field, text)


def _read_number(_field: Field, text: str) -> str:
    if not is_number(text):
        hint = "Write digits alone, with a dot for decimals: 10000 or 12.5." if any(map(str.isdigit, text)) else ""
        raise BadValueError(f"must be a number, not {name_type(text)}", hint)
    return text


def _read_boolean(_field: Field, text: str) -> str:
    known = {"true": "true", "1": "true", "false": "false", "0": "false"}.get(text.lower())
    if known is None:
        raise BadValueError(f"must be true or false, not {name_type(text)}")
    return known


def read_moment(field: Field, text: str) -> str:
    """Return a date or date-time in the field's own precision; a bare date in a date-time field is its midnight.

    Raises:
        BadValueError: It is no date.
    """
    try:
        moment = parse_moment(text)
    except ValueError:
        raise BadValueError(
            f"must be a date like 2020-04-13 or a date-time like 2020-04-13 09:00:00, not {name_type(text)}"
        ) from None
    if field.kind == "date":
        return moment[:10]
    return moment if len(moment) > 10 else f"{moment} 00:00:00"


def _read_option(field: Field, text: str) -> str:
    if not field.options or text in field.options:
        return text
    by_label = {label.casefold(): option_id for option_id, label in field.options.items()}
    meant = by_label.get(text.casefold())
    if meant is not None:
        raise BadValueError("takes the id of an option, not its label", f'Send {meant} for "{text}".')
    known = ", ".join(f"{option_id} ({label})" for option_id, label in field.options.items())
    raise BadValueError(
        f"has no option {name_type(text)}", f"It has {known}.{suggest(text, [*field.options, *field.options.values()])}"
    )


def _read_link(field: Field, text: str) -> str:
    number = parse_id(text)
    if number is None:
        raise BadValueError(
            f"takes the id of a record of module {field.module_id}, which is digits, not {name_type(text)}"
        )
    return str(number)


_READERS = {
    "number": _read_number,
    "boolean": _read_boolean,
    "date": read_moment,
    "datetime": read_moment,
    "option": _read_option,
    "link": _read_link,
}


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
