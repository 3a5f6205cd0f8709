"""The query engine over all connected accounts, made when it is first used: starting a server does not wait for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_mcp.mcp.connector import Connector

if TYPE_CHECKING:
    from crm_mcp.replica.query import QueryEngine
    from crm_mcp.replica.source import Source

_PART_OF_CALL = 0.7


class Queries:
    """The replicas of some connectors, and statements over them.

    Args:
        connectors: Those whose replicas are read.
        call_budget_s: How long a call may take, in seconds; 0 is that none has to end.
    """

    def __init__(self, connectors: Sequence[Connector], call_budget_s: float = 0.0) -> None:
        self._connectors = connectors
        self._call_budget_s = call_budget_s
        self._engine: QueryEngine | None = None

    @property
    def sources(self) -> Sequence[Source]:
        """What fills the replicas of those that have one."""
        return [connector.source() for connector in self._connectors if connector.has_replica]

    @property
    def engine(self) -> QueryEngine:
        """The engine, the same each time."""
        if self._engine is None:
            from crm_mcp.replica.query import QueryEngine
            from crm_mcp.replica.sandbox.sandbox import Sandbox

            self._engine = QueryEngine(self.sources, Sandbox(), self._wait_s)
        return self._engine

    @property
    def _wait_s(self) -> float:
        """How long an answer waits for what is read: not as long as a call may take, since it is made after that."""
        return _PART_OF_CALL * self._call_budget_s or math.inf

    async def close(self) -> None:
        """End what it has begun."""
        if self._engine is not None:
            await self._engine.close()
            self._engine = None
