"""Dates and times as people and models write them: ISO, or the year first with points or slashes. Pure.

Only forms that nobody reads in two ways are taken: the year has four digits and stands first. Who looks back may also
name a day: `Monday`, `yesterday`, `7d`, in English and Hungarian.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from crm_mcp.crm.name_matching import folded, shown
from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.errors import InputError
from crm_mcp.languages import Texts

_texts = Texts(__file__)

_MOMENT = re.compile(
    r"(?P<year>\d{4})(?P<separator>-|/|\. ?)(?P<month>\d\d?)(?P=separator)(?P<day>\d\d?)\.?"
    r"(?:(?:T|,? )(?P<hour>\d\d?):(?P<minute>\d\d)(?P<seconds>:\d\d(?:\.\d{1,6})?)? ?(?P<offset>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)

_WEEKDAYS = (
    ("monday", "mon", "hetfo"),
    ("tuesday", "tue", "kedd"),
    ("wednesday", "wed", "szerda"),
    ("thursday", "thu", "csutortok"),
    ("friday", "fri", "pentek"),
    ("saturday", "sat", "szombat"),
    ("sunday", "sun", "vasarnap"),
)
_DAYS_AGO = {"today": 0, "ma": 0, "yesterday": 1, "tegnap": 1}
_AGO = re.compile(r"(\d{1,4}) ?(d|days?|nap|w|weeks?|het)(?: ago)?", re.ASCII)
_LONGEST_AGO = 3650


class Moment(NamedTuple):
    """A date, or a date and time.

    Attributes:
        time: Midnight where no time was given; without a zone where no offset was.
        is_date: Whether the text is a date alone.
    """

    time: datetime
    is_date: bool


def read_moment(text: str) -> Moment:
    """Return the date or date-time that a text is: `2026-11-30`, `2026. 11. 30. 14:00`, `2026/11/30T14:00:00+01:00`.

    Raises:
        InputError: It is none, or there is no such day.
    """
    match = _MOMENT.fullmatch(mend_text(text))
    try:
        if match is None:
            raise ValueError(text)
        day = f"{match['year']}-{match['month']:0>2}-{match['day']:0>2}"
        if match["hour"] is None:
            return Moment(datetime.fromisoformat(day), is_date=True)
        clock = f"{match['hour']:0>2}:{match['minute']}{match['seconds'] or ''}{(match['offset'] or '').upper()}"
        return Moment(datetime.fromisoformat(f"{day}T{clock}"), is_date=False)
    except ValueError:
        raise no_date(text) from None


def no_date(text: str) -> InputError:
    """Return the error for a text that is not a date or date-time."""
    return InputError(
        _texts.later("{text} is not a date or date-time.", text=shown(text)),
        hint=_texts.later("Write 2026-01-31, 2026-01-31 14:30 or 2026-01-31T14:30:00+01:00."),
    )


def parse_past_day(text: str, now: datetime) -> datetime:
    """Return the moment since when somebody looks back; midnight where a day was named.

    A weekday is the last one that has begun: on a Monday, `Monday` is today.

    Args:
        text: A weekday, `today`, `yesterday`, `7d`, `2 weeks`, a date or a date-time.
        now: The present moment; its zone is the result's, which has none.

    Raises:
        InputError: It is none of these.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    days_ago = _read_days_ago(folded(text), now.weekday())
    if days_ago is not None:
        return midnight - timedelta(days=days_ago)
    try:
        moment = read_moment(text).time
    except InputError:
        raise InputError(
            f"{text[:60]!r} is no day to look back to.",
            hint="Write Monday, yesterday, 7d, or a date such as 2026-01-31.",
        ) from None
    return moment.astimezone(now.tzinfo).replace(tzinfo=None) if moment.tzinfo else moment


def _read_days_ago(word: str, weekday: int) -> int | None:
    if word in _DAYS_AGO:
        return _DAYS_AGO[word]
    for number, names in enumerate(_WEEKDAYS):
        if word.removeprefix("last ").removeprefix("since ") in names:
            return (weekday - number) % 7
    ago = _AGO.fullmatch(word)
    if ago is None:
        return None
    return min(int(ago[1]) * (7 if ago[2][0] in "wh" else 1), _LONGEST_AGO)
