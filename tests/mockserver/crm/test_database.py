from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mockserver.crm.database import DatabaseError, dump_snapshot, open_connection, restore_snapshot, transaction


class Oops(Exception):  # noqa: N818 - what it is called does not matter here
    pass


def insert_and_fail(connection: sqlite3.Connection, number: int) -> None:
    with transaction(connection):
        connection.execute("INSERT INTO numbers VALUES (?)", (number,))
        raise Oops


def read_numbers(connection: sqlite3.Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT number FROM numbers ORDER BY number")]


def open_numbers(path: str = "") -> sqlite3.Connection:
    connection = open_connection(path)
    connection.execute("CREATE TABLE IF NOT EXISTS numbers (number INTEGER)")
    return connection


def test_a_transaction_that_ends_is_committed():
    with closing(open_numbers()) as connection:
        with transaction(connection):
            connection.execute("INSERT INTO numbers VALUES (1)")

        assert not connection.in_transaction
        assert read_numbers(connection) == [1]


def test_a_transaction_that_raises_is_rolled_back():
    with closing(open_numbers()) as connection:
        with pytest.raises(Oops):
            insert_and_fail(connection, 1)

        assert not connection.in_transaction
        assert read_numbers(connection) == []


def test_an_inner_transaction_that_raises_rolls_back_only_itself():
    with closing(open_numbers()) as connection:
        with transaction(connection):
            connection.execute("INSERT INTO numbers VALUES (1)")
            with pytest.raises(Oops):
                insert_and_fail(connection, 2)
            connection.execute("INSERT INTO numbers VALUES (3)")

        assert read_numbers(connection) == [1, 3]


def test_an_outer_transaction_that_raises_rolls_back_inner_ones_that_ended():
    def insert_then_fail(connection: sqlite3.Connection) -> None:
        with transaction(connection):
            with transaction(connection):
                connection.execute("INSERT INTO numbers VALUES (1)")
            raise Oops

    with closing(open_numbers()) as connection:
        with pytest.raises(Oops):
            insert_then_fail(connection)

        assert read_numbers(connection) == []


def test_a_file_keeps_what_was_committed_even_if_nobody_closes_it(tmp_path: Path):
    path = str(tmp_path / "fake.db")
    with closing(open_numbers(path)) as first:
        with transaction(first):
            first.execute("INSERT INTO numbers VALUES (1)")
        with closing(open_numbers(path)) as second:
            assert read_numbers(second) == [1]


def test_a_file_of_another_program_is_left_alone(tmp_path: Path):
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE precious (thing)")
    before = path.read_bytes()

    with pytest.raises(DatabaseError, match="belongs to another program"):
        open_connection(str(path))
    assert path.read_bytes() == before


def test_a_file_of_another_format_is_refused(tmp_path: Path):
    path = str(tmp_path / "fake.db")
    with closing(open_numbers(path)) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(DatabaseError, match="has format 99"):
        open_connection(path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    path = tmp_path / "text.db"
    path.write_text("hello " * 1000)

    with pytest.raises(DatabaseError, match="not a database"):
        open_connection(str(path))


def test_a_file_in_a_folder_that_does_not_exist_is_refused(tmp_path: Path):
    with pytest.raises(DatabaseError, match="unable to open"):
        open_connection(str(tmp_path / "nowhere" / "fake.db"))


@pytest.mark.parametrize("source_name", ["", "source.db"])
@pytest.mark.parametrize("target_name", ["", "target.db"])
def test_a_snapshot_moves_everything_between_memory_and_files(tmp_path: Path, source_name: str, target_name: str):
    source_path, target_path = (str(tmp_path / name) if name else "" for name in (source_name, target_name))
    with closing(open_numbers(source_path)) as source, closing(open_numbers(target_path)) as target:
        with transaction(source):
            source.execute("INSERT INTO numbers VALUES (7)")
        target.execute("INSERT INTO numbers VALUES (8)")

        restore_snapshot(target, dump_snapshot(source))

        assert read_numbers(target) == [7]
        with transaction(target):
            target.execute("INSERT INTO numbers VALUES (9)")
        assert read_numbers(target) == [7, 9]
        assert read_numbers(source) == [7]


def test_a_restored_snapshot_is_in_the_file(tmp_path: Path):
    path = str(tmp_path / "fake.db")
    with closing(open_numbers()) as source, closing(open_numbers(path)) as target:
        source.execute("INSERT INTO numbers VALUES (7)")
        restore_snapshot(target, dump_snapshot(source))

    with closing(open_numbers(path)) as again:
        assert read_numbers(again) == [7]


def make_foreign_snapshot() -> bytes:
    with closing(sqlite3.connect(":memory:")) as other:
        other.execute("CREATE TABLE precious (thing)")
        return other.serialize()


def make_torn_snapshot() -> bytes:
    with closing(open_numbers()) as source:
        source.executemany("INSERT INTO numbers VALUES (?)", [(number,) for number in range(5000)])
        return dump_snapshot(source)[:-8192]


@pytest.mark.parametrize(
    "snapshot",
    [b"", b"nonsense", b"SQLite format 3\0", b"SQLite format 3\0" * 500, make_foreign_snapshot(), make_torn_snapshot()],
)
def test_a_body_that_is_no_snapshot_changes_nothing(snapshot: bytes):
    with closing(open_numbers()) as connection:
        connection.execute("INSERT INTO numbers VALUES (1)")

        with pytest.raises(DatabaseError, match="not a snapshot"):
            restore_snapshot(connection, snapshot)
        assert read_numbers(connection) == [1]
