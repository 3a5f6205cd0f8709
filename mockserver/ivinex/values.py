"""From a value in a request or a seed to the text that is kept.

Which values Ivinex refuses is not documented; every refusal here is assumed, and made to help: it names what to send.
"""

from __future__ import annotations

from mockserver.documents.near_misses import suggest
from mockserver.documents.strict_json import name_type
from mockserver.ivinex.schema import Field, is_number, parse_id, parse_moment


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
