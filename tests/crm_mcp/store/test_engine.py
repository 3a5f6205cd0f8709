"""What every part of the server relies on: a transaction is made whole or not at all, for all processes of a store."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from crm_mcp.errors import StoreError
from crm_mcp.store.engine import Store, Transaction


def playing(where: str, play: Callable[[Store, Store], Awaitable[None]]) -> None:
    """Run a play with two stores at one place, as two processes have them."""

    async def run() -> None:
        first, second = Store(where), Store(where)
        try:
            await play(first, second)
            assert not first.problem + second.problem
        finally:
            await first.close()
            await second.close()

    asyncio.run(run())


def put(name: str, value: str) -> Callable[[Transaction], object]:
    return lambda transaction: transaction.execute("insert into secrets (name, value) values (?, ?)", (name, value))


def get(name: str) -> Callable[[Transaction], list[tuple[object, ...]]]:
    return lambda transaction: transaction.execute("select value from secrets where name = ?", (name,))


def test_what_one_process_writes_another_reads(store_location: str) -> None:
    async def play(first: Store, second: Store) -> None:
        await first.run(put("a", "árvíztűrő 100% ? \N{GRINNING FACE}"))
        assert await second.run(get("a")) == [("árvíztűrő 100% ? \N{GRINNING FACE}",)]

    playing(store_location, play)


def test_an_error_undoes_all_of_its_transaction(store_location: str) -> None:
    def half(transaction: Transaction) -> None:
        put("a", "1")(transaction)
        raise KeyError("a bug")

    async def play(first: Store, second: Store) -> None:
        with pytest.raises(KeyError):
            await first.run(half)
        assert await second.run(get("a")) == []
        await first.run(put("a", "2"))

    playing(store_location, play)


def test_a_statement_that_fails_undoes_all_and_is_told_as_the_stores_failure(store_location: str) -> None:
    def twice(transaction: Transaction) -> None:
        put("a", "1")(transaction)
        put("a", "2")(transaction)

    async def play(first: Store, second: Store) -> None:
        with pytest.raises(StoreError):
            await first.run(twice)
        assert await second.run(get("a")) == []
        assert await first.run(lambda transaction: transaction.execute("select 1")) == [(1,)]

    playing(store_location, play)


def test_a_cancelled_call_leaves_its_transaction_whole(store_location: str) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(transaction: Transaction) -> None:
        put("a", "1")(transaction)
        begun.set()
        assert go_on.wait(60)
        put("b", "2")(transaction)

    async def play(first: Store, second: Store) -> None:
        call = asyncio.ensure_future(first.run(slow))
        await asyncio.to_thread(begun.wait, 60)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        go_on.set()
        assert await first.run(get("b")) == [("2",)]
        assert await second.run(get("a")) == [("1",)]

    playing(store_location, play)


def test_transactions_that_lock_the_same_name_run_one_after_the_other(store_location: str) -> None:
    def count_up(transaction: Transaction) -> None:
        transaction.lock("counter")
        rows = transaction.execute("select value from secrets where name = 'n'")
        value = str(int(rows[0][0]) + 1) if rows else "1"
        transaction.execute(
            "insert into secrets (name, value) values ('n', ?) on conflict (name) do update set value = excluded.value",
            (value,),
        )

    async def play(first: Store, second: Store) -> None:
        await asyncio.gather(*(store.run(count_up) for store in (first, second) for _ in range(25)))
        assert await first.run(get("n")) == [("50",)]

    playing(store_location, play)


def test_both_kinds_read_a_clock_in_seconds_and_take_truth_values_for_numbers(store_location: str) -> None:
    async def play(first: Store, second: Store) -> None:
        times = [await store.run(lambda transaction: transaction.now()) for store in (first, second)]
        assert 1.7e9 < times[0] <= times[1] < times[0] + 60
        await first.run(lambda transaction: transaction.execute("create temp table flags (flag integer)"))
        insert = "insert into flags (flag) values (?) returning flag"
        assert await first.run(lambda transaction: transaction.execute(insert, (True,))) == [(1,)]

    playing(store_location, play)


def test_a_closed_store_opens_again(store_location: str) -> None:
    async def play(first: Store, _: Store) -> None:
        await first.run(put("a", "1"))
        await first.close()
        assert await first.run(get("a")) == [("1",)]

    playing(store_location, play)


def test_one_in_memory_is_nobody_elses() -> None:
    async def play(first: Store, second: Store) -> None:
        await first.run(put("a", "1"))
        assert await first.run(get("a")) == [("1",)]
        assert await second.run(get("a")) == []

    playing("memory", play)
