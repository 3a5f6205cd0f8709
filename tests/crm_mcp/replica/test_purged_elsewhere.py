"""A person who was purged by one process is held by no other: each of them forgets what it read before."""

from __future__ import annotations

import asyncio

from crm_mcp.minicrm.replica.erasing import erase_from_replica
from crm_mcp.replica.database import Replica, keep_fact, read_fact
from crm_mcp.store.account import Account
from crm_mcp.store.engine import Store
from crm_mcp.store.forgetting.erasing import Person, erase_person
from crm_mcp.store.transaction import Transaction

ACCOUNT, OTHER = (Account("minicrm", "https://crm.example", "1", login) for login in ("mine", "other"))
PERSON = Person("1", {}, ["Szabados"])


class Process:
    """A process whose replica is its own, as on another machine; its clock is a second later each time."""

    def __init__(self, where: str, account: Account = ACCOUNT) -> None:
        self.store = Store(where)
        self.account = account
        self._now = 0.0
        self.replica = Replica(account, self.store, clock=self._later)

    def _later(self) -> float:
        self._now += 1.0
        return self._now

    async def hold(self, *names: str) -> None:
        await self.replica.run(lambda transaction: [keep_fact(transaction, name, name, 1.0) for name in names])

    async def held(self, *names: str) -> list[str]:
        def read(transaction: Transaction) -> list[str]:
            return [name for name in names if read_fact(transaction, name)[0]]

        return await self.replica.run(read)

    async def purge(self) -> None:
        account = self.account.account_id
        purged_at = await self.store.run(lambda transaction: erase_person(transaction, account, PERSON))
        await erase_from_replica(self.replica, PERSON, purged_at)

    async def close(self) -> None:
        await self.replica.close()
        await self.store.close()


def test_what_other_processes_read_before_a_purge_is_forgotten_once(store_location: str) -> None:
    async def play() -> None:
        purger, sibling, other = (Process(store_location, account) for account in (ACCOUNT, ACCOUNT, OTHER))
        for process in (purger, sibling, other):
            await process.hold("Anna Szabados", "stages")
        await purger.purge()
        assert await sibling.held("Anna Szabados", "stages") == []
        assert await other.held("Anna Szabados", "stages") == ["Anna Szabados", "stages"]
        assert await purger.held("stages") == ["stages"], "its own was erased by name"
        await sibling.hold("Bea Kis")
        assert await sibling.held("Bea Kis") == ["Bea Kis"]
        for process in (purger, sibling, other):
            await process.close()

    asyncio.run(play())
