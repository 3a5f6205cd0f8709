"""One workspace: an account of each CRM over one database, its clock and its journal.

The server has one, called `default`. Everything that a request can change hangs on it, so that several could live side
by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from mockserver import database
from mockserver.clock import AccountClock, parse_account_time
from mockserver.exchange import Crm, SeedError
from mockserver.journal import Journal
from mockserver.near_misses import suggest
from mockserver.profiles import Profile
from mockserver.registry import CRMS
from mockserver.strict_json import as_object, name_type


class Workspace:
    """An account of each CRM, filled from a seed.

    Args:
        seed: The seed document that `reset` goes back to; it is loaded now unless the database file holds data.
        profile: Which reading of the APIs to follow.
        database_path: A file that keeps the state over restarts; empty is memory.
        name: The workspace's name in the journal.

    Raises:
        SeedError: The seed cannot be loaded.
        DatabaseError: The file cannot be used.
    """

    def __init__(
        self,
        seed: Mapping[str, object],
        profile: Profile | None = None,
        *,
        database_path: str = "",
        name: str = "default",
    ) -> None:
        self.name = name
        self.profile = profile or Profile()
        self.journal = Journal(name)
        self._seed = seed
        self._connection = database.open_connection(database_path)
        self.clock: AccountClock
        self.crms: dict[str, Crm]
        try:
            self._build()
            if not self._holds_data():
                self.reset()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def reset(self) -> None:
        """Go back to the seed the workspace was started with; the journal stays."""
        self.load(self._seed)

    def load(self, seed: Mapping[str, object]) -> None:
        """Replace all data, and the clock, by a seed document, wholly or not at all.

        Raises:
            SeedError: The document has another shape; nothing was changed.
        """
        parts = _split_seed(seed)
        try:
            with database.transaction(self._connection):
                self._set_clock(seed.get("clock"))
                for name, crm in self.crms.items():
                    crm.load(parts.get(name, {}))
                self._connection.execute("INSERT OR IGNORE INTO control_state VALUES ('seeded', '1')")
        except BaseException:
            self._build()  # what the CRMs remember belongs to the data that was just undone
            raise

    def count_rows(self) -> dict[str, dict[str, int]]:
        """Return how many rows of each kind each CRM holds."""
        return {name: crm.counts() for name, crm in self.crms.items()}

    def dump_snapshot(self) -> bytes:
        """Return data and clock as one opaque value."""
        return database.dump_snapshot(self._connection)

    def restore_snapshot(self, snapshot: bytes) -> None:
        """Go back to what `dump_snapshot` returned.

        Raises:
            DatabaseError: It is no snapshot; nothing was changed.
        """
        database.restore_snapshot(self._connection, snapshot)
        self._build()

    def _build(self) -> None:
        self._connection.execute("CREATE TABLE IF NOT EXISTS control_state (key TEXT PRIMARY KEY, value TEXT)")
        self.clock = AccountClock(self._connection)
        self.crms = {entry.name: entry.build(self._connection, self.clock, self.profile) for entry in CRMS}

    def _holds_data(self) -> bool:
        return self._connection.execute("SELECT 1 FROM control_state WHERE key = 'seeded'").fetchone() is not None

    def _set_clock(self, text: object) -> None:
        if text is None:
            self.clock.free()
            return
        try:
            self.clock.freeze(parse_account_time(cast("Any", text)))
        except (ValueError, TypeError) as error:
            raise SeedError(
                f'clock: must be an ISO date-time such as "2026-01-02T03:04:05", not {name_type(text)}'
            ) from error


def _split_seed(seed: Mapping[str, object]) -> dict[str, dict[str, object]]:
    known = ["clock", *(entry.name for entry in CRMS)]
    parts: dict[str, dict[str, object]] = {}
    for key, value in seed.items():
        if key not in known:
            raise SeedError(f"{key}: no such key; a seed has {', '.join(known)}.{suggest(key, known)}")
        part = as_object(value)
        if part is not None:
            parts[key] = part
        elif key != "clock":
            raise SeedError(f"{key}: must be an object, not {name_type(value)}")
    return parts
