"""A store whose clock a test moves, and what of the budget can be watched from outside: when requests really went."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Sequence
from typing import TypeVar

from crm_mcp.store.schema import migrate
from crm_mcp.store.transaction import Row, Transaction

_T = TypeVar("_T")


class SteppedStore:
    """A store in memory; `now_s` is the true time, and the clock of the store is wrong by `clock_error_s`."""

    def __init__(self) -> None:
        self.now_s = 1_000_000_000.0
        self.clock_error_s = 0.0
        self._connection = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False
        )  # closed by whoever frees it
        weakref.finalize(self, self._connection.close)
        migrate(self.execute)

    async def run(self, work: Callable[[Transaction], _T]) -> _T:
        """Run work in one transaction."""
        self._connection.execute("begin immediate")
        result = work(self)
        self._connection.execute("commit")
        return result

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement."""
        return self._connection.execute(sql, tuple(parameters)).fetchall()

    def lock(self, name: str) -> None:
        """Do nothing: nobody else is here."""

    def now(self) -> float:
        """Return the time as the store's clock shows it."""
        return self.now_s + self.clock_error_s

    def monotonic(self) -> float:
        """Return the time by a clock that nobody sets."""
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds
