"""What the store's audit says of each write, compared with what the callers were told and with what the CRMs hold."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.soak.ledger import Ledger
from tests.soak.plan import MARKER, Write
from tests.soak.told import OPEN, Told

_ROWS = "select write_id, record_id, outcome, at, change from writes order by at, place"
_OPEN_OUTCOMES = ("sent", "unknown")
_DONE_OUTCOMES = ("written", "skipped")


@dataclass(frozen=True)
class AuditRow:
    """One record of one writing call."""

    write_id: str
    record_id: str
    outcome: str
    at_s: float


@dataclass
class Audit:
    """The rows by each marker that they sent, and by each field, record and value."""

    by_name: Mapping[str, Sequence[AuditRow]]

    @classmethod
    def read(cls, store: Path) -> Audit:
        """Read the rows of a store's folder."""
        with closing(sqlite3.connect(store / "memory.sqlite")) as connection:
            return cls._of(connection.execute(_ROWS).fetchall())

    @classmethod
    def read_postgres(cls, url: str) -> Audit:
        """Read the rows of a store in PostgreSQL."""
        with psycopg.connect(url, options="-c search_path=crm_mcp") as connection:
            return cls._of(connection.execute(_ROWS.encode()).fetchall())

    @classmethod
    def _of(cls, rows: Iterable[tuple[Any, ...]]) -> Audit:
        found: dict[str, list[AuditRow]] = defaultdict(list)
        for write_id, record_id, outcome, at_s, change in rows:
            sent = json.loads(change)["sent"]
            row = AuditRow(write_id, record_id, outcome, at_s)
            names = {*MARKER.findall(json.dumps(sent)), *(f"{name} {record_id} {sent[name]}" for name in sent)}
            for name in names:
                found[name].append(row)
        return cls(found)

    def find_problems(self, ledger: Ledger, created: Mapping[str, Sequence[str]]) -> Iterator[tuple[Write, str]]:
        """Yield each write of which the audit says something else than the caller was told, or than is true."""
        for statements in ledger.statements.values():
            write, last = statements[0].write, statements[-1].message.told
            rows = self._rows_of(write)
            outcomes = [row.outcome for row in rows]
            if write.effect == "creates":
                there = created.get(write.marker, [])
                written = [row.record_id for row in rows if row.outcome == "written"]
                if there and not any(one in (*_OPEN_OUTCOMES, "written") for one in outcomes):
                    yield write, f"audit: {there[0]} is there, and the audit has {outcomes}"
                if set(written) - set(there):
                    yield write, f"audit: written as {written}, and {there} is there"
                if last is Told.DONE and not written:
                    yield write, f"audit: told done, and the audit has {outcomes}"
            elif write.effect == "changes" and last is Told.DONE and not {*outcomes} & {*_DONE_OUTCOMES}:
                yield write, f"audit: told done, and the audit has {outcomes}"
            if "sent" in outcomes and not any(one.message.told in OPEN for one in statements):
                yield write, f"audit: an outcome is open, and the caller was told {last.value!r}"

    def _rows_of(self, write: Write) -> Sequence[AuditRow]:
        if write.effect == "creates":
            return self.by_name.get(write.marker, ())
        return self.by_name.get(f"{write.field} {write.thing_id} {write.value}", ())
