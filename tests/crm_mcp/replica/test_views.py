"""What a statement sees of a table whose values are not all known."""

from __future__ import annotations

import sqlite3

from crm_mcp.replica.tables import Column, Table
from crm_mcp.replica.views import Shown

NAME_OF = "(select b.name from {schema}.firms as b where b.id = {value})"
CARDS = Table(
    "cards",
    "cards",
    (Column("id", "integer"), Column("firm_id", "integer", "card"), Column("firm", sql=NAME_OF, of="firm_id")),
)


def look_at(column: str) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return what a column shows of a card that was read and of one that was not, and what was noted as unread."""
    noted: list[tuple[object, ...]] = []
    connection = sqlite3.connect(":memory:")

    def unread(kind: str, card_id: int, held: int | None) -> int | None:
        noted.append((kind, card_id))
        return held

    connection.create_function("unread", 3, unread)
    connection.executescript(
        "create table firms (id integer, name text);"
        "create table cards (id integer, part_, firm_id integer, read_ real, changed_ real);"
        "insert into firms values (7, 'Alder'); insert into cards values (1, '', 7, 2, 1), (2, '', null, 0, 1);"
    )
    shown = Shown(
        table=CARDS, stored=CARDS, schema="main", needed={column}, held=(), fills={}, has_unread=True, now_s=0.0
    )
    connection.execute(shown.view())
    rows = connection.execute(f"select {column} from temp.cards order by 1").fetchall()
    connection.close()
    return rows, noted


def test_a_card_that_was_not_read_is_noted_where_its_value_is_needed() -> None:
    assert look_at("firm_id") == ([(None,), (7,)], [("cards", 2)])


def test_a_name_that_is_looked_up_by_an_unknown_id_is_noted_too_and_no_absent_one() -> None:
    assert look_at("firm") == ([(None,), ("Alder",)], [("cards", 2)])
