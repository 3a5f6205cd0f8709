"""Values of filters and of records to be written, read by the kind of their field. Pure.

Text that is no number never goes to a field that holds numbers: Ivinex would compare it as text, and say nothing. What
can mean one thing only is taken, anything else raises an `InputError` that says how to write it.
"""

from __future__ import annotations

import re
from datetime import time

from crm_mcp.crm.dates import read_moment
from crm_mcp.crm.name_matching import shown
from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.errors import InputError
from crm_mcp.ivinex.account.field_kinds import DATES, NUMBERS

_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,20})?", re.ASCII)
_SPACED_NUMBER = re.compile(r"[+-]?\d{1,3}([ ']\d{3})+(\.\d{1,20})?", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+", re.ASCII)
_LIKE_A_NUMBER = re.compile(r"[^\w\s]?\s?[+-]?\d[\d\s.,']*\s?(\w{1,3}|[^\w\s])?", re.ASCII)
_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes", "y", "on", "igen"), "true"),
    **dict.fromkeys(("false", "0", "no", "n", "off", "nem"), "false"),
}


def read_value(name: str, kind: str, value: object) -> object:
    """Return a value of a field as Ivinex writes it; an empty one, or one of a field without rules, as it is.

    Raises:
        InputError: The field holds numbers, booleans or dates, and this is none.
    """
    if value is None or value == "":
        return value
    if kind in NUMBERS:
        return read_number(name, value)
    if kind == "boolean":
        return _read_boolean(name, value)
    return read_date(name, kind, value) if kind in DATES else value


def read_number(name: str, value: object) -> object:
    """Return a number; see `read_value`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = mend_text(str(value))
    if _NUMBER.fullmatch(text) or _SPACED_NUMBER.fullmatch(text):
        return re.sub(r"[+ ']", "", text)
    raise InputError(f"{name} holds numbers, and {shown(value)} is not written as one.", hint=_how_to_write(text))


def is_like_a_number(value: object) -> bool:
    """Tell whether a value is a number, or a text that people would read as one, such as `10,000 Ft`."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number or (isinstance(value, str) and _LIKE_A_NUMBER.fullmatch(mend_text(value)) is not None)


def _how_to_write(text: str) -> str:
    if _THOUSANDS.fullmatch(text):
        return f"Write {text.replace(',', '')}, or {text.replace(',', '.')} if the comma stands before decimals."
    if re.fullmatch(r"-?\d+,\d+", text, re.ASCII):
        return f"Write {text.replace(',', '.')}: a point stands before decimals."
    return "Write digits alone, with a point before decimals, such as 10000 or 10.5."


def _read_boolean(name: str, value: object) -> str:
    known = _BOOLEANS.get(mend_text(str(value)).casefold())
    if known is None:
        raise InputError(f"{name} holds true or false, not {shown(value)}.", hint="Write true or false.")
    return known


def read_date(name: str, kind: str, value: object, *, keeps_zone: bool = True) -> str:
    """Return a date or date-time as Ivinex writes it; see `read_value`.

    Its times have no zone (observed): one with an offset is refused, or where not `keeps_zone` read as if it had none.
    """
    moment, is_date = read_moment(str(value))
    is_midnight = moment.time() == time()
    if moment.tzinfo is not None and keeps_zone and not (kind == "date" and is_midnight):
        raise InputError(
            f"{name}: Ivinex times have no zone, and {shown(value)} has one.",
            hint="Write the time as the portal shows it, without Z or an offset.",
        )
    if kind == "date" and not is_midnight:
        raise InputError(f"{name} holds dates without a time, not {shown(value)}.", hint=f"Write {moment:%Y-%m-%d}.")
    if kind == "date" or is_date:
        return f"{moment:%Y-%m-%d}"
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")
