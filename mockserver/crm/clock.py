"""The account's clock: real time, or a time that was set, frozen or running, as the account's zone tells it.

A set time is stored in the database, so snapshots and `--db` files hold it. All is counted in UTC, so that the hour
which comes twice in autumn is told apart.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from zoneinfo import ZoneInfo

from mockserver.crm.database import transaction

# MiniCRM's accounts keep Hungarian time (field notes, grade B); that an Ivinex portal does too is assumed.
ACCOUNT_ZONE = "Europe/Budapest"


def read_real_time() -> dt.datetime:
    """Return the real time, in UTC and to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def parse_account_time(text: str) -> dt.datetime:
    """Read an ISO date-time and return it in UTC; one without an offset is in the account's zone.

    Raises:
        ValueError: It is no ISO date-time, or at the very ends of the calendar.
    """
    moment = dt.datetime.fromisoformat(text).replace(microsecond=0)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(ACCOUNT_ZONE))
    try:
        to_account_time(moment)
        return moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is too near an end of the calendar") from error


def to_account_time(moment: dt.datetime) -> dt.datetime:
    """Return a moment as the account's zone has it, without an offset."""
    return moment.astimezone(ZoneInfo(ACCOUNT_ZONE)).replace(tzinfo=None)


class AccountClock:
    """The account's time.

    Args:
        connection: The database that stores a set time.
        read_real_time: Returns the real time, in UTC.
    """

    def __init__(
        self, connection: sqlite3.Connection, read_real_time: Callable[[], dt.datetime] = read_real_time
    ) -> None:
        self._connection = connection
        self._read_real_time = read_real_time
        connection.execute("CREATE TABLE IF NOT EXISTS control_clock (frozen_at TEXT, ahead_s REAL)")
        row = connection.execute("SELECT frozen_at, ahead_s FROM control_clock").fetchone()
        self._frozen_at = parse_account_time(row[0]) if row and row[0] else None
        self._ahead = dt.timedelta(seconds=row[1] if row else 0.0)

    @property
    def is_frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen_at is not None

    def now(self) -> dt.datetime:
        """Return the present local time of the account, without an offset and without microseconds."""
        return to_account_time(self.now_utc())

    def now_utc(self) -> dt.datetime:
        """Return the present time of the account in UTC."""
        return self._frozen_at if self._frozen_at is not None else self._read_real_time() + self._ahead

    def freeze(self, moment: dt.datetime | None = None) -> None:
        """Stop the clock at `moment`, which has an offset, or at the present time."""
        self._store(moment or self.now_utc(), dt.timedelta(0))

    def run_from(self, moment: dt.datetime) -> None:
        """Set the clock to `moment`, which has an offset, and let it run on from there."""
        self._store(None, moment - self._read_real_time())

    def free(self) -> None:
        """Return to real time."""
        self._store(None, dt.timedelta(0))

    def _store(self, frozen_at: dt.datetime | None, ahead: dt.timedelta) -> None:
        with transaction(self._connection):
            self._connection.execute("DELETE FROM control_clock")
            self._connection.execute(
                "INSERT INTO control_clock VALUES (?, ?)",
                (frozen_at.isoformat(" ") if frozen_at else None, ahead.total_seconds()),
            )
        self._frozen_at, self._ahead = frozen_at, ahead
