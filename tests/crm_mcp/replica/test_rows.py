"""What was read later wins, whichever response comes first, and a change is noted once."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from crm_mcp.replica.database import MIGRATIONS
from crm_mcp.replica.freshness import Pass, keep_fill, keep_pass
from crm_mcp.replica.rows import RowWriter, ensure_table, fill_choice
from crm_mcp.replica.tables import Column, Table
from crm_mcp.store.engine import Store
from crm_mcp.store.transaction import Transaction

_T = TypeVar("_T")
CARDS = Table(
    "cards",
    "cards",
    (Column("id", "id"), Column("name"), Column("amount", "integer", "card"), Column("source", "text", "choice")),
)
TASKS = Table(
    "tasks",
    "tasks",
    (Column("id", "id"), Column("card_id", "id"), Column("comment")),
    parent="cards",
    parent_column="card_id",
)


class Held:
    """Tables in memory, and what is written into them."""

    def __init__(self) -> None:
        self.store = Store(migrations=MIGRATIONS, forget=lambda _transaction, _days: None)
        for table in (CARDS, TASKS):
            self.do(functools.partial(ensure_table, table=table))

    def do(self, work: Callable[[Transaction], _T]) -> _T:
        return asyncio.run(self.store.run(work))

    def write(self, sent_at: float, act: Callable[[RowWriter], None], table: Table = CARDS) -> None:
        """Write what a request that was sent at a time brought."""
        self.do(lambda transaction: act(RowWriter(transaction, table, sent_at, f"at {sent_at:g}")))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.do(lambda transaction: transaction.execute(sql))

    @property
    def changes(self) -> list[tuple[Any, ...]]:
        return self.rows("select id, field, old, new, seen_at from changes order by number")


@pytest.fixture
def held() -> Held:
    return Held()


def test_a_row_that_was_asked_for_earlier_changes_nothing(held: Held) -> None:
    held.write(20, lambda writer: writer.put_rows([{"id": 1, "name": "new"}]))
    held.write(10, lambda writer: writer.put_rows([{"id": 1, "name": "old"}]))
    assert held.rows("select name from cards") == [("new",)]
    assert held.changes == []


def test_a_change_of_a_row_is_noted_with_both_values(held: Held) -> None:
    held.write(10, lambda writer: writer.put_rows([{"id": 1, "name": "old"}]))
    held.write(20, lambda writer: writer.put_rows([{"id": 1, "name": "new"}]))
    held.write(30, lambda writer: writer.put_rows([{"id": 1, "name": "new"}]))
    assert held.changes == [(1, "name", "old", "new", "at 20")]


def test_a_card_is_known_until_a_search_shows_it_as_changed(held: Held) -> None:
    held.write(10, lambda writer: writer.put_rows([{"id": 1, "name": "a"}]))
    held.write(20, lambda writer: writer.put_card({"id": 1, "name": "a", "amount": 5}))
    assert held.rows("select read_ >= changed_ from cards") == [(1,)]
    held.write(30, lambda writer: writer.put_rows([{"id": 1, "name": "a"}], is_changed=False))
    assert held.rows("select read_ >= changed_ from cards") == [(1,)]
    held.write(40, lambda writer: writer.put_rows([{"id": 1, "name": "a"}]))
    assert held.rows("select read_ >= changed_, amount from cards") == [(0, 5)]
    held.write(50, lambda writer: writer.put_card({"id": 1, "name": "a", "amount": 6}))
    assert held.changes == [(1, "amount", 5, 6, "at 50")]


def test_what_a_card_no_longer_shows_is_empty(held: Held) -> None:
    held.write(10, lambda writer: writer.put_card({"id": 1, "name": "a", "amount": 5}))
    held.write(20, lambda writer: writer.put_card({"id": 1, "name": "a"}))
    assert held.rows("select amount from cards") == [(None,)]
    assert held.changes == [(1, "amount", 5, None, "at 20")]


def test_what_was_never_known_is_no_change(held: Held) -> None:
    held.write(10, lambda writer: writer.put_rows([{"id": 1, "name": "a"}]))
    held.write(20, lambda writer: writer.put_card({"id": 1, "name": "a", "amount": 5, "source": "web"}))
    assert held.changes == []


def test_a_record_is_seen_to_appear_only_where_all_were_known_before(held: Held) -> None:
    held.write(10, lambda writer: writer.put_rows([{"id": 1, "name": "a"}]))
    held.do(functools.partial(keep_pass, table="cards", one=Pass("", is_complete=True)))
    held.write(20, lambda writer: writer.put_rows([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]))
    held.write(30, lambda writer: writer.remove([1]))
    assert held.changes == [(2, "id", None, 2, "at 20"), (1, "id", 1, None, "at 30")]


def test_searches_for_choices_fill_a_column_but_not_of_what_changed_since(held: Held) -> None:
    held.write(
        10, lambda writer: writer.put_rows([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": 3, "name": "c"}])
    )
    held.write(30, lambda writer: writer.put_rows([{"id": 3, "name": "c"}]))

    def fill(transaction: Transaction) -> None:
        fill_choice(transaction, CARDS, "source", "", 20, {1: "web", 3: "web"})
        keep_fill(transaction, "cards", "source", [""], 20)

    held.do(fill)
    assert held.rows("select id, source from cards") == [(1, "web"), (2, None), (3, None)]
    held.write(40, lambda writer: writer.put_card({"id": 2, "name": "b", "source": "fair"}))
    assert held.changes == [(2, "source", None, "fair", "at 40")]


def test_a_list_replaces_the_one_before_and_stands_even_where_it_is_empty(held: Held) -> None:
    held.write(10, lambda writer: writer.hold_lists([7]), TASKS)
    assert held.rows("select card_id, listed_ from tasks where holder_ = 1") == [(7, None)]
    held.write(20, lambda writer: writer.put_list(7, [{"id": 1, "comment": "a"}, {"id": 2, "comment": "b"}]), TASKS)
    held.write(30, lambda writer: writer.put_list(7, [{"id": 2, "comment": "c"}, {"id": 3, "comment": "d"}]), TASKS)
    held.write(25, lambda writer: writer.put_list(7, []), TASKS)
    assert held.rows("select id, comment from tasks where holder_ = 0 order by id") == [(2, "c"), (3, "d")]
    assert held.changes == [
        (2, "comment", "b", "c", "at 30"),
        (3, "id", None, 3, "at 30"),
        (1, "id", 1, None, "at 30"),
    ]


def test_columns_are_added_and_none_is_dropped(held: Held) -> None:
    wider = CARDS.with_columns(Column("colour", "text", "card"))
    held.do(functools.partial(ensure_table, table=wider))
    held.do(functools.partial(ensure_table, table=CARDS))
    assert "colour" in {row[1] for row in held.rows("pragma table_info(cards)")}


def test_joins_by_a_link_look_rows_up_and_do_not_read_the_table_for_each() -> None:
    held = Held()
    owner = Column("owner", sql="(select 1 where {value})", of="owner_id")
    deals = Table("deals", "deals", (Column("id", "id"), Column("owner_id", "id"), owner))
    held.do(functools.partial(ensure_table, table=deals))
    held.do(functools.partial(ensure_table, table=deals))

    plan = held.do(lambda t: t.execute("explain query plan select 1 from deals where owner_id = 1"))

    assert "deals_by_owner_id" in str(list(plan))


def test_of_what_a_search_and_a_card_both_show_the_later_reading_stays(held: Held) -> None:
    held.write(10, lambda writer: writer.put_rows([{"id": 1, "name": "first"}, {"id": 2, "name": "first"}]))
    held.write(30, lambda writer: writer.put_card({"id": 1, "name": "third", "amount": 5}))
    held.write(20, lambda writer: writer.put_rows([{"id": 1, "name": "second"}]))
    held.write(30, lambda writer: writer.put_rows([{"id": 2, "name": "third"}]))
    held.write(20, lambda writer: writer.put_card({"id": 2, "name": "second", "amount": 5}))
    assert held.rows("select name, amount from cards order by id") == [("third", 5), ("third", 5)]
    assert held.rows("select id from cards where read_ < changed_") == [(2,)]


def test_a_card_of_a_part_that_is_held_whole_is_seen_as_new(held: Held) -> None:
    held.do(lambda transaction: keep_pass(transaction, "cards", Pass("sales", is_complete=True)))
    held.write(10, lambda writer: writer.put_card({"id": 1, "name": "a", "amount": 5}, part="sales"))
    held.write(20, lambda writer: writer.put_rows([{"id": 1, "name": "a"}], part="sales"))
    held.write(30, lambda writer: writer.put_card({"id": 2, "name": "b", "amount": 5}, part="support"))
    assert held.changes == [(1, "id", None, 1, "at 10")]
