"""Leases: of all processes only one goes on with something; one that died loses its lease after some seconds."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from crm_mcp.crm.call import sleep_told
from crm_mcp.errors import InputError, StoreError
from crm_mcp.store.engine import Store
from crm_mcp.store.transaction import Transaction

LEASE_S = 8.0
"""How long a lease lasts that is not renewed."""
_RENEWED_EVERY_S = 2.0
_ASKED_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to go on with what `name` says, for as long as it is held."""

    name: str
    owner: str

    def check(self, transaction: Transaction) -> None:
        """Return where it is still held, in the transaction of what it allows.

        Raises:
            StoreError: It was lost, as by a process that slept for a while.
        """
        rows = transaction.execute("select owner from leases where name = ?", (self.name,))
        if rows != [(self.owner,)]:
            raise StoreError("Another process went on with this, since this one was stopped for a while.")


class Leases:
    """The leases of one store; `sleep` is how to wait between two looks."""

    def __init__(self, store: Store, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._store = store
        self._sleep = sleep

    @contextlib.asynccontextmanager
    async def hold(self, name: str, *, wait_s: float, what: str) -> AsyncGenerator[Lease]:
        """Hold a lease inside the block, and renew it.

        Args:
            name: What it is for.
            wait_s: How long to wait for another holder, in seconds.
            what: What the other is doing, as the subject of a sentence, such as `A call with this key`.

        Raises:
            InputError: Another still holds it.
        """
        lease = Lease(name, secrets.token_hex(8))
        await self._acquire(lease, wait_s, what)
        renewing = asyncio.create_task(self._renew(lease))
        try:
            yield lease
        finally:
            renewing.cancel()
            with contextlib.suppress(StoreError):  # it ends by itself
                await self._store.run(lambda transaction: _release(transaction, lease))

    async def is_free(self, name: str) -> bool:
        """Tell whether nobody holds a lease."""
        return await self._store.run(lambda transaction: not _is_held(transaction, name))

    async def _acquire(self, lease: Lease, wait_s: float, what: str) -> None:
        while not await self._store.run(lambda transaction: _take(transaction, lease)):
            if wait_s <= 0:
                raise InputError(f"{what} is still at work.", hint="Call again in a few seconds.")
            await sleep_told(_ASKED_EVERY_S, f"{what} is still at work", self._sleep)
            wait_s -= _ASKED_EVERY_S

    async def _renew(self, lease: Lease) -> None:
        while True:
            await self._sleep(_RENEWED_EVERY_S)
            with contextlib.suppress(StoreError):  # a lease that cannot be renewed is found lost by its next check
                await self._store.run(lambda transaction: _prolong(transaction, lease))


def _is_held(transaction: Transaction, name: str) -> bool:
    rows = transaction.execute("select until_at from leases where name = ?", (name,))
    return any(until_at > transaction.now() for (until_at,) in rows)


def _take(transaction: Transaction, lease: Lease) -> bool:
    transaction.lock(lease.name)
    if _is_held(transaction, lease.name):
        return False
    transaction.execute(
        "insert into leases (name, owner, until_at) values (?, ?, ?) "
        "on conflict (name) do update set owner = excluded.owner, until_at = excluded.until_at",
        (lease.name, lease.owner, transaction.now() + LEASE_S),
    )
    return True


def _prolong(transaction: Transaction, lease: Lease) -> None:
    transaction.execute(
        "update leases set until_at = ? where name = ? and owner = ?",
        (transaction.now() + LEASE_S, lease.name, lease.owner),
    )


def _release(transaction: Transaction, lease: Lease) -> None:
    transaction.execute("delete from leases where name = ? and owner = ?", (lease.name, lease.owner))
