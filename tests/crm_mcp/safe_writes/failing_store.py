"""A store that fails in the middle of its work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crm_mcp.errors import StoreError
from crm_mcp.store.engine import Store, T
from crm_mcp.store.transaction import Row, Transaction


class FailingStore(Store):
    """A store in memory in which every statement fails that holds this text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run work whose statements may fail."""
        return await super().run(lambda transaction: work(_Failing(transaction, self._text)))


@dataclass
class _Failing:
    transaction: Transaction
    text: str

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        if self.text in sql:
            raise StoreError("The disk is full.")
        return self.transaction.execute(sql, parameters)

    def lock(self, name: str) -> None:
        self.transaction.lock(name)

    def now(self) -> float:
        return self.transaction.now()
