"""What was written is kept as long as was said, and what is still open longer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from crm_mcp.store.engine import Store, Transaction
from crm_mcp.store.forgetting.retention import count_writes

DAY_S = 86_400.0


def write(name: str, age_days: float, *, outcome: str = "written", key: str = "") -> Callable[[Transaction], None]:
    """Keep a call of one record, its key and a plan of that age."""

    def run(transaction: Transaction) -> None:
        at = transaction.now() - age_days * DAY_S
        transaction.execute(
            "insert into batches (write_id, account, at, tool, noun, who, key, plan_id, target, asked, is_batch, "
            "undoes) values (?, 'account', ?, 'create_task', 'task', '', ?, '', '', 0, 0, '')",
            (name, at, key),
        )
        transaction.execute(
            "insert into writes (write_id, account, batch, place, at, record_id, outcome, change) "
            "values (?, 'account', ?, 0, ?, '1', ?, '{}')",
            (f"{name}.0", name, at, outcome),
        )
        if key:
            transaction.execute(
                "insert into keys (account, tool, key, made_at, arguments) values ('account', 'create_task', ?, ?, '')",
                (key, at),
            )
        transaction.execute(
            "insert into plans (plan_id, account, tool, key, made_at, expires_at, arguments, draft) "
            "values (?, 'account', 'create_task', '', ?, ?, '', '')",
            (name, at, at),
        )

        transaction.execute("insert into leases (name, owner, until_at) values (?, 'somebody', ?)", (name, at))

    return run


def names(transaction: Transaction) -> dict[str, set[str]]:
    columns = {"batches": "write_id", "writes": "write_id", "keys": "key", "plans": "plan_id", "leases": "name"}
    return {
        table: {str(name) for (name,) in transaction.execute(f"select {column} from {table}")}
        for table, column in columns.items()
    }


def test_what_is_older_than_was_said_is_forgotten_at_the_next_start(store_location: str) -> None:
    async def play() -> dict[str, set[str]]:
        before = Store(store_location, keep_days=30)
        await before.run(count_writes)
        for work in (
            write("old", 31),
            write("young", 29),
            write("old-with-key", 31, key="k1"),
            write("unknown-with-key", 31, key="k2", outcome="unknown"),
            write("sent-with-key", 31, key="k3", outcome="sent"),
            write("unknown", 31, outcome="unknown"),
        ):
            await before.run(work)
        assert await before.run(count_writes) == 6
        await before.close()
        after = Store(store_location, keep_days=30)
        await after.run(count_writes)
        kept = await after.run(names)
        await after.close()
        return kept

    assert asyncio.run(play()) == {
        "batches": {"young", "unknown-with-key", "sent-with-key"},
        "writes": {"young.0", "unknown-with-key.0", "sent-with-key.0"},
        "keys": {"k2", "k3"},
        "plans": {"young"},
        "leases": {"young"},
    }


def test_a_process_that_runs_for_long_looks_again_once_an_hour(tmp_path: Path) -> None:
    now = [1_000.0]

    async def play() -> list[int]:
        store = Store(str(tmp_path), keep_days=30, clock=lambda: now[0])
        counts: list[int] = []
        await store.run(write("first", 31))
        for after_s in (0.0, 3_500.0, 200.0):
            now[0] += after_s
            await store.run(write(f"after {after_s}", 31))
            counts.append(await store.run(count_writes))
        await store.close()
        return counts

    assert asyncio.run(play()) == [1, 2, 0]
