"""A small replica file with two views over it, for the tests of the sandbox."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from crm_mcp.replica.planning.planner import Planner
from crm_mcp.replica.sandbox.sandbox import Found, Sandbox, Setup

BUDGET = "cast(case when is_known then budget else unread('project', id, budget) end as integer)"
VIEWS = (
    f"create temp view projects as select id, name, status, {BUDGET} as budget from crm.rows_p",
    "create temp view contacts as select id, name, phone from crm.rows_c",
)
PLANNER = Planner({"projects": ["id", "name", "status", "budget"], "contacts": ["id", "name", "phone"]})
ROWS = 3_000


@contextmanager
def open_account(file: Path) -> Generator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        yield connection


def make_account(file: Path, rows: int = ROWS) -> Path:
    """Make a file in WAL mode: every third project is won, and the budget of every second one is not known."""
    with open_account(file) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table rows_p (id integer primary key, name, status, budget integer, is_known)")
        connection.execute("create table rows_c (id integer primary key, name, phone)")
        connection.execute("begin")
        connection.executemany(
            "insert into rows_p values (?, ?, ?, ?, ?)",
            ((n, f"Árvíztűrő {n}", "Open" if n % 3 else "Won", n * 10, n % 2 == 0) for n in range(1, rows + 1)),
        )
        connection.execute("insert into rows_c values (1, 'Kovács Őrs', '+36 (30) 123-4567'), (2, 'Nagy Űrsi', null)")
        connection.execute("commit")
    return file


def setup_of(file: Path | bytes) -> Setup:
    return Setup({"crm": file}, VIEWS, "2026-11-27 23:30:00")


async def ask(
    sandbox: Sandbox, file: Path | bytes, sql: str, *, max_rows: int = 100, max_bytes: int = 1_000_000
) -> Found:
    """Plan and run a statement."""
    return await sandbox.run(setup_of(file), PLANNER.plan(sql).sql, max_rows=max_rows, max_bytes=max_bytes)
