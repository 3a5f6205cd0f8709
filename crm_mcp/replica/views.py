"""The SQL of the views that a statement sees in place of the stored tables. Pure.

Where a value is not known a view calls `unread(kind, id, held)`, which notes the kind and the id, and returns what is
held. A kind is a table for a card, `table[]` for a list, or `table.column` for a choice that searches find too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from crm_mcp.replica.freshness import ROWS_AGE_S
from crm_mcp.replica.tables import Column, Table

Fills = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as one statement sees it.

    Attributes:
        table: Which.
        stored: The table that holds its rows.
        schema: The schema of the file that it is in.
        needed: The columns that the statement names: what is not known of them is noted.
        held: The other columns that it may see, as they are.
        fills: When the choices of columns were searched for, by column and part.
        now_s: The present time; lists that were read in the last minute are not noted. 0 is that none is.
        has_unread: Whether there are cards of which something is not known.
    """

    table: Table
    stored: Table
    schema: str
    needed: Collection[str]
    held: Collection[str]
    fills: Fills
    now_s: float
    has_unread: bool = True

    def view(self) -> str:
        """Return the statement that makes the view."""
        columns = [column for column in self.table.columns if column.name in self.needed or column.name in self.held]
        shown = ", ".join(f"{self._expression(column)} as {column.name}" for column in columns) or "t.id as row_"
        where = " and ".join(self._conditions())
        source = f"{self.schema}.{self.stored.name} as t"
        return f"create temp view {self.table.name} as select {shown} from {source}{where and f' where {where}'}"

    def _conditions(self) -> Sequence[str]:
        conditions: list[str] = []
        if self.table.part_of:
            conditions.append(f"t.part_ = {quote(self.table.part)}")
        if self.stored.parent:
            conditions.append(f"case when t.holder_ then {self._note_list('0')} else 1 end")
        return conditions

    def _expression(self, column: Column) -> str:
        is_needed = column.name in self.needed
        if column.sql:
            return column.sql.format(schema=self.schema, value=self._value(self.stored.by_name[column.of], is_needed))
        if self.stored.parent and column.name == self.stored.parent_column:
            return f"t.{column.name}"
        value = self._value(column, is_needed)
        if self.stored.parent:
            value = f"case when t.holder_ then {self._note_list('null')} else {value} end"
        if value == f"t.{column.name}" and column.stored_type:  # as it is, SQLite can look it up when it joins
            return value
        return f"cast({value} as {column.sql_type})"

    def _value(self, column: Column, is_needed: bool) -> str:
        """Return a stored value, which is noted where it is needed and not known."""
        value = f"t.{column.name}"
        if column.known_by == "row" or not is_needed or not self.has_unread:
            return value
        return f"case when {self._is_known(column)} then {value} else {self._note_card(column)} end"

    def _is_known(self, column: Column) -> str:
        by_card = "t.read_ >= t.changed_"
        fills = self.fills.get(column.name, {})
        if column.known_by != "choice" or not fills:
            return by_card
        times = " ".join(f"when {quote(part)} then {at!r}" for part, at in fills.items())
        return f"{by_card} or t.changed_ <= case t.part_ {times} else 0 end"

    def _note_card(self, column: Column) -> str:
        kind = f"{self.stored.name}.{column.name}" if column.known_by == "choice" else self.stored.name
        return f"unread({quote(kind)}, t.id, t.{column.name})"

    def _note_list(self, held: str) -> str:
        is_fresh = f"t.listed_ >= {self.now_s - ROWS_AGE_S!r}" if self.now_s else "1"
        noted = f"unread({quote(self.list_kind)}, t.{self.stored.parent_column}, {held})"
        return f"case when {is_fresh} then {held} else {noted} end"

    @property
    def list_kind(self) -> str:
        """The kind by which lists are noted, beside cards of the same table."""
        return f"{self.stored.name}[]"


def quote(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def union_views(name: str, selects: Sequence[str], columns: Sequence[str]) -> str:
    """Return a view over one select of each file, an empty one where there is no file."""
    nothing = f"select {', '.join(f'null as {column}' for column in columns)} where 0"
    return f"create temp view {name} as {' union all '.join(selects) or nothing}"
