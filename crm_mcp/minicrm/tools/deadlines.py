"""When a task is due, in the account's own time: which days a word such as `this_week` means. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from crm_mcp.minicrm.models import Task

Due = Literal["all", "overdue", "today", "this_week", "next_7_days", "no_deadline"]
DUE: dict[str, str] = {name: name for name in ("all", "overdue", "today", "this_week", "next_7_days", "no_deadline")}
DUE_AT = (
    "(case when t.deadline glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' "
    "then replace(t.deadline, 'T', ' ') || iif(length(t.deadline) = 10, ' 23:59:59', '') end)"
)
"""SQL of the deadline of a row `t` as `deadline_of` has it, null where it has none."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LAST = "9999"


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Which tasks are listed: a word of `DUE`, the account's time as MiniCRM writes it, and the word's days, if any."""

    due: str
    now: str
    first: str = ""
    last: str = ""

    @property
    def condition(self) -> str:
        """SQL that tells whether a row `t` with a deadline is listed."""
        if self.due == "all":
            return "1"
        if self.due == "no_deadline":
            return f"{DUE_AT} is null"
        if self.due == "overdue":
            return f"{DUE_AT} < '{self.now}'"
        return f"substr({DUE_AT}, 1, 10) between '{self.first}' and '{self.last}'"

    def is_overdue(self, task: Task) -> bool:
        """Return whether a task's deadline has passed."""
        deadline = deadline_of(task)
        return bool(deadline) and deadline < self.now


def due_filter(due: str, now: datetime) -> DueFilter:
    """Return the days that a word means at a local time.

    A week is Monday to Sunday, days that have passed included; `next_7_days` is today and the seven days after it.
    """
    today = now.date()
    ranges: dict[str, tuple[date, date]] = {
        "today": (today, today),
        "this_week": (today - timedelta(today.weekday()), today + timedelta(6 - today.weekday())),
        "next_7_days": (today, today + timedelta(7)),
    }
    local = now.replace(tzinfo=None).isoformat(" ", "seconds")
    first, last = ranges.get(due, (None, None))
    return DueFilter(due, local, first.isoformat() if first else "", last.isoformat() if last else "")


def deadline_of(task: Task) -> str:
    """Return a task's deadline as `YYYY-MM-DD HH:MM:SS`, empty where it has none; a date alone is its end."""
    text = task.get("deadline", "").replace("T", " ")
    if not _DAY.match(text):
        return ""
    return f"{text} 23:59:59" if len(text) == 10 else text


def by_deadline(task: Task) -> tuple[str, str]:
    """Order tasks by deadline, those without one last."""
    return deadline_of(task) or _LAST, task["id"]
