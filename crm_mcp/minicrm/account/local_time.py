"""Dates and times as MiniCRM writes them: local, without a zone. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from crm_mcp.crm.dates import no_date, read_moment

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


OVERLAP = timedelta(minutes=10)
"""How much longer ago is searched, since the clock of the CRM's database may not be that of its web server."""
_HOUR = timedelta(hours=1)


def local_before(moment_s: float, zone: ZoneInfo, overlap: timedelta = OVERLAP) -> str:
    """Return the account's local time so long before a moment, which is in seconds since 1970.

    It is an hour more where the clocks are being changed: in autumn local times come twice.
    """
    since = datetime.fromtimestamp(moment_s, UTC) - overlap
    offsets = {(since + step).astimezone(zone).utcoffset() for step in (-_HOUR, _HOUR)}
    local = (since - (len(offsets) - 1) * _HOUR).astimezone(zone)
    return local.replace(tzinfo=None).isoformat(" ", "seconds")


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
