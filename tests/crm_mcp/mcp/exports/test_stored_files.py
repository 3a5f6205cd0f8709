"""Files of exports in the store: any process gives the same bytes, and the store itself tells nothing of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar, cast

import pytest
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from crm_mcp.errors import InputError
from crm_mcp.mcp.calls.caller import Caller, working_on_behalf_of
from crm_mcp.mcp.connector import Connector
from crm_mcp.mcp.exports.files import MAX_FILE_BYTES
from crm_mcp.mcp.exports.rows import Limits
from crm_mcp.mcp.exports.stored_files import StoredFiles
from crm_mcp.store.account import Account
from crm_mcp.store.engine import Store
from crm_mcp.store.forgetting.erasing import Person, erase_person
from crm_mcp.store.forgetting.retention import forget_old
from crm_mcp.store.transaction import Transaction

CANARY = "Árvíztűrő Szabados <anna@alma.example>\ud83d\r\n"
LONG = "".join(f"{number};{CANARY}" for number in range(40_000))
"""Of several pieces, and with half a character pair: a stranger wrote it."""
MINE, OTHER = (Account("minicrm", "https://crm.example", "1", login) for login in ("mine", "other"))
_T = TypeVar("_T")


class Process:
    """One process of a store: what it holds in memory is its own."""

    def __init__(self, where: str, account: Account = MINE, max_bytes: int = 10_000_000) -> None:
        self.store = Store(where)
        connector = cast("Connector", SimpleNamespace(account=account))
        self.files = StoredFiles(self.store, [connector], Limits(kept_s=3600.0, max_bytes=max_bytes))
        self.account = account.account_id

    async def add(self, text: str) -> str:
        async with self.files.making([self.account], "csv") as file:
            await file.write(text)
        return file.uri.removeprefix("crm://exports/")


def play(scene: Callable[[], Awaitable[_T]], *processes: Process) -> _T:
    async def run() -> _T:
        try:
            return await scene()
        finally:
            for process in processes:
                await process.store.close()

    return asyncio.run(run())


def count_rows(transaction: Transaction) -> list[int]:
    return [transaction.execute(f"select count(*) from {table}")[0][0] for table in ("exports", "export_pieces")]


def read_everything(transaction: Transaction) -> bytes:
    rows = transaction.execute("select * from exports") + transaction.execute("select * from export_pieces")
    return b"".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)


def test_another_process_gives_the_same_file_and_another_login_or_user_none(store_location: str) -> None:
    maker, sibling, other = (Process(store_location, account) for account in (MINE, MINE, OTHER))

    async def scene() -> None:
        names = [await maker.add(text) for text in (LONG, CANARY, "")]
        assert [await sibling.files.read(name) for name in names] == [LONG, CANARY, ""]
        with pytest.raises(ResourceNotFoundError, match=r"no such export.*60 minutes"):
            await other.files.read(names[0])
        with working_on_behalf_of(Caller("another")), pytest.raises(ResourceNotFoundError):
            await sibling.files.read(names[0])
        for wrong in (names[0].replace(".csv", ".jsonl"), f"x{names[0][1:]}", "x.csv", ".csv"):
            with pytest.raises(ResourceNotFoundError, match="no such export"):
                await sibling.files.read(wrong)

    play(scene, maker, sibling, other)


def test_the_store_holds_nothing_that_can_be_read(store_location: str) -> None:
    maker = Process(store_location)

    async def scene() -> tuple[str, bytes]:
        name = await maker.add(LONG)
        return name, await maker.store.run(read_everything)

    name, held = play(scene, maker)
    folder = Path(store_location)
    held += b"".join(file.read_bytes() for file in folder.iterdir()) if folder.is_dir() else b""
    assert len(held) > len(LONG.encode("utf-8", "surrogatepass"))
    for text in ("Szabados", "alma.example", name.removesuffix(".csv")):
        assert text.encode() not in held


def test_a_file_is_gone_after_its_time_for_all_and_from_the_store(store_location: str) -> None:
    maker = Process(store_location)

    async def scene() -> list[list[int]]:
        name = await maker.add(LONG)
        await maker.store.run(lambda transaction: transaction.execute("update exports set expires_at = made_at - 1"))
        with pytest.raises(ResourceNotFoundError):
            await maker.files.read(name)
        before = await maker.store.run(count_rows)
        await maker.store.run(lambda transaction: forget_old(transaction, 90))
        return [before, await maker.store.run(count_rows)]

    before, after = play(scene, maker)
    assert before[0] == 1
    assert before[1] > 2
    assert after == [0, 0]


def test_the_oldest_files_of_a_login_make_room_and_those_of_no_other(store_location: str) -> None:
    mine, other = Process(store_location, max_bytes=2_500), Process(store_location, OTHER, max_bytes=2_500)

    async def scene() -> None:
        theirs = await other.add("x" * 1_000)
        first, second, third = [await mine.add(letter * 1_000) for letter in "abc"]
        with pytest.raises(ResourceNotFoundError):
            await mine.files.read(first)
        assert [await mine.files.read(name) for name in (second, third)] == ["b" * 1_000, "c" * 1_000]
        assert await other.files.read(theirs) == "x" * 1_000

    play(scene, mine, other)


def test_what_fails_or_is_too_big_leaves_nothing_behind(store_location: str) -> None:
    maker = Process(store_location)

    async def fail() -> None:
        async with maker.files.making([maker.account], "csv") as file:
            await file.write(LONG)
            raise ZeroDivisionError

    async def scene() -> list[int]:
        with pytest.raises(InputError, match="Narrow the search"):
            await maker.add("x" * (MAX_FILE_BYTES + 1))
        with pytest.raises(ZeroDivisionError):
            await fail()
        return await maker.store.run(count_rows)

    assert play(scene, maker) == [0, 0]


def test_a_file_that_was_not_finished_is_none(store_location: str) -> None:
    killed, sibling = Process(store_location), Process(store_location)

    async def scene() -> None:
        async with killed.files.making([killed.account], "csv") as file:
            await file.write(LONG)
            with pytest.raises(ResourceNotFoundError):
                await sibling.files.read(file.uri.removeprefix("crm://exports/"))

    play(scene, killed, sibling)


def test_pieces_that_were_cut_off_or_put_elsewhere_are_noticed(store_location: str) -> None:
    maker = Process(store_location)
    second_for_first = (
        "update export_pieces set sealed = (select p.sealed from export_pieces p "
        "where p.place = 1 and p.export_id = export_pieces.export_id) where place = 0"
    )

    async def scene() -> None:
        for sql in ("update exports set pieces = 1", second_for_first):
            name = await maker.add(LONG)
            await maker.store.run(lambda transaction, sql=sql: transaction.execute(sql))
            with pytest.raises(ResourceError, match=r"damaged.*export_search again"):
                await maker.files.read(name)

    play(scene, maker)


def test_a_purge_drops_a_file_of_several_accounts_too_and_no_other_account_reads_it(store_location: str) -> None:
    maker, stranger = Process(store_location, MINE), Process(store_location, OTHER)

    async def scene() -> None:
        async with maker.files.making([maker.account, stranger.account], "csv") as file:
            await file.write(CANARY)
        name = file.uri.rpartition("/")[2]
        for one in (maker, stranger):
            with pytest.raises(ResourceNotFoundError):
                await one.files.read(name)
        erased = Person("1", {}, ["Szabados"])
        await maker.store.run(lambda transaction: erase_person(transaction, stranger.account, erased))
        assert await maker.store.run(count_rows) == [0, 0]

    play(scene, maker, stranger)


def test_a_purge_drops_the_files_of_all_processes_and_those_under_way(store_location: str) -> None:
    maker, purger, other = (Process(store_location, account) for account in (MINE, MINE, OTHER))
    person = Person("1", {}, ["Szabados"])

    async def export_while_purging() -> None:
        async with maker.files.making([maker.account], "csv") as file:
            await file.write(LONG)
            await purger.store.run(lambda transaction: erase_person(transaction, maker.account, person))
            await file.write(LONG)

    async def scene() -> list[int]:
        names = [await maker.add(CANARY), await other.add(CANARY)]
        with pytest.raises(InputError, match=r"erased.*export_search again"):
            await export_while_purging()
        with pytest.raises(ResourceNotFoundError):
            await maker.files.read(names[0])
        assert await other.files.read(names[1]) == CANARY
        return await maker.store.run(count_rows)

    assert play(scene, maker, purger, other) == [1, 1]
