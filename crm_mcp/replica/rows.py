"""What was read is written into a table, and what is seen to have changed into `changes`.

Beside its columns a row has bookkeeping, in columns that end with `_` (times are when the request was sent):

| column | holds |
|---|---|
| `part_` | the part of the table that the row belongs to, such as its module |
| `first_`, `seen_` | when a search, or a card that tells as much, first and last showed it |
| `changed_` | when a search last showed it as changed: what was read of its card before that is out of date |
| `read_` | when its card was read; 0 where it never was |
| `holder_`, `listed_` | in lists: 1 for the row that stands for the list of one parent, and when that was read |
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_mcp.replica.freshness import read_fills
from crm_mcp.replica.tables import Column, Table
from crm_mcp.store.transaction import Transaction

Values = Mapping[str, Any]
"""Values by column."""

_AT_ONCE = 500
"""Most parameters of one statement."""


def ensure_table(transaction: Transaction, table: Table) -> None:
    """Make a table where it does not exist, and add columns that it lacks; none is ever dropped."""
    known = {row[1] for row in transaction.execute(f"pragma table_info({table.name})")}
    if not known:
        _create(transaction, table)
        known = {row[1] for row in transaction.execute(f"pragma table_info({table.name})")}
    for column in table.stored:
        if column.name not in known:
            transaction.execute(f"alter table {table.name} add column {column.name} {column.stored_type}")
    for name in dict.fromkeys(column.of for column in table.columns if column.of):  # joins go by these
        transaction.execute(f"create index if not exists {table.name}_by_{name} on {table.name} ({name})")
    for number, expression in enumerate(table.indexed):
        transaction.execute(f"create index if not exists {table.name}_at_{number} on {table.name} ({expression})")


def _create(transaction: Transaction, table: Table) -> None:
    id_type = table.by_name["id"].sql_type if "id" in table.by_name else "text"
    own = f"id {id_type} unique" if table.parent else f"id {id_type} primary key"
    transaction.execute(
        f"create table {table.name} ({own}, part_ text not null default '', first_ real, seen_ real, "
        "changed_ real, read_ real not null default 0, holder_ integer not null default 0, listed_ real)"
    )
    if table.parent:
        parent = table.by_name[table.parent_column]
        transaction.execute(f"alter table {table.name} add column {parent.name} {parent.sql_type}")
        transaction.execute(f"create index {table.name}_lists on {table.name} ({parent.name})")
    _advise(transaction, table)


def _advise(transaction: Transaction, table: Table) -> None:
    """Have joins begin at other tables than lists: each list that a statement looks at may have to be read first.

    SQLite goes by what it takes for the number of rows, and of those with the same parent.
    """
    transaction.execute("analyze sqlite_schema")  # makes the table of these numbers
    lists = [f"{table.name}_lists", *(f"{table.name}_at_{number}" for number, _ in enumerate(table.indexed))]
    rows = [(index, "100000000 3") for index in lists] if table.parent else [(None, "100000")]
    for index, numbers in rows:
        transaction.execute("insert into sqlite_stat1 (tbl, idx, stat) values (?, ?, ?)", (table.name, index, numbers))


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes rows of one table, all read by a request that was sent at one time.

    Attributes:
        sent_at: When, in seconds since 1970.
        seen_at: The time of what it sees change, as `changes` holds it.
    """

    transaction: Transaction
    table: Table
    sent_at: float
    seen_at: str

    def put_rows(self, rows: Sequence[Values], *, part: str = "", is_changed: bool = True) -> None:
        """Write rows of a search; values by column, `id` and all that the search shows among them.

        `is_changed` tells that anything of their cards may have changed; a row that was read later stays as it is.
        """
        held = self._held([row["id"] for row in rows])
        appeared: list[object] = []
        for row in rows:
            old = held.get(row["id"])
            if old is not None and (old["seen_"] or 0) > self.sent_at:
                continue
            known = row.keys() if old is not None and old["seen_"] else ()
            self._note_changes(old, row, known)
            if old is None:
                appeared.append(row["id"])
            book: dict[str, object] = {"seen_": self.sent_at, "part_": part or (old or {}).get("part_", "")}
            if old is None or is_changed or any(old.get(name) != value for name, value in row.items()):
                book["changed_"] = max(self.sent_at, (old or {}).get("changed_") or 0)
            if old is None:
                book["first_"] = self.sent_at
            self._upsert({**row, **book})
        if self._is_complete(part):
            for record_id in appeared:
                self._note(record_id, "id", None, record_id)

    def put_card(self, values: Values, *, part: str = "") -> None:
        """Write what the card of one record shows; a column that it does not name is empty.

        Of what a search shows too, whichever was read later stays.
        """
        old = self._held([values["id"]]).get(values["id"])
        if old is not None and old["read_"] > self.sent_at:
            return
        of_rows = {column.name for column in self.table.stored if column.known_by == "row" and column.name != "id"}
        book: dict[str, object] = {"read_": self.sent_at, "part_": part or (old or {}).get("part_", "")}
        if old is not None and (old["seen_"] or 0) > self.sent_at:
            values = {name: value for name, value in values.items() if name not in of_rows}
            book["part_"] = old["part_"]
        elif of_rows <= values.keys():
            book["seen_"] = self.sent_at
        whole: dict[str, object] = {column.name: None for column in self.table.stored if column.known_by != "row"}
        whole |= values
        self._note_changes(old, whole, self._known(old))
        if old is None:
            book |= {"first_": self.sent_at, "changed_": self.sent_at}
            if self._is_complete(part):
                self._note(values["id"], "id", None, values["id"])
        self._upsert({**whole, **book})

    def put_list(self, parent_id: object, rows: Sequence[Values]) -> None:
        """Write all rows of one parent's list; those that it no longer shows are gone."""
        name, parent = self.table.name, self.table.parent_column
        listed = self.transaction.execute(
            f"select listed_ from {name} where {parent} = ? and holder_ = 1",
            (parent_id,),
        )
        if not listed:
            self.hold_lists([parent_id])
        elif (listed[0][0] or 0) > self.sent_at:
            return
        before = self.transaction.execute(
            f"select id from {name} where {parent} = ? and holder_ = 0",
            (parent_id,),
        )
        held = self._held([row["id"] for row in rows])
        for row in rows:
            old = held.get(row["id"])
            self._note_changes(old, row, row.keys() if old else ())
            if old is None and listed and listed[0][0]:
                self._note(row["id"], "id", None, row["id"])
            book = {"seen_": self.sent_at, "changed_": self.sent_at, parent: parent_id}
            self._upsert({**row, **book, **({} if old else {"first_": self.sent_at})})
        self.remove({one for (one,) in before} - {row["id"] for row in rows})
        self.transaction.execute(
            f"update {name} set listed_ = ? where {parent} = ? and holder_ = 1",
            (self.sent_at, parent_id),
        )

    def hold_lists(self, parent_ids: Iterable[object]) -> None:
        """Make the row that stands for the list of each of these parents, where there is none."""
        name, parent = self.table.name, self.table.parent_column
        for parent_id in parent_ids:
            self.transaction.execute(
                f"insert into {name} ({parent}, holder_) select ?, 1 "
                f"where not exists (select 1 from {name} where {parent} = ? and holder_ = 1)",
                (parent_id, parent_id),
            )

    def remove(self, ids: Collection[object]) -> None:
        """Delete records that are gone for good."""
        for record_id in ids:
            self._note(record_id, "id", record_id, None)
            self.transaction.execute(f"delete from {self.table.name} where id = ?", (record_id,))

    def _held(self, ids: Sequence[object]) -> dict[object, dict[str, Any]]:
        names = ["id", "part_", "first_", "seen_", "changed_", "read_", *(one.name for one in self._own_columns())]
        held: dict[object, dict[str, Any]] = {}
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            sql = f"select {', '.join(names)} from {self.table.name} where id in ({marks})"
            held |= {row[0]: dict(zip(names, row, strict=True)) for row in self.transaction.execute(sql, some)}
        return held

    def _own_columns(self) -> Sequence[Column]:
        return [column for column in self.table.stored if column.name != "id"]

    def _known(self, old: Mapping[str, Any] | None) -> Collection[str]:
        """Return the columns whose value was known once, so that another one is a change."""
        if old is None:
            return ()
        if old["read_"]:
            return [column.name for column in self.table.stored]
        fills = read_fills(self.transaction, self.table.name)
        return [
            column.name
            for column in self.table.stored
            if (column.known_by == "row" and old["seen_"])
            or (column.known_by == "choice" and fills.get(column.name, {}).get(old["part_"], 0) >= (old["first_"] or 0))
        ]

    def _note_changes(self, old: Mapping[str, Any] | None, new: Values, known: Collection[str]) -> None:
        if old is None:
            return
        for name in known:
            if name != "id" and name in new and old.get(name) != new[name]:
                self._note(new["id"], name, old.get(name), new[name])

    def _note(self, record_id: object, field: str, old: object, new: object) -> None:
        self._note_as(self.table.kind, record_id, field, old, new)

    def _note_as(self, kind: str, record_id: object, field: str, old: object, new: object) -> None:
        self.transaction.execute(
            "insert into changes (kind, id, field, old, new, seen_at) values (?, ?, ?, ?, ?, ?)",
            (kind, record_id, field, old, new, self.seen_at),
        )

    def _is_complete(self, part: str) -> bool:
        return bool(
            self.transaction.execute(
                "select 1 from passes where tbl = ? and (part = ? or part = '') and complete = 1",
                (self.table.name, part),
            )
        )

    def _upsert(self, values: Mapping[str, object]) -> None:
        names = list(values)
        updates = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
        self.transaction.execute(
            f"insert into {self.table.name} ({', '.join(names)}) values ({', '.join('?' * len(names))}) "
            f"on conflict (id) do update set {updates}",
            list(values.values()),
        )


def fill_choice(
    transaction: Transaction, table: Table, column: str, part: str, at: float, found: Mapping[object, object]
) -> None:
    """Write the label of a column that searches found, and that the other rows of the part have none.

    Rows that changed or whose card was read since the first of these searches was sent stay as they are.
    """
    where = "part_ = ? and changed_ <= ? and read_ < ?"
    transaction.execute(f"update {table.name} set {column} = null where {where}", (part, at, at))
    for record_id, label in found.items():
        sql = f"update {table.name} set {column} = ? where id = ? and {where}"
        transaction.execute(sql, (label, record_id, part, at, at))
