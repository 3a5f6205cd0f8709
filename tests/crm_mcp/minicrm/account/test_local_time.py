"""Dates as people give them, and as MiniCRM takes them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.errors import InputError
from crm_mcp.minicrm.account.local_time import parse_local_time

BUDAPEST = ZoneInfo("Europe/Budapest")


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-01-31", "2026-01-31 23:59:59"),
        ("2026-01-31 14:30", "2026-01-31 14:30:00"),
        ("2026-01-31T14:30:05", "2026-01-31 14:30:05"),
        (" 2026-01-31T14:30:05.999 ", "2026-01-31 14:30:05"),
        ("2026-01-31T14:30:00Z", "2026-01-31 15:30:00"),
        ("2026-07-31T14:30:00Z", "2026-07-31 16:30:00"),
        ("2026-01-31T23:30:00-05:00", "2026-02-01 05:30:00"),
        ("2026-01-31T14:30+0100", "2026-01-31 14:30:00"),
        ("2026-01-31T00:00", "2026-01-31 00:00:00"),
        ("2026-03-29 02:30", "2026-03-29 02:30:00"),  # skipped by the clocks of Budapest
        ("2026-10-25 02:30", "2026-10-25 02:30:00"),  # comes twice there
        ("0999-01-31", "0999-01-31 23:59:59"),
        ("2026. 11. 30.", "2026-11-30 23:59:59"),
        ("2026.11.30", "2026-11-30 23:59:59"),
        ("2026.11.30.", "2026-11-30 23:59:59"),
        ("2026/11/30", "2026-11-30 23:59:59"),
        ("2026. 1. 5.", "2026-01-05 23:59:59"),
        ("2026. 11. 30. 14:00", "2026-11-30 14:00:00"),
        ("2026.11.30. 9:05", "2026-11-30 09:05:00"),
        ("2026.11.30 14:00:05", "2026-11-30 14:00:05"),
        ("2026/11/30 14:00", "2026-11-30 14:00:00"),
        ("2026.\u00a011.\u00a030., 14:00", "2026-11-30 14:00:00"),
        ("2026-01-31T14:30:00 +01:00", "2026-01-31 14:30:00"),
        ("2026-01-31t14:30:00z", "2026-01-31 15:30:00"),
    ],
)
def test_a_date_becomes_local_time_with_seconds(text: str, local: str) -> None:
    assert parse_local_time(text, BUDAPEST, end_of_day=True) == local


def test_a_date_alone_may_mean_its_beginning() -> None:
    assert parse_local_time("2026-01-31", BUDAPEST, end_of_day=False) == "2026-01-31 00:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "", "tomorrow", "31.01.2026", "2026-02-30", "2026-13-01", "20260131", "2026-W01-1", "2026-01-31T25:00",
        "2026-01-31+01:00", "0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "\u0662026-01-31",
        "2026-01-31T10", "\ud800", "2026. 11. 31.", "2026. 13. 1.", "2026.11/30", "26. 11. 30.", "30.11.2026",
        "11/30/2026", "2026. 11.", "2026..11.30",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_local_time(text, BUDAPEST, end_of_day=True)
    assert "2026-01-31" in caught.value.hint
    str(caught.value).encode()


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda one: one.replace(microsecond=0)))  # noqa: DTZ001  # bounds of local times
def test_a_moment_with_an_offset_is_the_same_moment_in_the_zone(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    local = parse_local_time(moment.isoformat(), BUDAPEST, end_of_day=True)
    assert local == moment.astimezone(BUDAPEST).strftime("%Y-%m-%d %H:%M:%S")


@given(st.datetimes(datetime(1000, 1, 1)))  # noqa: DTZ001  # a local time
def test_a_local_time_is_read_back_as_it_was_written(moment: datetime) -> None:
    written = moment.isoformat(" ", "seconds")
    assert parse_local_time(written, BUDAPEST, end_of_day=True) == written
