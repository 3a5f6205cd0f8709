"""Keeps rows in SQLite: each kind of row is a class that declares its table, and whose attributes are the columns.

All tables are prefixed `minicrm_`. What a search can name is a column; the fields that differ from module to module lie
as one JSON object in `fields`. Nothing here knows the API: neither its parameters nor the shapes of its responses.
"""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Table:
    """The table of one kind of row.

    Attributes:
        kind: What one row is called, in the table's name and in a seed's `next_ids`.
        kinds: What many are called, in seeds and counts.
        indexes: By the last part of the index's name, what it is on.
        has_words: Whether a full-text search finds its rows.
    """

    kind: str
    kinds: str
    indexes: Mapping[str, str]
    has_words: bool = False

    @property
    def name(self) -> str:
        """The name in SQL."""
        return f"minicrm_{self.kind}"

    @property
    def words(self) -> str:
        """The name of the table for the full-text search."""
        return f"{self.name}_words"


@dataclass(slots=True, kw_only=True)
class Row:
    """What all rows share. Attributes are the columns, by their names; dicts and lists are kept as JSON."""

    TABLE: ClassVar[Table]
    id: int


@dataclass(slots=True, kw_only=True)
class WrittenRow(Row):
    """A row that remembers which user wrote it and when; what the API wrote has no user."""

    created_at: str = ""
    created_by: int | None = None
    updated_at: str = ""
    updated_by: int | None = None


