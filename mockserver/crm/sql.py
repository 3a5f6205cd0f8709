"""Pieces of SQL that carry the values of their parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition in SQL.

    Attributes:
        sql: The condition, with `?` for each value that a caller chose.
        values: What stands for the `?`, in order.
        sought: The columns or expressions that an index on would find its rows.
    """

    sql: str
    values: Sequence[object] = ()
    sought: Sequence[str] = ()


EVERYTHING = Clause("1")
NOTHING = Clause("0")


def combine(clauses: Sequence[Clause], operator: str) -> Clause:
    """Join one or more clauses by AND or OR, as a balanced tree: SQLite takes none deeper than 1000."""
    if len(clauses) == 1:
        return clauses[0]
    middle = len(clauses) // 2
    left, right = combine(clauses[:middle], operator), combine(clauses[middle:], operator)
    return Clause(
        f"({left.sql}) {operator} ({right.sql})", [*left.values, *right.values], [*left.sought, *right.sought]
    )


def match_all(clauses: Sequence[Clause]) -> Clause:
    """Join any number of clauses by AND; none at all is true of every row."""
    return combine(clauses, "AND") if clauses else EVERYTHING


def list_places(values: Sequence[object]) -> str:
    """Return as many `?` as there are values, with commas between."""
    return ", ".join("?" * len(values))
