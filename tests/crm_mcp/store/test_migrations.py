"""A store of an earlier version is brought up with all that it holds, once, by whoever comes first, or not at all."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crm_mcp.errors import StoreError
from crm_mcp.store.engine import Store
from crm_mcp.store.schema import MIGRATIONS
from crm_mcp.store.transaction import Transaction

ROWS = (Path(__file__).parent / "version_1.sql").read_text(encoding="utf-8")
"""A row of each table as version 1 writes it; it stays as it is when there is a version 2."""
TABLES = sorted(set(re.findall(r"create table (\w+)", MIGRATIONS[0])))
VERSION_2 = """
-- A column and a table more, and what was there carried over.
create table notes (plan_id text primary key, note text not null);
alter table plans add column note text not null default '';
insert into notes (plan_id, note) select plan_id, tool from plans;
update plans set note = 'of version 1';
"""
BROKEN_2 = """
create table notes (plan_id text primary key);
delete from plans;
insert into leases (name, owner, until_at) values ('a lease', 'another', 0);
"""
"""It fails where there is a lease of that name."""


def put_rows(transaction: Transaction) -> None:
    for statement in filter(str.strip, ROWS.split(";\n")):
        transaction.execute(statement)


def read_all(transaction: Transaction) -> dict[str, list[Any]]:
    return {table: transaction.execute(f"select * from {table}") for table in TABLES}


def read_versions(transaction: Transaction) -> list[int]:
    return [version for (version,) in transaction.execute("select version from migrations order by version")]


def read_notes(transaction: Transaction) -> list[Any]:
    return transaction.execute("select plan_id, note from notes")


def read_locks(transaction: Transaction) -> list[Any]:
    return transaction.execute("select name from locks where name like 'process%'")


def using(where: str, *works: Any, migrations: Sequence[str] = MIGRATIONS) -> list[Any]:
    """Open a store, run works in it, close it; return what they returned."""

    async def play() -> list[Any]:
        store = Store(where, keep_days=100_000, migrations=migrations)
        results = [await store.run(work) for work in works]
        assert not store.problem
        await store.close()
        return results

    return asyncio.run(play())


def test_there_is_a_row_of_each_table_of_version_1() -> None:
    of_version_1 = set(re.findall(r"create table (\w+)", MIGRATIONS[0]))
    assert set(re.findall(r"^insert into (\w+)", ROWS, re.MULTILINE)) == of_version_1


def test_a_store_of_version_1_is_brought_up_with_all_its_rows(store_location: str) -> None:
    _, before = using(store_location, put_rows, read_all, migrations=MIGRATIONS[:1])
    after, versions, notes = using(
        store_location,
        read_all,
        read_versions,
        read_notes,
        migrations=(*MIGRATIONS, VERSION_2),
    )
    assert after.pop("plans") == [(*row, "of version 1") for row in before.pop("plans")]
    assert after == before
    assert versions == [*range(1, len(MIGRATIONS) + 2)]
    assert notes == [("p-1", "update_project")]


def test_a_migration_that_fails_leaves_the_store_as_it_was(store_location: str) -> None:
    _, before = using(store_location, put_rows, read_all)

    async def play() -> None:
        store = Store(store_location, migrations=(*MIGRATIONS, BROKEN_2))
        await store.run(read_versions)
        assert "leases" in store.problem
        await store.close()

    asyncio.run(play())
    after, versions = using(store_location, read_all, read_versions)
    assert after == before
    assert versions == [*range(1, len(MIGRATIONS) + 1)]


def test_a_store_of_a_newer_version_is_left_alone(store_location: str) -> None:
    using(store_location, put_rows, migrations=(*MIGRATIONS, VERSION_2))

    async def play() -> None:
        store = Store(store_location)
        assert await store.run(read_versions) == [*range(1, len(MIGRATIONS) + 1)]  # of the one in memory
        assert "made by a newer crm-mcp" in store.problem
        await store.close()

    asyncio.run(play())
    (versions,) = using(store_location, read_versions, migrations=(*MIGRATIONS, VERSION_2))
    assert versions == [*range(1, len(MIGRATIONS) + 2)]


def test_a_store_that_is_open_goes_on_while_a_newer_process_brings_it_up(store_location: str) -> None:
    async def play() -> None:
        old = Store(store_location, keep_days=100_000)
        await old.run(put_rows)
        new = Store(store_location, migrations=(*MIGRATIONS, VERSION_2))
        assert len(await new.run(read_versions)) == len(MIGRATIONS) + 1
        with pytest.raises(StoreError):  # told, not lost
            await old.run(lambda transaction: transaction.execute("insert into leases (name) values ('x')"))
        await old.run(lambda transaction: transaction.execute("delete from sends"))
        await old.close()
        await new.close()

    asyncio.run(play())


OPENING = """
import asyncio, sys
from crm_mcp.store.engine import Store
from crm_mcp.store.schema import MIGRATIONS

async def main():
    store = Store(sys.argv[1], migrations=(*MIGRATIONS, sys.argv[2]))
    print("ready", flush=True)
    sys.stdin.readline()
    await store.run(lambda transaction: transaction.execute("insert into locks (name) values (?)", (sys.argv[3],)))
    print(store.problem or "well", flush=True)
    await store.close()

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("begins_at", ["nothing", "version 1"])
def test_processes_that_open_it_at_once_all_succeed(store_location: str, begins_at: str) -> None:
    if begins_at == "version 1":
        using(store_location, put_rows, migrations=MIGRATIONS[:1])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING, store_location, VERSION_2, f"process {number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(6)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        assert [process.communicate(timeout=60)[0] for process in processes] == ["well\n"] * 6
    finally:
        for process in processes:
            process.kill()
    versions, locks = using(
        store_location,
        read_versions,
        read_locks,
        migrations=(*MIGRATIONS, VERSION_2),
    )
    assert versions == [*range(1, len(MIGRATIONS) + 2)]
    assert len(locks) == 6
