"""Hostile statements: none writes, none sees what it must not, none lasts; server and data stay as they were."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import pytest

from crm_mcp.errors import QueryError
from crm_mcp.replica.sandbox.sandbox import Sandbox
from tests.crm_mcp.replica.sandbox.account import PLANNER, ask, make_account, open_account, setup_of
from tests.crm_mcp.replica.sandbox.hostile_statements import BOMBS, REFUSED

pytestmark = pytest.mark.slow
TIMEOUT_S = 0.2
MOST_BYTES = 200_000


@pytest.mark.parametrize("statement", REFUSED, ids=range(len(REFUSED)))
def test_a_hostile_statement_is_refused_in_a_sentence_before_it_runs(statement: str) -> None:
    with pytest.raises(QueryError) as refused:
        PLANNER.plan(statement)
    assert len(str(refused.value)) > 20
    assert "\n" not in str(refused.value)


def test_bombs_are_stopped_or_answered_in_few_words_and_change_nothing(tmp_path: Path) -> None:
    file = make_account(tmp_path / "replica.sqlite")
    before = contents(file)
    asyncio.run(closed_after(lambda sandbox: run_all(sandbox, file, BOMBS)))
    assert contents(file) == before


T = TypeVar("T")


async def closed_after(play: Callable[[Sandbox], Awaitable[T]]) -> T:
    sandbox = Sandbox(timeout_s=TIMEOUT_S)
    try:
        return await play(sandbox)
    finally:
        await sandbox.close()


async def run_all(sandbox: Sandbox, file: Path, statements: Sequence[str]) -> None:
    """Run each through planner and worker, and see that the next harmless one runs."""
    for statement in statements:
        await ask(sandbox, file, "select 1")  # the process is there again
        with suppress(QueryError):
            found = await ask(sandbox, file, statement, max_bytes=MOST_BYTES)
            assert len(str(found.rows)) < 2 * MOST_BYTES
    assert (await ask(sandbox, file, "select count(*) from projects")).rows == [[3000]]


def test_the_worker_alone_lets_nothing_write_and_opens_nothing_else(tmp_path: Path) -> None:
    file = make_account(tmp_path / "replica.sqlite")
    before = contents(file)
    files_before = sorted(tmp_path.iterdir())

    async def play(sandbox: Sandbox) -> None:
        for statement in REFUSED:
            with suppress(QueryError):
                await sandbox.run(setup_of(file), statement, max_rows=5, max_bytes=MOST_BYTES)
        for statement in ("pragma query_only = 0", "select * from crm.rows_p", "select * from sqlite_temp_master"):
            with pytest.raises(QueryError):
                await sandbox.run(setup_of(file), statement, max_rows=5, max_bytes=MOST_BYTES)
        assert (await ask(sandbox, file, "select count(*) from projects")).rows == [[3000]]

    asyncio.run(closed_after(play))
    assert contents(file) == before
    assert {path.name for path in tmp_path.iterdir()} - {path.name for path in files_before} <= {
        "replica.sqlite-wal",
        "replica.sqlite-shm",
    }
    assert not Path("/tmp/hostile.sqlite").exists()  # noqa: S108


def contents(file: Path) -> tuple[str, list[str]]:
    """Return a digest of the file, byte for byte, and what SQLite reads in it."""
    with open_account(file) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        dump = list(connection.iterdump())
    return sha256(file.read_bytes()).hexdigest(), dump
