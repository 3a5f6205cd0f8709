"""Keeps projects, contacts, tasks and addresses in the tables: one class a kind of row, and how it goes in and out.

Nothing here knows the API: neither its parameters nor the shapes of its answers.
"""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, TypeVar

from mockserver.minicrm.schema import ContactType
from mockserver.minicrm.tables import FIELD_BREAK

Kind = Literal["project", "contact", "task", "address"]
KINDS: tuple[Kind, ...] = ("project", "contact", "task", "address")


@dataclass(slots=True, kw_only=True)
class Row:
    """What all rows share. Attributes are the columns, by their names; dicts are kept as JSON."""

    KIND: ClassVar[Kind]
    id: int


@dataclass(slots=True, kw_only=True)
class NamedRow(Row):
    """A row with a name, which other programs may refer to, and which remembers who wrote it and when.

    `fields` holds what has no place of its own, in the order in which it was written.
    """

    name: str = ""
    reference_id: str | None = None
    created_at: str = ""
    created_by: int | None = None
    updated_at: str = ""
    updated_by: int | None = None
    fields: dict[str, object] = field(default_factory=dict[str, object])


@dataclass(slots=True, kw_only=True)
class Project(NamedRow):
    """One project; `fields` holds what its module's schema adds."""

    KIND: ClassVar[Kind] = "project"
    category_id: int
    contact_id: int | None = None
    status_id: int | None = None
    user_id: int | None = None
    deleted: int = 0


@dataclass(slots=True, kw_only=True)
class Contact(NamedRow):
    """One person or business; `fields` holds all but Id, Type, BusinessId and ReferenceId."""

    KIND: ClassVar[Kind] = "contact"
    type: ContactType
    business_id: int | None = None
    phone_backwards: str = ""


@dataclass(slots=True, kw_only=True)
class Task(Row):
    """One task of a project."""

    KIND: ClassVar[Kind] = "task"
    project_id: int
    user_id: int | None = None
    type: int | None = None
    status: str = "Open"
    deadline: str | None = None
    comment: str | None = None
    attachments: dict[str, object] = field(default_factory=dict[str, object])
    created_at: str = ""
    updated_at: str = ""


@dataclass(slots=True, kw_only=True)
class Address(Row):
    """One address of a contact; `fields` holds all but Id and ContactId."""

    KIND: ClassVar[Kind] = "address"
    contact_id: int
    fields: dict[str, object] = field(default_factory=dict[str, object])
    created_at: str = ""
    updated_at: str = ""


AnyRow = TypeVar("AnyRow", bound=Row)
_JSON_COLUMNS = frozenset({"fields", "attachments"})
_ENCODER = json.JSONEncoder(ensure_ascii=False)


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
) -> list[AnyRow]:
    """Return the rows which an SQL condition is true of, by ascending id."""
    columns = _list_columns(kind)
    # `where` is built in this package from column names and placeholders; values travel as parameters.
    statement = f"SELECT {', '.join(columns)} FROM minicrm_{kind.KIND} WHERE {where} ORDER BY id LIMIT ? OFFSET ?"  # noqa: S608
    return [_build_row(kind, columns, values) for values in connection.execute(statement, (*parameters, limit, offset))]


def count_rows(connection: sqlite3.Connection, kind: Kind, where: str = "1", parameters: Sequence[object] = ()) -> int:
    """Return how many rows an SQL condition is true of."""
    return connection.execute(f"SELECT count(*) FROM minicrm_{kind} WHERE {where}", tuple(parameters)).fetchone()[0]  # noqa: S608


def save_row(connection: sqlite3.Connection, row: Row) -> None:
    """Insert a row, or replace the one of the same id."""
    save_rows(connection, type(row), [row])


def save_rows(connection: sqlite3.Connection, kind: type[AnyRow], rows: Iterable[AnyRow]) -> None:
    """Insert rows of one kind, or replace those of the same ids."""
    columns = _list_columns(kind)
    places = ", ".join("?" for _ in columns)
    statement = f"INSERT OR REPLACE INTO minicrm_{kind.KIND} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    connection.executemany(
        statement, ([_dump_cell(column, getattr(row, column)) for column in columns] for row in rows)
    )


def save_words(connection: sqlite3.Connection, kind: Kind, row_id: int, texts: Iterable[str]) -> None:
    """Replace the texts by which the full-text search finds a project or contact."""
    connection.execute(f"DELETE FROM minicrm_{kind}_words WHERE rowid = ?", (row_id,))  # noqa: S608
    add_words(connection, kind, [(row_id, texts)])


def add_words(connection: sqlite3.Connection, kind: Kind, texts_by_id: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Add the texts by which the full-text search finds projects or contacts that it does not know yet."""
    statement = f"INSERT INTO minicrm_{kind}_words (rowid, words) VALUES (?, ?)"  # noqa: S608
    connection.executemany(
        statement, ((row_id, FIELD_BREAK.join(text for text in texts if text)) for row_id, texts in texts_by_id)
    )


def set_next_id(connection: sqlite3.Connection, kind: Kind, next_id: int | None) -> None:
    """Decide the id of the next new row: this one, or one above the highest."""
    highest = connection.execute(f"SELECT coalesce(max(id), 0) FROM minicrm_{kind}").fetchone()[0]  # noqa: S608
    chosen = highest + 1 if next_id is None else next_id
    connection.execute("INSERT OR REPLACE INTO minicrm_next_id VALUES (?, ?)", (kind, chosen))


def take_next_id(connection: sqlite3.Connection, kind: Kind) -> int:
    """Return an id that no row of this kind has or had."""
    chosen: int = connection.execute("SELECT id FROM minicrm_next_id WHERE kind = ?", (kind,)).fetchone()[0]
    while count_rows(connection, kind, "id = ?", (chosen,)):
        chosen += 1
    connection.execute("UPDATE minicrm_next_id SET id = ? WHERE kind = ?", (chosen + 1, kind))
    return chosen


@functools.cache
def _list_columns(kind: type[Row]) -> list[str]:
    return [each.name for each in fields(kind)]


def _build_row(kind: type[AnyRow], columns: Sequence[str], values: Sequence[Any]) -> AnyRow:
    cells: dict[str, Any] = dict(zip(columns, values, strict=True))
    for column in _JSON_COLUMNS & cells.keys():
        cells[column] = json.loads(cells[column])
    return kind(**cells)


def _dump_cell(column: str, value: object) -> object:
    return _ENCODER.encode(value) if column in _JSON_COLUMNS else value
