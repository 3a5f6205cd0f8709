"""Connections for setup: hasty while a login is tried, patient once it works."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

from crm_mcp.transport.connections import ConnectionPool

_HASTY_S = 12.0
"""Longest that a person waits for a wrong address."""
_PATIENCE_S = 70.0
"""A CRM that counts requests by the minute is waited for."""


class Connections:
    """Opens connections, trusting a private authority (PEM) too where there is one."""

    def __init__(self, ca_file: Path | None = None, timeout_s: float = 30.0) -> None:
        self._ca_file = ca_file
        self._timeout_s = timeout_s

    @contextlib.asynccontextmanager
    async def hasty(self) -> AsyncGenerator[ConnectionPool]:
        """Give connections on which nothing is sent twice."""
        pool = ConnectionPool(timeout_s=min(self._timeout_s, _HASTY_S), ca_file=self._ca_file)
        async with pool.open():
            yield pool

    @contextlib.asynccontextmanager
    async def patient(self) -> AsyncGenerator[ConnectionPool]:
        """Give connections that wait where the CRM wants to be asked later."""
        pool = ConnectionPool(timeout_s=self._timeout_s, ca_file=self._ca_file, patience_s=_PATIENCE_S)
        async with pool.open():
            yield pool
