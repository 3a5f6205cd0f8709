"""How old what a replica holds is: passes over rows, and searches for the choices of a column.

A pass reads all rows of one part of a table, such as a module, by the pages of a search. It can be interrupted and
goes on at `next_page`. Once it is complete only what changed since `mark` is asked for.

All times but `mark` are of this machine's clock, in seconds since 1970; `mark` is of the CRM's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from crm_mcp.store.transaction import Transaction

ROWS_AGE_S = 60.0
"""Rows that are older are asked for again before they are used."""
SWEEP_AGE_S = 600.0
"""How often it is looked for records that vanished without a trace."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What is known of one part of a table.

    Attributes:
        part: Which part; empty where a table has no parts.
        begun_at: When its rows began to be read from the first on.
        mark: Since when, by the CRM's clock, changes are to be asked for.
        next_page: Where an interrupted pass goes on.
        rows_as_of: When its rows were last brought up to date; None where they never were.
        is_complete: Whether all rows were read.
        swept_at: When it was last looked for rows that vanished.
        note: Why it is not complete though it was read to its end; usually empty.
        total: How many rows the CRM counted.
    """

    part: str
    begun_at: float = 0.0
    mark: float = 0.0
    next_page: int = 0
    rows_as_of: float | None = None
    is_complete: bool = False
    swept_at: float = 0.0
    note: str = ""
    total: int = 0


_COLUMNS = "part, begun_at, mark, next_page, rows_as_of, complete, swept_at, note, total"


def read_passes(transaction: Transaction, table: str) -> dict[str, Pass]:
    """Return the passes over a table by part."""
    rows = transaction.execute(f"select {_COLUMNS} from passes where tbl = ?", (table,))
    return {
        part: Pass(part, begun_at, mark, next_page, rows_as_of, bool(complete), swept_at, note, total)
        for part, begun_at, mark, next_page, rows_as_of, complete, swept_at, note, total in rows
    }


def keep_pass(transaction: Transaction, table: str, one: Pass) -> None:
    """Keep what is known of a part."""
    transaction.execute(
        f"insert or replace into passes (tbl, {_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            table, one.part, one.begun_at, one.mark, one.next_page, one.rows_as_of,
            int(one.is_complete), one.swept_at, one.note, one.total,
        ),
    )  # fmt: skip


def outdate(transaction: Transaction, tables: Collection[str]) -> None:
    """Have the rows of tables asked for again before they are next used: something was written."""
    for table in tables:
        transaction.execute("update passes set rows_as_of = min(rows_as_of, 1) where tbl = ?", (table,))


def read_fills(transaction: Transaction, table: str) -> Mapping[str, Mapping[str, float]]:
    """Return when the choices of columns were searched for, by column and part."""
    fills: dict[str, dict[str, float]] = {}
    for name, part, at in transaction.execute("select name, part, filled_at from fills where tbl = ?", (table,)):
        fills.setdefault(name, {})[part] = at
    return fills


def keep_fill(transaction: Transaction, table: str, name: str, parts: Sequence[str], at: float) -> None:
    """Keep when the choices of a column were searched for in parts of a table."""
    for part in parts:
        transaction.execute(
            "insert or replace into fills (tbl, name, part, filled_at) values (?, ?, ?, ?)", (table, name, part, at)
        )
