"""The store as a SQLite file in a folder of the user's own, shared by all processes on this machine; or in memory."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Generator, Sequence
from pathlib import Path

from crm_mcp.errors import StoreError
from crm_mcp.languages import Texts, mark
from crm_mcp.store.engines.private_folder import describe_access, prepare_file
from crm_mcp.store.location import FILE
from crm_mcp.store.schema import migrate
from crm_mcp.store.transaction import Row, Transaction

_texts = Texts(__file__)

_BUSY_S = 5.0
_JOURNAL_BYTES = 4 << 20
_CHECKED_BYTES = 16 << 20
"""Up to this size a file is looked through for damage when it is opened; it takes 2 ms a megabyte."""
_OLDEST = (3, 35, 0)
"""SQLite's first version with `returning`."""

_LEFT_ALONE = mark(
    "It was left as it is: put a backup in its place, or move it away, and its -wal and -shm, to begin anew."
)
_WRITABLE = mark("Make the file and its folder writable for this user.")
_FAILURES = {
    sqlite3.SQLITE_BUSY: (mark("another process has kept it locked for 5 s"), mark("Try again, or end that process.")),
    sqlite3.SQLITE_CORRUPT: (mark("the file is damaged"), _LEFT_ALONE),
    sqlite3.SQLITE_NOTADB: (mark("the file is damaged, or no SQLite file"), _LEFT_ALONE),
    sqlite3.SQLITE_FULL: (mark("the disk is full"), mark("Free some space.")),
    sqlite3.SQLITE_IOERR: (mark("the disk reports an error"), mark("See whether it is full or damaged.")),
    sqlite3.SQLITE_READONLY: (
        mark("it cannot be written"),
        _WRITABLE,
    ),
    sqlite3.SQLITE_CANTOPEN: (
        mark("it cannot be opened"),
        _WRITABLE,
    ),
}


class SqliteDatabase:
    """One connection to a SQLite file, or to one in memory where there is no path."""

    def __init__(self, connection: sqlite3.Connection, place: str, warning: str = "", path: Path | None = None) -> None:
        self._connection = connection
        self._path = path
        self._file = path and _identify(path)
        self.place = place
        self.warning = warning

    @property
    def is_gone(self) -> bool:
        """Whether the file was deleted or replaced: SQLite would go on with one that nobody else sees."""
        try:
            return self._path is not None and _identify(self._path) != self._file
        except FileNotFoundError:
            return True
        except OSError:  # that it cannot be looked at does not say that it is gone
            return False

    @contextlib.contextmanager
    def transaction(self) -> Generator[Transaction]:
        """Begin at once to write, so that nobody else writes until the end."""
        connection = self._connection
        with _telling(self.place):
            connection.execute("begin immediate")
            try:
                yield _SqliteTransaction(connection)
                connection.execute("commit")
            finally:
                if connection.in_transaction:
                    connection.execute("rollback")

    def copy(self) -> bytes:
        """Return the whole database as the bytes of a file."""
        with _telling(self.place):
            return self._connection.serialize()

    def compact(self) -> None:
        """Write the file anew, without what was deleted, and empty the journal."""
        with _telling(self.place):
            self._connection.execute("vacuum")
            self._connection.execute("pragma wal_checkpoint(truncate)").fetchall()

    def close(self) -> None:
        """Fold the journal back into the file and let go of it."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("pragma busy_timeout=100")
            self._connection.execute("pragma wal_checkpoint(truncate)").fetchall()
        self._connection.close()


def open_folder(folder: Path, migrations: Sequence[str], name: str = FILE) -> SqliteDatabase:
    """Open a file in a folder, and make both where they do not exist.

    Raises:
        StoreError: It cannot be used; it is as it was.
    """
    path = prepare_file(folder, name)
    place = _texts.later("SQLite file {path}", path=path)
    with _telling(place):
        connection = _connect(str(path))
        try:
            _look_at(connection, path)
            _write_ahead(connection, place)
            return _migrated(SqliteDatabase(connection, place, describe_access(folder), path), migrations)
        except BaseException:
            connection.close()
            raise


def _identify(path: Path) -> tuple[int, int]:
    """Return what tells a file from another of the same name."""
    found = path.stat()
    return found.st_dev, found.st_ino


def open_memory(migrations: Sequence[str]) -> SqliteDatabase:
    """Open an empty one that nobody else sees and that goes with the process."""
    return _migrated(SqliteDatabase(_connect(":memory:"), "memory"), migrations)


def _connect(path: str) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < _OLDEST:
        raise StoreError(
            _texts.later(
                "This Python's SQLite is {version}; the store needs 3.35 or newer.", version=sqlite3.sqlite_version
            ),
            hint=_texts.later("Use a Python that was built with a newer one."),
        )
    return sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)


def _write_ahead(connection: sqlite3.Connection, place: str) -> None:
    """Let readers and one writer work side by side; a crash of the machine may lose the last moment, never the file."""
    deadline = time.monotonic() + _BUSY_S
    while True:  # SQLite does not always wait here for another process that does the same
        try:
            ((mode,),) = connection.execute("pragma journal_mode=wal").fetchall()
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise StoreError(
            _texts.later("The store ({place}) is on a file system without shared memory.", place=place),
            hint=_texts.later("Let CRM_MCP_STORE name a folder on a disk of this machine, or a PostgreSQL."),
        )
    connection.execute("pragma synchronous=normal")
    connection.execute(f"pragma journal_size_limit={_JOURNAL_BYTES}")


def _look_at(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is another program's, or damaged."""
    tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    if tables and ("migrations",) not in tables:
        raise StoreError(
            _texts.later("The file {path} is another program's.", path=path),
            hint=_texts.later("Let CRM_MCP_STORE name a folder without such a file."),
        )
    if path.stat().st_size > _CHECKED_BYTES:
        return
    found = connection.execute("pragma quick_check(1)").fetchall()
    if found != [("ok",)]:
        error = sqlite3.DatabaseError(str(found[0][0]))
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _migrated(database: SqliteDatabase, migrations: Sequence[str]) -> SqliteDatabase:
    with database.transaction() as transaction:
        migrate(transaction.execute, migrations)
    return database


@contextlib.contextmanager
def _telling(place: str) -> Generator[None]:
    """Turn what SQLite raises into a sentence with the next step."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        known = _FAILURES.get(code)
        what, hint = map(_texts.later, known) if known else (str(error), "")
        raise StoreError(
            _texts.later("The store ({place}) cannot be used: {what}.", place=place, what=what), hint=hint
        ) from error


class _SqliteTransaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return self._connection.execute(sql, tuple(parameters)).fetchall()

    def lock(self, name: str) -> None:
        """Do nothing: `begin immediate` lets one transaction in at a time."""
        del name

    def now(self) -> float:
        return time.time()
