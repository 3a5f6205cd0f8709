"""Dates and times as MiniCRM writes them: local, without a zone. Pure."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from crm_mcp.crm.dates import no_date, read_moment

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def parse_local_time(text: str, zone: ZoneInfo, *, end_of_day: bool) -> str:
    """Return a date or date-time as `YYYY-MM-DD HH:MM:SS` in the account's zone; see `read_moment` for its forms.

    Without an offset the text is local time already, and stands even where a change of clocks skips or repeats it. A
    date alone means 00:00:00, or with `end_of_day` 23:59:59, as the CRM sends a date-only field.

    Source: minicrm.txt, "Database Schema" (DateTime); the zone is observed.
    """
    moment, is_date = read_moment(text)
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(zone)
        except OverflowError:
            raise no_date(text) from None
    if is_date and end_of_day:
        moment = datetime.combine(moment, time(23, 59, 59))
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")


def parse_field_time(text: str, zone: ZoneInfo) -> str:
    """Return the value of a date field; a date alone stays one, since that has its own meaning to the CRM."""
    moment = read_moment(text)
    return moment.time.date().isoformat() if moment.is_date else parse_local_time(text, zone, end_of_day=False)
