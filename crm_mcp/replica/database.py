"""The file of one account's replica: opened when it is first used, kept by its own thread, dropped where it is old.

Beside a table for each `Table`, whose rows hold a few columns of bookkeeping (see `rows`), it holds:

| table | holds |
|---|---|
| `facts` | what the CRM says of itself, such as schemas, as JSON, with when it was read |
| `passes` | what was read to its end by searches, see `freshness` |
| `fills` | when the choices of a column were last searched for, see `freshness` |
| `changes` | what was seen to change |
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from crm_mcp.errors import StoreError
from crm_mcp.languages import Texts
from crm_mcp.store.engine import Store
from crm_mcp.store.forgetting.purges import last_purge
from crm_mcp.store.location import DEFAULT_FOLDER, MEMORY, find_folder, is_postgres
from crm_mcp.store.transaction import Transaction

if TYPE_CHECKING:
    from crm_mcp.store.account import Account

_texts = Texts(__file__)

UNUSED_DAYS = 30
"""After so long without use everything that was read is forgotten."""
_DAY_S = 86_400.0
_PURGED = "purged"
"""The fact by whose time it is known up to which purge nothing is held."""
_PURGES_LOOKED_FOR_EVERY_S = 1.0
_VERSION_1 = """
create table facts (name text primary key, value text not null, at real not null);
create table passes (
    tbl text not null, part text not null, begun_at real not null, mark real not null default 0,
    next_page integer not null default 0, rows_as_of real, complete integer not null default 0,
    swept_at real not null default 0, note text not null default '',
    total integer not null default 0, primary key (tbl, part)
);
create table fills (tbl text not null, name text not null, part text not null, filled_at real not null,
    primary key (tbl, name, part));
create table changes (
    number integer primary key, kind text not null, id, field text not null, old, new, seen_at text not null
);
create index changes_by_record on changes (kind, id)
"""
MIGRATIONS = (_VERSION_1,)
_T = TypeVar("_T")


class Replica:
    """The replica of one account.

    Args:
        account: Whose it is.
        beside: The store that it lies beside, in its folder, or in the user's own where that is a PostgreSQL; in memory
            where what was read may not be kept on disk.
        zone: The time zone that the CRM writes times in; None where it is not known, and this machine's is taken.
        clock: Returns the time in seconds since 1970.
    """

    def __init__(
        self, account: Account, beside: Store, zone: ZoneInfo | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.crm = account.crm
        self.zone = zone
        self.clock = clock
        self._beside = beside
        self._place = _place_beside(beside)
        self._account = account
        self._opened: Store | None = None
        self._look_for_purges_at = 0.0

    @property
    def _store(self) -> Store:
        if self._opened is None:  # the account's id is slow to make
            self._opened = Store(
                self._place, migrations=MIGRATIONS, file=self.file_name, keep_days=UNUSED_DAYS, forget=_forget
            )
        return self._opened

    @property
    def file_name(self) -> str:
        """The name of its file, which tells nothing of the login."""
        return f"replica-{self._account.account_id}.sqlite"

    @property
    def path(self) -> Path | None:
        """Its file; None where it is in memory."""
        return None if self._place == MEMORY else find_folder(self._place) / self.file_name

    @property
    def problem(self) -> str:
        """Why it is in memory though it should not be, with the next step; else empty."""
        return self._store.problem

    async def exists(self) -> bool:
        """Tell whether anything was read, in this process or another one."""
        return self._opened is not None or ((path := self.path) is not None and await asyncio.to_thread(path.exists))

    async def run(self, work: Callable[[Transaction], _T]) -> _T:
        """Run work in one transaction; see `Store.run`."""
        await self._follow_purges()
        return await self._store.run(work)

    async def keep_through_purge(self, purged_at: float) -> None:
        """Go on with what is held though a person was purged then: the person is erased from it by itself."""
        await self._store.run(lambda transaction: keep_fact(transaction, _PURGED, "", purged_at))

    async def _follow_purges(self) -> None:
        """Forget everything where a person was purged by a process that has another replica, as on another machine.

        Who it was is not known here: the store keeps no name of whoever was purged.
        """
        if self._beside.where == MEMORY or self.clock() < self._look_for_purges_at:
            return
        self._look_for_purges_at = self.clock() + _PURGES_LOOKED_FOR_EVERY_S
        account = self._account.account_id
        with contextlib.suppress(StoreError):  # then what is held is answered from, as long as the store fails
            purged_at = await self._beside.run(lambda transaction: last_purge(transaction, account))
            if purged_at and await self._store.run(lambda transaction: _forget_purged(transaction, purged_at)):
                await self._store.compact()

    async def source(self) -> Path | bytes:
        """Return where another process reads it: its file, or where it is in memory all of its bytes."""
        await self.run(lambda _: None)
        path = self.path
        return await self._store.copy() if path is None or self.problem else path

    async def compact(self) -> None:
        """Let nothing be left on disk of what was deleted; see `Store.compact`."""
        await self._store.compact()

    async def close(self) -> None:
        """Close the file; it opens again when it is used again."""
        if self._opened is not None:
            await self._opened.close()

    async def remove(self) -> bool:
        """Forget everything, in memory and on disk; return whether there was anything on disk."""
        await self.close()
        self._opened = None
        path = self.path
        if path is None:
            return False
        return await asyncio.to_thread(remove_file, path)

    def local_time(self, at_s: float | None = None) -> str:
        """Return a time, or now, as `YYYY-MM-DD HH:MM:SS` in the CRM's zone."""
        from datetime import datetime

        moment = datetime.fromtimestamp(self.clock() if at_s is None else at_s, self.zone)
        return moment.replace(tzinfo=None).isoformat(" ", "seconds")


