"""A store whose clock goes as a test tells it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crm_mcp.store.engine import Store, T
from crm_mcp.store.transaction import Row, Transaction


class ClockedStore(Store):
    """A store in memory whose clock goes as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead_s = 0.0

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run work that sees another time."""
        return await super().run(lambda transaction: work(_Later(transaction, self.ahead_s)))


@dataclass
class _Later:
    transaction: Transaction
    ahead_s: float

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return self.transaction.execute(sql, parameters)

    def lock(self, name: str) -> None:
        self.transaction.lock(name)

    def now(self) -> float:
        return self.transaction.now() + self.ahead_s
