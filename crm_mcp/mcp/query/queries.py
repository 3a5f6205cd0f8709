"""The query engine over all connected accounts, made when it is first used: starting a server does not wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_mcp.mcp.connector import Connector

if TYPE_CHECKING:
    from crm_mcp.replica.query import QueryEngine
    from crm_mcp.replica.source import Source


class Queries:
    """The replicas of some connectors, and statements over them."""

    def __init__(self, connectors: Sequence[Connector]) -> None:
        self._connectors = connectors
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

            self._engine = QueryEngine(self.sources, Sandbox())
        return self._engine

    async def close(self) -> None:
        """End what it has begun."""
        if self._engine is not None:
            await self._engine.close()
            self._engine = None
