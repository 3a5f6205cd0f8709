"""The product's own clients on one workspace of a fake: one event loop and one connection pool for all examples."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import RecordFilter
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin
from crm_mcp.transport.session import Session
from mockserver.testing.crm_fake import CrmFake

_T = TypeVar("_T")


class Clients:
    """Both clients, used from plain synchronous tests.

    Args:
        fake: Whose data they work on, and what steers it.
    """

    def __init__(self, fake: CrmFake) -> None:
        self.fake = fake
        self._pool = ConnectionPool(timeout_s=20)
        self._open = self._pool.open()
        self._runner = asyncio.Runner()
        self.send_to(fake.ivinex_url, fake.minicrm_url)

    def __enter__(self) -> Self:
        self._runner.run(self._open.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._open.__aexit__(None, None, None))
        self._runner.close()

    def send_to(self, ivinex_url: str, minicrm_url: str) -> None:
        """Send to other addresses from now on, such as that of something that stands before the fake."""
        ivinex = Session(self._pool, crm="Ivinex", base_url=ivinex_url, login=BasicLogin(*self.fake.ivinex))
        minicrm = Session(self._pool, crm="MiniCRM", base_url=minicrm_url, login=BasicLogin(*self.fake.minicrm))
        self.ivinex, self.minicrm = IvinexClient(ivinex), MinicrmClient(minicrm)

    def run(self, make: Callable[[], Awaitable[_T]]) -> _T:
        """Wait for what a client does."""

        async def wait() -> _T:
            return await make()

        return self._runner.run(wait())

    def last_request(self) -> dict[str, Any]:
        """Return the newest entry of the fake's journal; `{"id": 0}` where it is empty."""
        return next(iter(self.fake.requests(limit=1)), {"id": 0})

    def find_records(
        self, module_id: str, *filters: tuple[str, str, object], order: str = "", limit: int = 100
    ) -> list[str]:
        """Return the ids of the Ivinex records that meet all filters, in the order they came; `-field` descends."""
        conditions = [RecordFilter(field=field, operand=operand, value=value) for field, operand, value in filters]
        records = self.run(
            lambda: self.ivinex.search_records(
                module_id,
                filters=conditions,
                order_by=order.lstrip("-"),
                descending=order.startswith("-"),
                limit=limit,
            )
        )
        return [record["id"] for record in records]

    def find_projects(self, **criteria: object) -> list[str]:
        """Return the ids of the MiniCRM projects on the first page that criteria find."""
        return [row["id"] for row in self.run(lambda: self.minicrm.search_projects(criteria)).items]

    def find_contacts(self, **criteria: object) -> list[str]:
        """Return the ids of the MiniCRM contacts on the first page that criteria find."""
        return [row["id"] for row in self.run(lambda: self.minicrm.search_contacts(criteria)).items]
