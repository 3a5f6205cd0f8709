"""A store with the writes of months answers about one of them in a moment, and forgets the old ones in another."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Mapping, Sequence

import pytest

from crm_mcp.store import writes
from crm_mcp.store.audit import calls as audit
from crm_mcp.store.forgetting.retention import forget_old
from crm_mcp.store.schema import migrate
from crm_mcp.store.transaction import Row, Transaction

CALLS = 4_000
NOW_S = 10_000_000.0
DAY_S = 86_400.0


class CountingTransaction:
    """A transaction that counts the steps of SQLite's machine, in hundreds: a measure that no busy machine changes."""

    def __init__(self) -> None:
        self.hundreds = 0
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._connection.close)
        self._connection.set_progress_handler(self._count, 100)

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return self._connection.execute(sql, tuple(parameters)).fetchall()

    def lock(self, name: str) -> None:
        del name

    def now(self) -> float:
        return NOW_S

    def _count(self) -> int:
        self.hundreds += 1
        return 0


@pytest.fixture(scope="module")
def store() -> CountingTransaction:
    """Hold calls of one record each, one in two under a key, one in a hundred an undo, half of them 31 days old."""
    transaction = CountingTransaction()
    migrate(transaction.execute)
    for at in range(CALLS):
        key, undoes = "" if at % 2 else f"key-{at}", "" if at % 100 else f"write-{at - 1}"
        batch = writes.Batch(f"write-{at}", "account", "create_task", "task", key=key, undoes=undoes)
        written_at = NOW_S - (31 * DAY_S if at < CALLS // 2 else 0)
        writes.add_batch(transaction, batch)
        row = writes.Write(batch.write_id, batch.write_id, 0, written_at, str(at % 50), writes.WRITTEN, "{}")
        writes.put_write(transaction, batch, row)
        transaction.execute("update batches set at = ? where write_id = ?", (written_at, batch.write_id))
    return transaction


QUESTIONS: Mapping[str, Callable[[Transaction], object]] = {
    "read a call": lambda store: audit.read_call(store, "account", "write-3001"),
    "who undid it": lambda store: audit.list_undoing(store, "account", ["write-3099"]),
    "later writes of a record": lambda store: audit.list_later(store, "account", "7", 0.0),
    "mark undone": lambda store: writes.mark_undone(store, "write-3002", "write-3003"),
    "what a key wrote": lambda store: writes.of_key(store, "account", "create_task", "key-3004"),
    "what a call wrote": lambda store: writes.of_batch(store, "write-3001"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_asked_of_one_call_looks_at_few_others(store: CountingTransaction, question: str) -> None:
    before = store.hundreds
    QUESTIONS[question](store)
    assert store.hundreds - before < CALLS // 100


def test_forgetting_looks_at_each_call_a_few_times_and_not_at_all_for_each(store: CountingTransaction) -> None:
    before = store.hundreds
    forget_old(store, keep_days=30)
    assert store.execute("select count(*) from batches") == [(CALLS // 2,)]
    assert store.execute("select count(*) from writes") == [(CALLS // 2,)]
    assert store.hundreds - before < CALLS * 5
