"""Dates and times as MiniCRM writes them: local, without a zone. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import TYPE_CHECKING

from crm_mcp.errors import InputError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?P<time>[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(?P<offset>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)


def parse_local_time(text: str, zone: ZoneInfo, *, end_of_day: bool) -> str:
    """Return an ISO date or date-time as `YYYY-MM-DD HH:MM:SS` in the account's zone.

    Without an offset the text is local time already, and stands even where a change of clocks skips or repeats it. A
    date alone means 00:00:00, or with `end_of_day` 23:59:59, as the CRM sends a date-only field.

    Source: minicrm.txt, "Database Schema" (DateTime); the zone is observed.
    """
    text = text.strip()
    match = _ISO.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        moment = datetime.fromisoformat(text)
        if match["offset"]:
            moment = moment.astimezone(zone)
    except (ValueError, OverflowError):
        raise InputError(
            f"{text[:60]!r} is no date or date-time.",
            hint="Write 2026-01-31, 2026-01-31 14:30 or 2026-01-31T14:30:00+01:00.",
        ) from None
    if not match["time"] and end_of_day:
        moment = datetime.combine(moment, time(23, 59, 59))
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")
