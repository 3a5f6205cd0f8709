"""Opens the store when it is first used, and runs transactions in it: SQLite in a folder, or in memory.

All work is done in one thread of the store's own, so that waiting for another process never stops the event loop.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from crm_mcp.store.schema import migrate

MEMORY = "memory"
_FILE = "memory.sqlite"
_BUSY_MS = 5_000

T = TypeVar("T")
Row = tuple[Any, ...]


class Transaction(Protocol):
    """Statements that are made together or not at all."""

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement with `?` for each parameter; return its rows, none where it has none."""
        ...

    def lock(self, name: str) -> None:
        """Keep every other transaction that locks the same name waiting until this one ends."""
        ...

    def now(self) -> float:
        """Return the time in seconds since 1970, by the clock that all processes of this store share."""
        ...


class Store:
    """One store; nothing is opened before the first transaction.

    Args:
        where: A folder, or `memory`.
    """

    def __init__(self, where: str = MEMORY) -> None:
        self._where = where
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run work in one transaction and return what it returns; an error undoes all of it.

        A call that is cancelled leaves the transaction whole: it is made, or not.
        """
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._thread, self._transact, work))

    async def close(self) -> None:
        """Close the store; it opens again when it is used again."""
        loop = asyncio.get_running_loop()
        await asyncio.shield(loop.run_in_executor(self._thread, self._close))

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _transact(self, work: Callable[[Transaction], T]) -> T:
        connection = self._connection = self._connection or self._open()
        connection.execute("begin immediate")
        try:
            result = work(_SqliteTransaction(connection))
        except BaseException:
            connection.execute("rollback")
            raise
        connection.execute("commit")
        return result

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path(), isolation_level=None, check_same_thread=False)
        connection.execute(f"pragma busy_timeout={_BUSY_MS}")
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=normal")
        connection.execute("begin immediate")
        migrate(_SqliteTransaction(connection).execute)
        connection.execute("commit")
        return connection

    def _path(self) -> str:
        if self._where == MEMORY:
            return ":memory:"
        folder = Path(self._where)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / _FILE
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        return str(path)


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
