"""One workspace: an account of each CRM over one database, its clock, journal, fault plan and webhooks.

Everything that a request can change hangs on it, so that many live side by side and never meet.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from mockserver.crm import database
from mockserver.crm.api import SeedError
from mockserver.crm.clock import AccountClock, parse_account_time
from mockserver.crm.profiles import DeviationError, Profile, check_names
from mockserver.crm.protocol import Crm
from mockserver.documents.checked import CheckedReader
from mockserver.documents.strict_json import name_type
from mockserver.registry import CRMS, list_deviations
from mockserver.workspaces.faults import Faults
from mockserver.workspaces.journal import MAX_BYTES, Journal
from mockserver.workspaces.webhooks.webhooks import Webhooks

DEFAULT_NAME = "default"

_READER = CheckedReader(SeedError)


class Workspace:
    """An account of each CRM, filled from a seed.

    Args:
        seed: The seed document that `reset` goes back to; it is loaded now unless the database file holds data.
        profile: Which reading of the APIs to follow; a seed's `deviations` overrule it one by one.
        database_path: A file that keeps the state over restarts; empty is memory.
        name: The workspace's name in the journal.
        own_logins: The login of each CRM that alone opens the workspace, whatever its data says; empty: its data says.
        image: A snapshot of the seed as loaded before, which is quicker than loading it.
        journal_bytes: How much the journal may hold.
        webhook_hosts: Hosts that webhooks may go to beside this machine.

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
        name: str = DEFAULT_NAME,
        own_logins: Mapping[str, tuple[str, str]] | None = None,
        image: bytes | None = None,
        journal_bytes: int = MAX_BYTES,
        webhook_hosts: Collection[str] = (),
    ) -> None:
        self.name = name
        self.own_profile = profile or Profile()
        self.profile: Profile
        self.own_logins = own_logins or {}
        self.journal = Journal(name, max_bytes=journal_bytes)
        self.faults = Faults(name)
        self.webhooks = Webhooks(
            lambda: self.clock, self.journal, lambda crm: self.list_logins(crm)[0][0], webhook_hosts
        )
        self._seed = seed
        self._connection = database.open_connection(database_path)
        # Where nobody closes it: from Python 3.13 on a connection that is dropped open is warned of.
        weakref.finalize(self, self._connection.close)
        self.clock: AccountClock
        self.crms: dict[str, Crm]
        try:
            if image is not None:
                database.restore_snapshot(self._connection, image)
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
        """Go back to the seed it was started with, and take all faults and webhooks away; the journal stays."""
        self.load(self._seed)
        self.faults.clear()
        self.webhooks.clear()

    def load(self, seed: Mapping[str, object]) -> None:
        """Replace all data, and the clock, by a seed document, wholly or not at all.

        Raises:
            SeedError: The document has another shape; nothing was changed.
        """
        parts = _split_seed(seed)
        with self.changing():
            self._set_clock(seed.get("clock"))
            self._set_deviations(parts.get("deviations", {}))
            for name, crm in self.crms.items():
                crm.load(parts.get(name, {}))
            self._connection.execute("INSERT OR IGNORE INTO control_state VALUES ('seeded', '1')")

    @contextmanager
    def changing(self) -> Generator[None]:
        """Let a block change clock and data of the CRMs, wholly or, where it raises, not at all."""
        try:
            with database.transaction(self._connection):
                yield
        except BaseException:
            self._build()  # what the CRMs remember belongs to the data that was just undone
            raise

    def list_logins(self, crm_name: str) -> Sequence[tuple[str, str]]:
        """Return the logins that open a CRM's account in this workspace, as user name and password."""
        own = self.own_logins.get(crm_name)
        return [own] if own else self.crms[crm_name].list_logins()

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
        self.profile = self.own_profile.switch(self._read_deviations())
        self.crms = {entry.name: entry.build(self._connection, self.clock, self.profile) for entry in CRMS}

    def _holds_data(self) -> bool:
        return self._connection.execute("SELECT 1 FROM control_state WHERE key = 'seeded'").fetchone() is not None

    def _read_deviations(self) -> dict[str, bool]:
        row = self._connection.execute("SELECT value FROM control_state WHERE key = 'deviations'").fetchone()
        return json.loads(row[0]) if row else {}

    def _set_deviations(self, switches: Mapping[str, object]) -> None:
        try:
            check_names(switches, list_deviations())
        except DeviationError as error:
            raise SeedError(f"deviations: {error}") from error
        for name, state in switches.items():
            if not isinstance(state, bool):
                _READER.refuse(f"deviations.{name}", "true or false", state)
        if switches != self._read_deviations():
            sql = "INSERT OR REPLACE INTO control_state VALUES ('deviations', ?)"
            self._connection.execute(sql, (json.dumps(switches),))
            self._build()

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
    known = ["clock", "deviations", *(entry.name for entry in CRMS)]
    _READER.refuse_unknown(seed, "", known, "a seed has")
    return {key: _READER.take_object(value, key) for key, value in seed.items() if key != "clock"}
