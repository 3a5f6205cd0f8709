"""Indexes of a large module: made on first use, right after writes, and gone with what they were made for."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from mockserver.crm.database import dump_snapshot, open_connection, restore_snapshot
from mockserver.ivinex import store as store_module
from mockserver.ivinex.filters import Filter, build_condition, build_order
from mockserver.ivinex.seed import IvinexSeed, parse_ivinex_seed
from mockserver.ivinex.store import Store


@pytest.fixture(autouse=True)
def index_small_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "LEAST_INDEXED", 5)


def build_seed(count: int) -> IvinexSeed:
    fields = {"name": {"type": "text"}, "score": {"type": "number"}, "at": {"type": "datetime"}}
    records = [
        {"collection_id": i, "name": f"Név {i % 5}", "score": i % 7, "at": f"2026-01-{i % 9 + 1:02} 10:00:00"}
        for i in range(1, count + 1)
    ]
    return parse_ivinex_seed({"modules": {"1": {"fields": fields, "records": records}}}, "2026-01-01 00:00:00")


def find(store: Store, field: str, value: object) -> list[str | None]:
    module = store.modules["1"]
    where = [build_condition(module, Filter(field, "Equal", value), [])]
    order = build_order(module.fields["collection_id"], descending=False)
    return [record["collection_id"] for record in store.search_records(module, where, order, 100, 0)]


def list_indexes(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE name GLOB 'ivinex_index_*'")]


def test_a_large_module_gets_an_index_where_it_is_searched_and_a_small_one_none():
    with closing(open_connection()) as connection:
        store = Store(connection)
        store.replace_all(build_seed(5))
        find(store, "name", "név 1")
        assert list_indexes(connection) == []
        store.replace_all(build_seed(40))
        for field, value in (("name", "NÉV 1"), ("score", "3"), ("at", "2026-01-02"), ("id", 7), ("name", "x")):
            find(store, field, value)
        assert len(list_indexes(connection)) == 3


@pytest.mark.parametrize(("field", "value"), [("name", "Név 1"), ("score", 3), ("at", "2026-01-02")])
def test_an_equality_and_an_order_are_looked_up_and_not_searched_for(field: str, value: object):
    with closing(open_connection()) as connection:
        store = Store(connection)
        store.replace_all(build_seed(40))
        module = store.modules["1"]
        clause = build_condition(module, Filter(field, "Equal", value), [])
        order = build_order(module.fields[field], descending=True)
        store.search_records(module, [clause], order, 10, 0)
        store.search_records(module, [], order, 10, 0)

        by_value = f"EXPLAIN QUERY PLAN SELECT * FROM ivinex_record_1 WHERE {clause.sql}"
        assert "USING INDEX" in connection.execute(by_value, clause.values).fetchall()[0][3]
        by_order = f"EXPLAIN QUERY PLAN SELECT * FROM ivinex_record_1 ORDER BY {order}"
        assert "TEMP B-TREE" not in str(connection.execute(by_order).fetchall())


def test_what_is_written_later_is_found_too():
    with closing(open_connection()) as connection:
        store = Store(connection)
        store.replace_all(build_seed(40))
        assert find(store, "name", "new") == []
        new = store.create_record(store.modules["1"], {"name": "NEW", "score": "3.0"})
        assert find(store, "name", "new") == [str(new)]
        assert str(new) in find(store, "score", 3)
        record = store.get_record(store.modules["1"], new)
        assert record is not None
        store.update_record(store.modules["1"], record, {"name": "Other"})
        assert find(store, "name", "new") == []
        assert find(store, "name", "OTHER") == [str(new)]


def test_a_snapshot_with_indexes_can_be_restored_and_they_are_made_anew():
    with closing(open_connection()) as connection, closing(open_connection()) as other:
        store = Store(connection)
        store.replace_all(build_seed(40))
        found = find(store, "name", "név 1")
        restore_snapshot(other, dump_snapshot(connection))
        restored = Store(other)
        assert list_indexes(other) == []
        assert find(restored, "name", "név 1") == found != []
        assert len(list_indexes(other)) == 1