def _place_beside(store: Store) -> str:
    if store.where == MEMORY or not store.keeps_reads:
        return MEMORY
    return DEFAULT_FOLDER if is_postgres(store.where) else store.where


def find_replica_folder(where: str) -> Path | None:
    """Return the folder of the replicas beside a store at a checked place; None where that is in memory."""
    if where == MEMORY:
        return None
    return find_folder(DEFAULT_FOLDER if is_postgres(where) else where)


def _files_of(path: Path) -> Sequence[Path]:
    return (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))


def size_of_file(path: Path) -> int:
    """Return how many bytes a replica takes on disk; 0 where there is none."""
    return sum(one.stat().st_size for one in _files_of(path) if one.exists())


def remove_file(path: Path) -> bool:
    """Delete a replica; return whether there was one. Processes that use it go on with a new one.

    Raises:
        StoreError: It cannot be deleted.
    """
    found = path.exists()
    for one in _files_of(path):
        try:
            one.unlink(missing_ok=True)
        except PermissionError:
            raise StoreError(
                _texts.later(
                    "The replica {path} cannot be deleted: a program that uses it holds it, or it is another user's.",
                    path=one,
                ),
                hint=_texts.later(
                    "End the servers and syncs that run (crm-mcp) and the apps that started them, and try again."
                ),
            ) from None
        except OSError as error:
            raise StoreError(
                _texts.later("The replica {path} cannot be deleted: {why}.", path=one, why=error.strerror)
            ) from None
    return found


def read_fact(transaction: Transaction, name: str) -> tuple[Any, float]:
    """Return what was kept under a name, and when; None and 0 where nothing is."""
    rows = transaction.execute("select value, at from facts where name = ?", (name,))
    return (json.loads(rows[0][0]), rows[0][1]) if rows else (None, 0.0)


def keep_fact(transaction: Transaction, name: str, value: object, at: float) -> None:
    """Keep JSON under a name."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    transaction.execute(
        "insert into facts (name, value, at) values (?, ?, ?) "
        "on conflict (name) do update set value = excluded.value, at = excluded.at",
        (name, text, at),
    )


def _forget(transaction: Transaction, keep_days: int) -> None:
    """Forget everything that was read where nothing was for so long; it is called in the first transaction too."""
    now = time.time()
    _, used_at = read_fact(transaction, "used")
    if used_at and now - used_at > keep_days * _DAY_S:
        _empty(transaction)
    keep_fact(transaction, "used", "", now)


def _forget_purged(transaction: Transaction, purged_at: float) -> bool:
    """Forget everything that was read before a purge; tell whether that was not done yet."""
    _, known_at = read_fact(transaction, _PURGED)
    if known_at >= purged_at:
        return False
    _empty(transaction)
    keep_fact(transaction, _PURGED, "", purged_at)
    return True


def _empty(transaction: Transaction) -> None:
    for (table,) in transaction.execute("select name from sqlite_master where type = 'table' and name <> 'migrations'"):
        transaction.execute(f'delete from "{table}"')
