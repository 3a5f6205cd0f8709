"""The rows of the audit, as whoever writes makes them: a batch is one call that writes, with a row for each record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm_mcp.store.transaction import Transaction

SENT = "sent"
"""The request went out, and nothing else is known: the process may have ended before the response came."""
WRITTEN = "written"
REFUSED = "refused"
UNKNOWN = "unknown"
SKIPPED = "skipped"
"""Nothing was sent for this record."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One call that writes; `target` is JSON by which the target is made again, `undoes` the batch it takes back."""

    write_id: str
    account: str
    tool: str
    noun: str
    who: str = ""
    key: str = ""
    plan_id: str = ""
    target: str = "{}"
    asked: bool = False
    is_batch: bool = False
    undoes: str = ""

    def id_of(self, place: int) -> str:
        """Return the write id of one of its records."""
        return f"{self.write_id}.{place}" if self.is_batch else self.write_id


def batch_of(write_id: str) -> str:
    """Return the id of the batch that a write belongs to; that of a batch is its own."""
    return write_id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Write:
    """What became of one record; `change`, `result` and `alike` are JSON, see `store.schema`."""

    write_id: str
    batch: str
    place: int
    at: float
    record_id: str
    outcome: str
    change: str
    result: str | None = None
    alike: str | None = None
    timed_out_at: float | None = None


_COLUMNS = "w.write_id, w.batch, w.place, w.at, w.record_id, w.outcome, w.change, w.result, w.alike, w.timed_out_at"


def add_batch(transaction: Transaction, batch: Batch) -> None:
    """Add a batch, unless it is there."""
    transaction.execute(
        "insert into batches (write_id, account, at, tool, noun, who, key, plan_id, target, asked, is_batch, undoes) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (write_id) do nothing",
        (
            *(batch.write_id, batch.account, transaction.now(), batch.tool, batch.noun, batch.who, batch.key),
            *(batch.plan_id, batch.target, int(batch.asked), int(batch.is_batch), batch.undoes),
        ),
    )


def put_write(transaction: Transaction, batch: Batch, write: Write) -> None:
    """Write down one record, in place of what was said of it before."""
    transaction.execute(
        "insert into writes "
        "(write_id, account, batch, place, at, record_id, outcome, change, result, alike, timed_out_at) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (write_id) do update set "
        "at = excluded.at, outcome = excluded.outcome, change = excluded.change, result = excluded.result",
        (
            *(write.write_id, batch.account, batch.write_id, write.place, write.at, write.record_id, write.outcome),
            *(write.change, write.result, write.alike, write.timed_out_at),
        ),
    )


def settle(
    transaction: Transaction,
    write_id: str,
    outcome: str,
    *,
    result: str,
    record_id: str,
    timed_out_at: float | None = None,
) -> bool:
    """Set what became of a record whose request went out; tell whether there is a row of it."""
    rows = transaction.execute(
        "update writes set outcome = ?, result = ?, record_id = ?, timed_out_at = ? where write_id = ? returning 1",
        (outcome, result, record_id, timed_out_at, write_id),
    )
    return bool(rows)


def mark_undone(transaction: Transaction, write_id: str, by: str) -> None:
    """Say that one record was taken back by another write; what it had taken back itself is there again."""
    transaction.execute("update writes set undone_by = null where undone_by = ?", (write_id,))
    transaction.execute("update writes set undone_by = ? where write_id = ?", (by, write_id))


def remove(transaction: Transaction, write_ids: Iterable[str]) -> None:
    """Remove the rows of records for which nothing was sent after all."""
    for write_id in write_ids:
        transaction.execute("delete from writes where write_id = ?", (write_id,))


def of_batch(transaction: Transaction, write_id: str) -> list[Write]:
    """Return the records of a batch in the order of the call."""
    rows = transaction.execute(f"select {_COLUMNS} from writes w where w.batch = ? order by w.place", (write_id,))  # noqa: S608
    return [Write(*row) for row in rows]


def of_key(transaction: Transaction, account: str, tool: str, key: str) -> list[tuple[Write, str]]:
    """Return what was written under a key, the oldest first, each with the JSON of its target."""
    rows = transaction.execute(
        f"select {_COLUMNS}, b.target from writes w join batches b on b.write_id = w.batch "  # noqa: S608
        "where b.account = ? and b.tool = ? and b.key = ? order by w.at, w.place",
        (account, tool, key),
    )
    return [(Write(*row[:-1]), row[-1]) for row in rows]


def of_tool(
    transaction: Transaction, account: str, tool: str, outcomes: Sequence[str], since: float = 0.0
) -> list[tuple[Write, str]]:
    """Return what a tool wrote with these outcomes since a moment, the newest first, with the JSON of its targets."""
    marks = ", ".join("?" for _ in outcomes)
    rows = transaction.execute(
        f"select {_COLUMNS}, b.target from writes w join batches b on b.write_id = w.batch "  # noqa: S608
        f"where b.account = ? and b.tool = ? and w.outcome in ({marks}) and w.at >= ? order by w.at desc",
        (account, tool, *outcomes, since),
    )
    return [(Write(*row[:-1]), row[-1]) for row in rows]
