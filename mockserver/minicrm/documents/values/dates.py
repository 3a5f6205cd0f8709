"""Days as documents have them."""

from __future__ import annotations

import datetime as dt
import re

from mockserver.minicrm.documents import rules
from mockserver.minicrm.rules import RefusalError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NO_DAY = frozenset({"", "0000-00-00"})


def read_date(name: str, given: object) -> str:
    """Return a day that a caller writes, empty for none.

    Raises:
        RefusalError: It is no day.
    """
    if given is None or (isinstance(given, str) and given in _NO_DAY):
        return ""
    if isinstance(given, str) and _DAY.fullmatch(given):
        try:
            return dt.date.fromisoformat(given).isoformat()
        except ValueError:
            pass
    raise RefusalError(rules.BAD_DOCUMENT_VALUE, name, [f"{name} is a day such as 2026-11-27"])


def add_days(day: str, count: int) -> str:
    """Return the day so many days later."""
    return (dt.date.fromisoformat(day) + dt.timedelta(days=count)).isoformat()
