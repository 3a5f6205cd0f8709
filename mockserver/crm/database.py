"""The SQLite database that holds a fake's whole state: opening it, transactions, and snapshots.

All CRMs share one connection in autocommit: whoever writes opens a `transaction`. Nothing here knows a CRM.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager

# "CRMK" as a number: marks a file as this program's, so that another program's database is never written to.
APPLICATION_ID = 0x43524D4B
SCHEMA_VERSION = 2

_MAGIC = b"SQLite format 3\0"
# Where a database file says (2) that it is in WAL mode, which a copy in memory cannot be, or (1) that it is not.
_JOURNAL_VERSIONS = slice(18, 20)


class DatabaseError(Exception):
    """A database file or a snapshot cannot be used; the message says which and why."""


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """Commit what a block writes, or roll it back where the block raises.

    Blocks nest as savepoints: an inner one rolls back only itself, and the outermost one commits. Do not use
    `commit()` or `with connection:`, which would end an outer transaction.
    """
    nested = connection.in_transaction
    connection.execute("SAVEPOINT step" if nested else "BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if nested:
            connection.execute("ROLLBACK TO step")
            connection.execute("RELEASE step")
        else:
            connection.execute("ROLLBACK")
        raise
    connection.execute("RELEASE step" if nested else "COMMIT")


def open_connection(path: str = "") -> sqlite3.Connection:
    """Open the database in a file, or in memory where no file is named.

    Raises:
        DatabaseError: The file cannot be opened, or belongs to another program.
    """
    # The web server runs on one thread, but tests may build the fake on another one.
    try:
        connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise DatabaseError(f"cannot use the database file {path!r}: {error}") from error
    return connection


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    if not _is_ours_or_empty(connection):
        raise DatabaseError(f"the database file {path!r} belongs to another program; name another file")
    version = _pragma(connection, "user_version")
    if version not in {0, SCHEMA_VERSION}:
        raise DatabaseError(
            f"the database file {path!r} has format {version}, this version reads {SCHEMA_VERSION}; name another file"
        )
    if path:
        connection.execute("PRAGMA journal_mode = WAL")
        # In WAL mode this survives a killed process; only a power cut may lose the last steps, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _is_ours_or_empty(connection: sqlite3.Connection) -> bool:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return tables[0] == 0 or _pragma(connection, "application_id") == APPLICATION_ID


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def dump_snapshot(connection: sqlite3.Connection) -> bytes:
    """Return the whole database as one opaque value for `restore_snapshot`."""
    with closing(sqlite3.connect(":memory:")) as copy:
        connection.backup(copy)
        image = bytearray(copy.serialize())
    image[_JOURNAL_VERSIONS] = b"\x01\x01"
    return bytes(image)


def restore_snapshot(connection: sqlite3.Connection, snapshot: bytes) -> None:
    """Replace the whole database by one that `dump_snapshot` returned.

    Raises:
        DatabaseError: The value is no snapshot of this program; nothing was changed.
    """
    if not snapshot.startswith(_MAGIC):
        raise DatabaseError("the body is not a snapshot")
    with closing(sqlite3.connect(":memory:")) as copy:
        try:
            copy.deserialize(snapshot)
            found = copy.execute("PRAGMA quick_check").fetchone()[0]
            known = (_pragma(copy, "application_id"), _pragma(copy, "user_version"))
        except (sqlite3.Error, OverflowError) as error:
            raise DatabaseError(f"the body is not a snapshot: {error}") from error
        if found != "ok" or known != (APPLICATION_ID, SCHEMA_VERSION):
            raise DatabaseError("the body is not a snapshot that this version can read")
        copy.backup(connection)
