from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Generator
from contextlib import closing

import pytest

from mockserver.crm.clock import AccountClock, parse_account_time, read_real_time, to_account_time
from mockserver.crm.database import open_connection

NOON = dt.datetime(2026, 3, 1, 11, 0, 0, tzinfo=dt.UTC)
LOCAL_NOON = dt.datetime(2026, 3, 1, 12, 0, 0)  # noqa: DTZ001 - account time has no offset


class Wall:
    """A real time that the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += dt.timedelta(**time)


@pytest.fixture
def connection() -> Generator[sqlite3.Connection]:
    with closing(open_connection()) as opened:
        yield opened


def test_a_free_clock_tells_the_real_time(connection: sqlite3.Connection):
    wall = Wall()
    clock = AccountClock(connection, wall)
    wall.pass_by(minutes=5)

    assert clock.now() == LOCAL_NOON + dt.timedelta(minutes=5)
    assert not clock.is_frozen


def test_a_frozen_clock_stands_still(connection: sqlite3.Connection):
    wall = Wall()
    clock = AccountClock(connection, wall)
    clock.freeze(parse_account_time("2026-01-02T03:04:05"))
    wall.pass_by(hours=1)

    assert clock.now().isoformat() == "2026-01-02T03:04:05"
    assert clock.is_frozen


def test_a_clock_can_be_frozen_where_it_is(connection: sqlite3.Connection):
    wall = Wall()
    clock = AccountClock(connection, wall)
    clock.freeze()
    wall.pass_by(hours=1)

    assert clock.now() == LOCAL_NOON


def test_a_set_clock_runs_on_from_there(connection: sqlite3.Connection):
    wall = Wall()
    clock = AccountClock(connection, wall)
    clock.run_from(parse_account_time("2020-01-01T00:00:00"))
    wall.pass_by(seconds=7)

    assert clock.now().isoformat() == "2020-01-01T00:00:07"
    assert not clock.is_frozen


def test_freeing_a_clock_brings_back_the_real_time(connection: sqlite3.Connection):
    clock = AccountClock(connection, Wall())
    clock.freeze(parse_account_time("2020-01-01T00:00:00"))
    clock.free()

    assert clock.now() == LOCAL_NOON


def test_a_set_time_is_part_of_the_state(connection: sqlite3.Connection):
    wall = Wall()
    AccountClock(connection, wall).freeze(parse_account_time("2020-01-01T00:00:00"))
    assert AccountClock(connection, wall).now().isoformat() == "2020-01-01T00:00:00"

    AccountClock(connection, wall).run_from(parse_account_time("2021-01-01T00:00:00"))
    assert AccountClock(connection, wall).now().isoformat() == "2021-01-01T00:00:00"


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T04:04:05"),
        ("2026-07-02T03:04:05+00:00", "2026-07-02T05:04:05"),
        ("2026-07-02 03:04:05", "2026-07-02T03:04:05"),
        ("2026-07-02T03:04:05.678", "2026-07-02T03:04:05"),
        ("2026-07-02", "2026-07-02T00:00:00"),
    ],
)
def test_a_time_is_read_in_the_accounts_zone_or_by_its_offset(text: str, local: str):
    assert to_account_time(parse_account_time(text)).isoformat() == local


def test_the_hour_that_comes_twice_is_told_apart(connection: sqlite3.Connection):
    clock = AccountClock(connection, Wall())
    seen: list[str] = []
    for text in ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"):
        clock.freeze(parse_account_time(text))
        clock = AccountClock(connection, Wall())
        assert clock.now().isoformat() == "2026-10-25T02:30:00"
        seen.append(clock.now_utc().isoformat())

    assert seen == ["2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"]


def test_a_running_clock_changes_to_winter_time(connection: sqlite3.Connection):
    wall = Wall()
    clock = AccountClock(connection, wall)
    clock.run_from(parse_account_time("2026-10-25T02:59:59+02:00"))
    wall.pass_by(seconds=2)

    assert clock.now().isoformat() == "2026-10-25T02:00:01"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-10:00"])
def test_a_time_at_the_end_of_the_calendar_is_refused(text: str):
    with pytest.raises(ValueError, match="calendar"):
        parse_account_time(text)


def test_the_real_time_is_in_utc_and_has_no_fraction():
    now = read_real_time()

    assert now.tzinfo is dt.UTC
    assert now.microsecond == 0
