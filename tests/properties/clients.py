"""The product's own clients on a running fake: one event loop and one connection pool for all examples."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

import httpx

from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.transport.session import ConnectionPool, Session

_T = TypeVar("_T")


class Clients:
    """Both clients and the fake's control calls, used from plain synchronous tests."""

    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool(timeout_s=20)
        self._open = self._pool.open()
        self._runner = asyncio.Runner()
        self._control = httpx.Client(base_url=f"{url}/_control", trust_env=False, timeout=20)
        self.ivinex = IvinexClient(Session(self._pool, crm="Ivinex", base_url=url, login=("demo", "demo-password")))
        self.minicrm = MinicrmClient(Session(self._pool, crm="MiniCRM", base_url=url, login=("10001", "demo-api-key")))

    def __enter__(self) -> Self:
        self._runner.run(self._open.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._open.__aexit__(None, None, None))
        self._runner.close()
        self._control.close()

    def run(self, make: Callable[[], Awaitable[_T]]) -> _T:
        async def wait() -> _T:
            return await make()

        return self._runner.run(wait())

    def seed(self, document: dict[str, Any]) -> None:
        self._control.put("/seed", json=document).raise_for_status()

    def last_request(self) -> dict[str, Any]:
        return self._control.get("/requests", params={"limit": 1}).raise_for_status().json()[-1]

    def journal_length(self) -> int:
        return len(self._control.get("/requests").raise_for_status().json())

    def forget_requests(self) -> None:
        self._control.delete("/requests").raise_for_status()
