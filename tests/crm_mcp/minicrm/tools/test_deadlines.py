"""What words such as `this_week` mean in the account's own time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from crm_mcp.minicrm.models import Task
from crm_mcp.minicrm.tools.deadlines import DueFilter, due_filter

NOW = datetime.fromisoformat("2026-11-18T12:00:00+01:00")  # a Wednesday


def task(deadline: str) -> Task:
    return {"id": "1", "comment": "", "deadline": deadline} if deadline else {"id": "1", "comment": ""}


def is_listed(days: DueFilter, deadline: str) -> bool:
    with closing(sqlite3.connect(":memory:")) as connection:
        sql = f"select 1 from (select ? as deadline) as t where {days.condition}"
        return bool(connection.execute(sql, (deadline or None,)).fetchall())


@pytest.mark.parametrize(
    ("due", "held", "left"),
    [
        ("overdue", ["2026-11-18 11:59:59", "2025-01-01"], ["2026-11-18 12:00:00", "2026-11-18", ""]),
        ("today", ["2026-11-18 00:00:00", "2026-11-18", "2026-11-18 23:59:59"], ["2026-11-17 23:59:59", ""]),
        ("this_week", ["2026-11-16 00:00:00", "2026-11-22 23:59:59"], ["2026-11-15 23:59:59", "2026-11-23 00:00:00"]),
        ("next_7_days", ["2026-11-18 08:00:00", "2026-11-25 23:59:59"], ["2026-11-17 23:59:59", "2026-11-26 00:00:00"]),
        ("no_deadline", ["", "soon"], ["2026-11-18"]),
        ("all", ["", "soon", "2026-11-18"], []),
    ],
)
def test_a_word_means_these_deadlines(due: str, held: list[str], left: list[str]) -> None:
    days = due_filter(due, NOW)
    assert [deadline for deadline in (*held, *left) if is_listed(days, deadline)] == held


@pytest.mark.parametrize("day", [16, 17, 18, 19, 20, 21, 22])
def test_a_week_is_monday_to_sunday_whatever_the_day(day: int) -> None:
    days = due_filter("this_week", datetime(2026, 11, day, 23, 30))  # noqa: DTZ001  # local time, as in the account
    assert (days.first, days.last) == ("2026-11-16", "2026-11-22")


def test_a_task_with_a_day_alone_is_overdue_only_when_the_day_is_over() -> None:
    assert not due_filter("all", NOW).is_overdue(task("2026-11-18"))
    assert due_filter("all", NOW).is_overdue(task("2026-11-17"))
    assert not due_filter("all", NOW).is_overdue(task(""))
