"""The store as tables in a PostgreSQL, in a schema of their own: one memory for a team's machines.

Each transaction sets all it needs by itself, so that a pooler such as PgBouncer may stand between.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Generator, Sequence

import psycopg
from psycopg.conninfo import conninfo_to_dict

from crm_mcp.errors import StoreError
from crm_mcp.languages import Texts, mark
from crm_mcp.store.location import describe_postgres
from crm_mcp.store.schema import migrate
from crm_mcp.store.transaction import Row, Transaction

_texts = Texts(__file__)

_SCHEMA = "crm_mcp"
_BEGIN = b"""begin; set local search_path to crm_mcp; set local lock_timeout to '5s';
set local statement_timeout to '30s'; set local idle_in_transaction_session_timeout to '30s'"""
_MIGRATING = 6_277_110_314
"""The key of the lock, released at the end of its transaction, that lets one process at a time make the tables."""
_LOCKS = 1024
_DEFAULTS = {"connect_timeout": "4", "application_name": "crm-mcp", "tcp_user_timeout": "10000"}

_FAILURES: dict[str, tuple[str, str]] = {
    "55P03": (mark("another process has kept a row locked for 5 s"), mark("Try again.")),
    "40001": (mark("two processes changed the same at once"), mark("Try again.")),
    "40P01": (mark("two processes waited for each other"), mark("Try again.")),
    "57014": (mark("a statement took more than 30 s"), mark("Try again.")),
    "53100": (mark("the disk of that machine is full"), mark("Free some space there.")),
    "42501": (
        mark("its user lacks a right there"),
        mark("Let its owner run: create schema crm_mcp authorization THAT_USER."),
    ),
    "25006": (mark("it is read-only, a standby perhaps"), mark("Name the primary in CRM_MCP_STORE.")),
}
_COLLISIONS = ("40001", "40P01")
"""The transaction was undone for the sake of another one."""
_REFUSALS = (
    ("password", mark("it refuses the user or the password in CRM_MCP_STORE")),
    ("authentication", mark("it refuses the user or the password in CRM_MCP_STORE")),
    ("no pg_hba.conf entry", mark("it lets nobody in from this machine: its pg_hba.conf decides that")),
    ("does not exist", mark("it has no such database or user")),
    ("too many", mark("it has too many connections")),
    ("refused", mark("nothing listens at that address")),
    ("resolve", mark("no such host is known here")),
    ("translate", mark("no such host is known here")),
    ("timeout", mark("it does not answer")),
    ("certificate", mark("its certificate is not trusted here")),
)


class PostgresDatabase:
    """One connection, opened again where it was cut between two transactions."""

    def __init__(self, url: str) -> None:
        self.warning = ""
        self.is_gone = False
        self.place = describe_postgres(url)
        self._url = url
        self._connection = self._connect()

    @contextlib.contextmanager
    def transaction(self) -> Generator[Transaction]:
        """Begin a transaction in which others may work side by side: what must not overlap locks a name."""
        with self._telling():
            connection = self._begin()
            try:
                yield _PostgresTransaction(connection)
                connection.execute(b"commit")
            except BaseException:
                with contextlib.suppress(psycopg.Error):
                    connection.execute(b"rollback")
                raise

    def copy(self) -> bytes:
        """Refuse: only a SQLite store has a file."""
        raise StoreError(_texts.later("A PostgreSQL cannot be copied into a file."))

    def compact(self) -> None:
        """Do nothing: PostgreSQL clears away by itself what was deleted."""

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _begin(self) -> psycopg.Connection[Row]:
        try:
            self._connection.execute(_BEGIN)
        except psycopg.OperationalError:  # it was cut meanwhile, and nothing of this transaction has run
            self._connection.close()
            self._connection = self._connect()
            self._connection.execute(_BEGIN)
        return self._connection

    def _connect(self) -> psycopg.Connection[Row]:
        try:
            options = _DEFAULTS | {name: str(value) for name, value in conninfo_to_dict(self._url).items()}
            return psycopg.connect(**options, autocommit=True, prepare_threshold=None)  # pyright: ignore[reportArgumentType]
        except psycopg.Error as error:  # its text may hold the URL
            why = str(error).lower()
            what = next((said for words, said in _REFUSALS if words in why), mark("it cannot be reached"))
        raise StoreError(
            _texts.later("The store ({place}) cannot be used: {what}.", place=self.place, what=_texts.later(what)),
            hint=_texts.later("Correct CRM_MCP_STORE, or start that server."),
        )

    @contextlib.contextmanager
    def _telling(self) -> Generator[None]:
        """Turn what psycopg raises into a sentence with the next step."""
        try:
            yield
        except psycopg.Error as error:
            lost = (mark("the connection was lost"), mark("Try again; it is opened anew."))
            known = lost if self._connection.closed else (str(error).splitlines()[0], "")
            what, hint = _FAILURES.get(error.sqlstate or "", known)
            again = error.sqlstate in _COLLISIONS
            raise StoreError(
                _texts.later("The store ({place}) failed: {what}.", place=self.place, what=_texts.later(what)),
                hint=_texts.later(hint),
                is_transient=again,
            ) from error


class _PostgresTransaction:
    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        if parameters:
            sql = sql.replace("%", "%%").replace("?", "%s")
        # SQLite takes a truth value for a number; here the column is one.
        values = [int(value) if isinstance(value, bool) else value for value in parameters]
        cursor = self._connection.execute(sql.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    def lock(self, name: str) -> None:
        """Lock one of so many rows, which other names may share: the table stays small."""
        name = str(zlib.crc32(name.encode()) % _LOCKS)
        while not self.execute("select 1 from locks where name = ? for update", (name,)):
            self.execute("insert into locks (name) values (?) on conflict (name) do nothing", (name,))

    def now(self) -> float:
        ((seconds,),) = self.execute("select extract(epoch from clock_timestamp())::double precision")
        return seconds


def open_url(url: str, migrations: Sequence[str]) -> PostgresDatabase:
    """Connect, and make the tables where they do not exist.

    Raises:
        StoreError: It cannot be used.
    """
    database = PostgresDatabase(url)
    try:
        with database.transaction() as transaction:
            transaction.execute("select pg_advisory_xact_lock(?)", (_MIGRATING,))
            if not transaction.execute("select 1 from pg_namespace where nspname = ?", (_SCHEMA,)):
                transaction.execute(f"create schema {_SCHEMA}")
            migrate(transaction.execute, migrations)
    except BaseException:
        database.close()
        raise
    return database
