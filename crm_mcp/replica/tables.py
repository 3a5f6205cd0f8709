"""What the tables of the replica are: their columns, what these hold and how a value comes to be known. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Literal

Kind = Literal["id", "integer", "number", "text", "date", "flag"]
"""An `id` is a whole number by which tables are joined, a `date` a text, a `flag` 0 or 1."""
KnownBy = Literal["row", "card", "choice"]
"""Where a value is found: in rows of a search, in the card that is read by its id, or, where a search can be made for
each choice of a field, by these."""

_SQL_TYPES: Mapping[Kind, str] = {
    "id": "integer",
    "integer": "integer",
    "flag": "integer",
    "number": "real",
    "text": "text",
}
_NO_CHOICES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: In statements.
        kind: Of its values.
        known_by: How a value comes to be known.
        field: The CRM's name of it.
        choices: Labels by id, of a field that has any; the column holds labels.
        label: What people call it, where that is known.
        sql: For a column that nothing is stored of: an expression in which `{value}` stands for the value of the column
            `of`, and `{schema}` for the schema of the file.
        of: The stored column of the same row that the expression reads.
        needs: Tables whose rows it reads.
    """

    name: str
    kind: Kind = "text"
    known_by: KnownBy = "row"
    field: str = ""
    choices: Mapping[str, str] = dataclasses.field(default_factory=lambda: _NO_CHOICES)
    label: str = ""
    sql: str = ""
    of: str = ""
    needs: tuple[str, ...] = ()

    @property
    def sql_type(self) -> str:
        """The type by which SQLite compares its values."""
        return _SQL_TYPES.get(self.kind, "text")

    @property
    def stored_type(self) -> str:
        """The type that it is stored with, empty where a view has to turn it into its own.

        Numbers are stored as they come: a column that turns out to hold other texts too must not have lost anything.
        """
        return "" if self.kind in ("integer", "flag", "number") else self.sql_type


@dataclass(frozen=True)
class Table:
    """One table, or a view that shows some rows and columns of one.

    Attributes:
        name: In statements, and of what is stored.
        kind: What `changes` and `freshness` call what its rows are.
        columns: Those of statements, in order.
        title: What the CRM calls it, for people.
        part_of: The table that a view belongs to; empty for a table.
        part: Which part of it a view shows, by the value of the stored column `part_`.
        parent: The table whose rows each have a list of rows here, such as the tasks of a project; empty where rows
            are found by a search.
        parent_column: The column that holds the parent's id.
        is_searched: Whether its rows come by a search; those of others come with what the CRM says of itself.
        parts: The parts that its rows are read by, where no views show them.
        indexed: SQL of what statements look rows up by, beside ids.
    """

    name: str
    kind: str
    columns: tuple[Column, ...]
    title: str = ""
    part_of: str = ""
    part: str = ""
    parent: str = ""
    parent_column: str = ""
    is_searched: bool = True
    parts: tuple[str, ...] = ()
    indexed: tuple[str, ...] = ()

    @property
    def stored_in(self) -> str:
        """The table that holds its rows."""
        return self.part_of or self.name

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        """The stored columns by the CRM's name of them."""
        return {column.field: column for column in self.columns if column.field and not column.sql}

    @property
    def stored(self) -> Sequence[Column]:
        """The columns of which something is stored."""
        return [column for column in self.columns if not column.sql]

    def with_columns(self, *columns: Column) -> Table:
        """Return the table with further columns at its end."""
        return replace(self, columns=(*self.columns, *columns))
