"""The public tables, empty, in memory: what a statement reads shows when SQLite prepares it there."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from crm_mcp.replica.sandbox.functions import ALLOWED, OWN
from crm_mcp.replica.sandbox.limits import SQLITE_LIMITS

_EXPLAIN_OPERATION, _EXPLAIN_P1, _EXPLAIN_P2, _EXPLAIN_P3 = 1, 2, 3, 4
_TEMPORARY = 1
"""The number of the schema in which the tables stand."""


class DeniedError(Exception):
    """The statement asks for what no statement may.

    Attributes:
        action: SQLite's number of what it would do.
        first: Which table it would read; empty for some actions.
        second: Which column it would read, or function it would call.
    """

    def __init__(self, action: int, first: str | None, second: str | None) -> None:
        super().__init__(action, first, second)
        self.action = action
        self.first = first or ""
        self.second = second or ""


class _Judge:
    """Tells SQLite what a statement may do, and notes what it reads.

    The connection holds it; so it must not hold the schema, which would then never close the connection.
    """

    def __init__(self, tables: Mapping[str, Sequence[str]]) -> None:
        self._tables = tables
        self.seen: set[tuple[str, str]] = set()
        self.denied: DeniedError | None = None

    def forget(self) -> None:
        """Begin with another statement."""
        self.seen, self.denied = set(), None

    def __call__(
        self, action: int, first: str | None, second: str | None, _schema: str | None, _view: str | None
    ) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and (first == "json_each" or _is_read_without_columns(first, second)):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and first and second and second in self._tables.get(first, ()):
            self.seen.add((first, second))
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and second in ALLOWED:
            return sqlite3.SQLITE_OK
        self.denied = self.denied or DeniedError(action, first, second)
        return sqlite3.SQLITE_DENY


class PlanningSchema:
    """Tables without a row, a key or an index, so that SQLite must read every column where it needs it.

    The authorizer does not tell of USING and NATURAL JOIN, the program that SQLite makes does; so both are asked. The
    tables are temporary, as the views are where a statement runs: the same names are valid in both places.
    """

    def __init__(self, tables: Mapping[str, Sequence[str]]) -> None:
        self._tables = {name: tuple(columns) for name, columns in tables.items()}
        self._judge = _Judge(self._tables)
        connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=0, check_same_thread=False)
        weakref.finalize(self, connection.close)
        connection.text_factory = bytes  # SQLite cuts texts of its listings within a character
        self._connection = connection
        self._open()

    def columns_read(self, sql: str) -> dict[str, set[str]]:
        """Return the tables that a statement reads, each with its columns; nothing is executed.

        Raises:
            DeniedError: It would do something else than read these tables.
            sqlite3.Error, sqlite3.Warning, MemoryError, ValueError: SQLite cannot make a program of it.
        """
        self._judge.forget()
        try:
            program: list[Sequence[object]] = self._connection.execute(f"explain {sql}").fetchall()
        except sqlite3.DatabaseError as error:
            if self._judge.denied:
                raise self._judge.denied from error
            raise
        found: dict[str, set[str]] = {}
        for table, column in self._judge.seen | self._read_by(program):
            found.setdefault(table, set()).update([column] if column else [])
        return found

    def _open(self) -> None:
        for name, columns in self._tables.items():
            self._connection.execute(f"create temp table {name} ({', '.join(columns)})")
        listed = self._connection.execute("select name, rootpage from sqlite_temp_master").fetchall()
        self._table_at = {root: name.decode() for name, root in listed}
        _give_functions(self._connection)
        with suppress(sqlite3.Error):  # connected now, since that would be refused later; an old SQLite may lack it
            self._connection.execute("select 1 from json_each('[]')").fetchall()
        for limit, value in SQLITE_LIMITS.items():
            self._connection.setlimit(limit, value)
        self._connection.set_authorizer(self._judge)

    def _read_by(self, program: Iterable[Sequence[object]]) -> set[tuple[str, str]]:
        steps = [
            (step[_EXPLAIN_OPERATION], step[_EXPLAIN_P1], step[_EXPLAIN_P2], step[_EXPLAIN_P3]) for step in program
        ]
        tables = {
            cursor: self._table_at[root]
            for operation, cursor, root, schema in steps
            if operation == b"OpenRead" and schema == _TEMPORARY and root in self._table_at
        }
        columns = {
            (tables[cursor], self._tables[tables[cursor]][column])
            for operation, cursor, column, _ in steps
            if operation == b"Column" and cursor in tables and isinstance(column, int)
        }
        return columns | {(table, "") for table in tables.values()}


def _is_read_without_columns(name: str | None, column: str | None) -> bool:
    """Return whether something of a name, as it was written, is only counted: a table, which the program shows too.

    The name may be one of WITH; SQLite's own tables begin with sqlite_.
    """
    return column == "" and not str(name).lower().startswith("sqlite_")


def _give_functions(connection: sqlite3.Connection) -> None:
    """Let the functions of ours be known, which are never called here."""
    for function in OWN:
        if function.is_aggregate:
            connection.create_aggregate(function.name, function.arguments, _Aggregate)
        else:
            never_called: Callable[..., None] = lambda *_arguments: None  # noqa: E731
            connection.create_function(function.name, function.arguments, never_called, deterministic=True)


class _Aggregate:
    def step(self, *_arguments: object) -> None:
        """Take a value."""

    def finalize(self) -> int:
        """Give anything."""
        return 0
