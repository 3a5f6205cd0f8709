"""Dates and times as people and models write them: ISO, or the year first with points or slashes. Pure.

Only forms that nobody reads in two ways are taken: the year has four digits and stands first.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from crm_mcp.crm.name_matching import shown
from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.errors import InputError

_MOMENT = re.compile(
    r"(?P<year>\d{4})(?P<separator>-|/|\. ?)(?P<month>\d\d?)(?P=separator)(?P<day>\d\d?)\.?"
    r"(?:(?:T|,? )(?P<hour>\d\d?):(?P<minute>\d\d)(?P<seconds>:\d\d(?:\.\d{1,6})?)? ?(?P<offset>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)


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
        f"{shown(text)} is not a date or date-time.",
        hint="Write 2026-01-31, 2026-01-31 14:30 or 2026-01-31T14:30:00+01:00.",
    )
