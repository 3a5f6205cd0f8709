"""Opens the store when it is first used, and runs transactions in it, in a thread of the store's own.

So waiting for another process never stops the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import time
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from crm_mcp.errors import StoreError
from crm_mcp.languages import Later, Texts, mark
from crm_mcp.store.forgetting.retention import forget_old
from crm_mcp.store.location import FILE, MEMORY, find_folder, is_postgres
from crm_mcp.store.schema import MIGRATIONS
from crm_mcp.store.transaction import Database, Transaction
from crm_mcp.telemetry import events

_texts = Texts(__file__)

__all__ = ["MEMORY", "Store", "Transaction"]

_WITHOUT = mark("Until that is mended and this server is started again, it remembers nothing beyond this process.")

_BETWEEN_FORGETTING_S = 3_600.0
_MOST_ATTEMPTS = 3

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Store:
    """One store; nothing is opened before the first transaction.

    One that cannot be opened is replaced by one in memory, and `problem` says so; unless it `is_needed`, since others
    rely on what this process writes down: then it is opened anew for each transaction until that works.

    Args:
        where: A folder, the URL of a PostgreSQL, `memory`, or empty for the user's data folder.
        keep_days: How long what was written is kept.
        keeps_reads: Whether what was read may be kept on disk beside it, by `Replica`.
        migrations: The versions of the tables.
        file: The name of its file in a folder.
        forget: Deletes what is older than so many days; it is called now and then.
        is_needed: Whether transactions fail while it cannot be opened.
        clock: Seconds that only grow.

    Attributes:
        where: Where it is, as it was given: it may hold a login.
        problem: Why nothing is remembered beyond this process though it should be, with the next step; else empty.
        warning: What is not as it should be though it works, with the next step; else empty.
        place: Where the open store is, for people: without a login; empty before the first transaction.
    """

    def __init__(
        self,
        where: str = MEMORY,
        *,
        keep_days: int = 90,
        keeps_reads: bool = False,
        migrations: Sequence[str] = MIGRATIONS,
        file: str = FILE,
        forget: Callable[[Transaction, int], None] = forget_old,
        is_needed: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.where = where
        self.keeps_reads = keeps_reads
        self._keep_days = keep_days
        self._migrations = migrations
        self._file = file
        self._forget = forget
        self._is_needed = is_needed
        self._clock = clock
        self._forget_at = 0.0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._opened: list[Database] = []
        weakref.finalize(self, _close_all, self._opened)  # where nobody closes it
        self.problem = self.place = self.warning = ""

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run work in one transaction and return what it returns; an error undoes all of it.

        Where it collides with another transaction it is run once more.

        A call that is cancelled leaves the transaction whole: it is made, or not.

        Raises:
            StoreError: It fails now, and was opened before or `is_needed`.
        """
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._thread, self._transact, work))

    async def copy(self) -> bytes:
        """Return all of a SQLite store as the bytes of a file.

        Raises:
            StoreError: It cannot be opened or read.
        """
        await self.run(lambda _: None)
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._thread, self._copy))

    def _copy(self) -> bytes:
        return self._opened[0].copy()

    async def compact(self) -> None:
        """Let nothing be left on disk of what was deleted.

        Raises:
            StoreError: It cannot be done now.
        """
        await self.run(lambda _: None)
        loop = asyncio.get_running_loop()
        await asyncio.shield(loop.run_in_executor(self._thread, self._compact))

    def _compact(self) -> None:
        self._opened[0].compact()

    async def close(self) -> None:
        """Close the store; it opens again when it is used again."""
        loop = asyncio.get_running_loop()
        await asyncio.shield(loop.run_in_executor(self._thread, self._close))

    def _close(self) -> None:
        _close_all(self._opened)

    def _transact(self, work: Callable[[Transaction], T]) -> T:
        if self._opened and self._opened[0].is_gone:
            _close_all(self._opened)
        if not self._opened:
            self._opened.append(self._open())
        try:
            result = self._attempt(work)
        except StoreError as error:
            events.store_failed(error=type(error).__name__)
            raise
        if self._clock() >= self._forget_at:
            self._forget_at = self._clock() + _BETWEEN_FORGETTING_S
            self._thread.submit(self._forget_old)
        return result

    def _attempt(self, work: Callable[[Transaction], T]) -> T:
        """Run work, anew where its transaction was undone because it collided with another."""
        attempts_left = _MOST_ATTEMPTS
        while True:
            attempts_left -= 1
            try:
                with self._opened[0].transaction() as transaction:
                    return work(transaction)
            except StoreError as error:
                if not error.is_transient or not attempts_left:
                    raise

    def _forget_old(self) -> None:
        """Forget what is too old; nobody waits for it."""
        if not self._opened:
            return
        try:
            with self._opened[0].transaction() as transaction:
                self._forget(transaction, self._keep_days)
        except StoreError as error:
            _log.warning("Old entries could not be removed. %s", error)

    def _open(self) -> Database:
        try:
            database, self.problem = open_database(self.where, self._migrations, self._file), ""
        except StoreError as error:
            if self._is_needed:
                raise
            self.problem = Later.joined(filter(None, [error.args[0], error.hint, _texts.later(_WITHOUT)]))
            events.store_failed(error=type(error).__name__)
            _log.warning("%s", self.problem)
            database = open_database(MEMORY, self._migrations)
        self.place, self.warning = database.place, database.warning
        if self.warning:
            _log.warning("%s", self.warning)
        return database


def _close_all(databases: list[Database]) -> None:
    while databases:
        databases.pop().close()


def open_database(where: str, migrations: Sequence[str], file: str = FILE) -> Database:
    """Open the store at a place.

    Raises:
        StoreError: It cannot be used.
    """
    from crm_mcp.store.engines import sqlite

    if where == MEMORY:
        return sqlite.open_memory(migrations)
    if is_postgres(where):
        return _open_postgres(where, migrations)
    return sqlite.open_folder(find_folder(where), migrations, file)


def _open_postgres(url: str, migrations: Sequence[str]) -> Database:
    try:
        from crm_mcp.store.engines import postgres
    except ImportError:
        raise StoreError(
            _texts.later("CRM_MCP_STORE names a PostgreSQL, and psycopg, by which it is reached, is not installed."),
            hint=_texts.later("Run {command}.", command='pip install "crm-mcp-server[postgres]"'),
        ) from None
    return postgres.open_url(url, migrations)