@dataclass(slots=True, kw_only=True)
class NamedRow(WrittenRow):
    """A row with a name, which other programs may refer to.

    `fields` holds what has no place of its own, in the order in which it was written.
    """

    name: str = ""
    reference_id: str | None = None
    fields: dict[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row before and after it was written: None before where it is new, None after where it was deleted for good."""

    before: Row | None
    after: Row | None


AnyRow = TypeVar("AnyRow", bound=Row)
_ENCODER = json.JSONEncoder(ensure_ascii=False)
# U+E000 is a word of its own to the tokenizer, so that no phrase reaches from one field into the next.
_FIELD_BREAK = " \ue000 "
_SHARED_TABLES = {
    "minicrm_account": "document TEXT NOT NULL",
    "minicrm_next_id": "kind TEXT PRIMARY KEY, id INTEGER NOT NULL",
}


def create_tables(connection: sqlite3.Connection, kinds: Iterable[type[Row]]) -> None:
    """Make the tables that are missing."""
    for name, columns in _SHARED_TABLES.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
    for kind in kinds:
        hints = get_type_hints(kind)
        columns = [f"{each} {_declare_type(hints[each])}" for each in _list_columns(kind) if each != "id"]
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {kind.TABLE.name} (id INTEGER PRIMARY KEY, {', '.join(columns)})"
        )
        if kind.TABLE.has_words:
            connection.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS {kind.TABLE.words}"
                " USING fts5(words, tokenize = 'unicode61 remove_diacritics 2')"
            )


def create_indexes(connection: sqlite3.Connection, kinds: Iterable[type[Row]]) -> None:
    """Make the indexes that are missing; after many rows were inserted this is faster than before."""
    for table in (kind.TABLE for kind in kinds):
        for name, sought in table.indexes.items():
            connection.execute(f"CREATE INDEX IF NOT EXISTS {table.name}_{name} ON {table.name} {sought}")


def drop_tables(connection: sqlite3.Connection, kinds: Iterable[type[Row]]) -> None:
    """Remove all tables with what they hold, and with the indexes that searches have made."""
    tables = [kind.TABLE for kind in kinds]
    words = [table.words for table in tables if table.has_words]
    for name in (*_SHARED_TABLES, *(table.name for table in tables), *words):
        connection.execute(f"DROP TABLE IF EXISTS {name}")


def _declare_type(hint: object) -> str:
    """Return the SQL type of a column whose values are of a Python type."""
    if hint in (int, int | None):
        return "INTEGER NOT NULL" if hint is int else "INTEGER"
    return "TEXT" if type(None) in get_args(hint) else "TEXT NOT NULL"


def read_account_document(connection: sqlite3.Connection) -> str:
    """Return the account that the tables hold, as `load_account` reads it."""
    return str(connection.execute("SELECT document FROM minicrm_account").fetchone()[0])


def save_account(connection: sqlite3.Connection, document: str) -> None:
    """Replace the account."""
    connection.execute("DELETE FROM minicrm_account")
    connection.execute("INSERT INTO minicrm_account VALUES (?)", (document,))


def has_account(connection: sqlite3.Connection) -> bool:
    """Tell whether a seed was ever loaded into the tables."""
    return connection.execute("SELECT count(*) FROM minicrm_account").fetchone()[0] > 0


def read_row(connection: sqlite3.Connection, kind: type[AnyRow], row_id: int) -> AnyRow | None:
    """Return one row by its id."""
    found = list_rows(connection, kind, "id = ?", (row_id,))
    return found[0] if found else None


def list_rows(
    connection: sqlite3.Connection,
    kind: type[AnyRow],
    where: str,
    parameters: Sequence[object],
    limit: int = -1,
    offset: int = 0,
    order: str = "id",
) -> list[AnyRow]:
    """Return the rows which an SQL condition is true of, by ascending id or in another order of columns."""
    columns = _list_columns(kind)
    # `where` is built in this package from column names and placeholders; values travel as parameters.
    statement = f"SELECT {', '.join(columns)} FROM {kind.TABLE.name} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    return [_build_row(kind, columns, values) for values in connection.execute(statement, (*parameters, limit, offset))]


def count_rows(
    connection: sqlite3.Connection, kind: type[Row], where: str = "1", parameters: Sequence[object] = ()
) -> int:
    """Return how many rows an SQL condition is true of."""
    return connection.execute(f"SELECT count(*) FROM {kind.TABLE.name} WHERE {where}", tuple(parameters)).fetchone()[0]  # noqa: S608


def save_row(connection: sqlite3.Connection, row: Row) -> None:
    """Insert a row, or replace the one of the same id."""
    save_rows(connection, type(row), [row])


def save_rows(connection: sqlite3.Connection, kind: type[AnyRow], rows: Iterable[AnyRow]) -> None:
    """Insert rows of one kind, or replace those of the same ids."""
    columns = _list_columns(kind)
    places = ", ".join("?" for _ in columns)
    statement = f"INSERT OR REPLACE INTO {kind.TABLE.name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    connection.executemany(
        statement, ([_dump_cell(kind, column, getattr(row, column)) for column in columns] for row in rows)
    )


def delete_rows(connection: sqlite3.Connection, kind: type[Row], where: str, parameters: Sequence[object]) -> None:
    """Delete the rows which an SQL condition is true of, and the texts by which a search finds them."""
    name, values = kind.TABLE.name, tuple(parameters)
    if kind.TABLE.has_words:
        found = f"SELECT id FROM {name} WHERE {where}"  # noqa: S608
        connection.execute(f"DELETE FROM {kind.TABLE.words} WHERE rowid IN ({found})", values)  # noqa: S608
    connection.execute(f"DELETE FROM {name} WHERE {where}", values)  # noqa: S608


def save_words(connection: sqlite3.Connection, kind: type[Row], row_id: int, texts: Iterable[str]) -> None:
    """Replace the texts by which the full-text search finds a project or contact."""
    connection.execute(f"DELETE FROM {kind.TABLE.words} WHERE rowid = ?", (row_id,))  # noqa: S608
    add_words(connection, kind, [(row_id, texts)])


def add_words(
    connection: sqlite3.Connection, kind: type[Row], texts_by_id: Iterable[tuple[int, Iterable[str]]]
) -> None:
    """Add the texts by which the full-text search finds projects or contacts that it does not know yet."""
    statement = f"INSERT INTO {kind.TABLE.words} (rowid, words) VALUES (?, ?)"  # noqa: S608
    connection.executemany(
        statement, ((row_id, _FIELD_BREAK.join(text for text in texts if text)) for row_id, texts in texts_by_id)
    )


def set_next_id(connection: sqlite3.Connection, kind: type[Row], next_id: int | None) -> None:
    """Decide the id of the next new row: this one, or one above the highest."""
    highest = connection.execute(f"SELECT coalesce(max(id), 0) FROM {kind.TABLE.name}").fetchone()[0]  # noqa: S608
    chosen = highest + 1 if next_id is None else next_id
    connection.execute("INSERT OR REPLACE INTO minicrm_next_id VALUES (?, ?)", (kind.TABLE.kind, chosen))


def take_next_id(connection: sqlite3.Connection, kind: type[Row]) -> int:
    """Return an id that no row of this kind has or had."""
    chosen: int = connection.execute("SELECT id FROM minicrm_next_id WHERE kind = ?", (kind.TABLE.kind,)).fetchone()[0]
    while count_rows(connection, kind, "id = ?", (chosen,)):
        chosen += 1
    connection.execute("UPDATE minicrm_next_id SET id = ? WHERE kind = ?", (chosen + 1, kind.TABLE.kind))
    return chosen


@functools.cache
def _list_json_columns(kind: type[Row]) -> frozenset[str]:
    return frozenset(name for name, hint in get_type_hints(kind).items() if get_origin(hint) in (dict, list))


@functools.cache
def _list_columns(kind: type[Row]) -> list[str]:
    return [each.name for each in fields(kind)]


def _build_row(kind: type[AnyRow], columns: Sequence[str], values: Sequence[Any]) -> AnyRow:
    cells: dict[str, Any] = dict(zip(columns, values, strict=True))
    for column in _list_json_columns(kind):
        cells[column] = json.loads(cells[column])
    return kind(**cells)


def _dump_cell(kind: type[Row], column: str, value: object) -> object:
    return _ENCODER.encode(value) if column in _list_json_columns(kind) else value
