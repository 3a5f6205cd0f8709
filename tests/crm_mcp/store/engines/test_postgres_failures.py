"""A PostgreSQL that cannot be reached is told without its password; one that comes back is used again."""

from __future__ import annotations

import asyncio
import socket
import threading
import traceback
from collections.abc import Callable
from urllib.parse import quote

import psycopg
import pytest

from crm_mcp.errors import StoreError
from crm_mcp.store.engine import Store
from crm_mcp.store.transaction import Transaction
from tests.support.postgres import PASSWORD, PostgresServer


def remember(name: str) -> Callable[[Transaction], object]:
    return lambda transaction: transaction.execute("insert into secrets (name, value) values (?, '')", (name,))


def names(transaction: Transaction) -> list[str]:
    return [str(name) for (name,) in transaction.execute("select name from secrets order by name")]


async def use(url: str) -> tuple[str, list[str]]:
    """Write into a store and read back; return its problem and what it holds."""
    store = Store(url)
    await store.run(remember("a"))
    held = await store.run(names)
    await store.close()
    return store.problem, held


def refused(url: str, caplog: pytest.LogCaptureFixture, *secrets: str) -> str:
    """Use a store that cannot be reached; return its problem, having looked for secrets."""
    caplog.set_level("DEBUG")
    problem, held = asyncio.run(use(url))
    assert held == ["a"]
    assert "remembers nothing beyond this process" in problem
    for secret in (PASSWORD, *secrets):
        assert secret not in problem + caplog.text
    return problem


def test_a_wrong_password_is_told_without_it(postgres_server: PostgresServer, caplog: pytest.LogCaptureFixture) -> None:
    url = postgres_server.url().replace(PASSWORD, quote("wr@ng/s3cret", safe=""))
    problem = refused(url, caplog, "s3cret", "wr%40ng")
    assert f"PostgreSQL at 127.0.0.1:{postgres_server.port}/postgres" in problem
    assert "refuses the user or the password" in problem


def test_a_database_that_is_not_there_is_told(
    postgres_server: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert "no such database" in refused(postgres_server.url("nowhere"), caplog)


def test_a_port_where_nothing_listens_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert "nothing listens" in refused(f"postgresql://owner:{PASSWORD}@127.0.0.1:9/crm", caplog)


@pytest.mark.slow
def test_a_server_that_never_answers_is_given_up_in_seconds(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert "does not answer" in refused(f"postgresql://owner:{PASSWORD}@127.0.0.1:{port}/crm", caplog)


def test_an_option_that_libpq_does_not_know_is_told(postgres_url: str, caplog: pytest.LogCaptureFixture) -> None:
    assert "cannot be used" in refused(f"{postgres_url}?secret={PASSWORD}", caplog)


def test_a_user_without_the_right_to_make_tables_is_told_what_its_owner_must_run(
    postgres_url: str, postgres_server: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("drop role if exists guest")
        owner.execute("create role guest login password 'guest-password'")
    url = postgres_url.replace(f"owner:{PASSWORD}", "guest:guest-password")
    assert "create schema crm_mcp authorization" in refused(url, caplog, "guest-password")
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("create schema crm_mcp authorization guest")
    assert asyncio.run(use(url)) == ("", ["a"])
    del postgres_server


def test_a_connection_that_was_cut_between_two_transactions_is_opened_again(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    async def play() -> list[str]:
        store = Store(postgres_url)
        await store.run(remember("a"))
        await asyncio.to_thread(postgres_server.disconnect_all)
        await store.run(remember("b"))
        held = await store.run(names)
        assert not store.problem
        await store.close()
        return held

    assert asyncio.run(play()) == ["a", "b"]


def test_one_that_is_cut_in_mid_work_is_told_and_loses_nothing_else(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    def cut(transaction: Transaction) -> None:
        remember("b")(transaction)
        postgres_server.disconnect_all()
        remember("c")(transaction)

    async def play() -> None:
        store = Store(postgres_url)
        await store.run(remember("a"))
        with pytest.raises(StoreError, match="connection was lost") as caught:
            await store.run(cut)
        assert PASSWORD not in "".join(traceback.format_exception(caught.value))
        await store.run(remember("d"))
        assert await store.run(names) == ["a", "d"]
        await store.close()

    asyncio.run(play())


def test_one_that_is_gone_later_is_told_and_never_replaced_by_memory(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    database = postgres_url.rpartition("/")[2]

    async def play() -> None:
        store = Store(postgres_url)
        await store.run(remember("a"))
        with psycopg.connect(postgres_server.url(), autocommit=True) as owner:
            owner.execute(f"alter database {database} allow_connections false".encode())
        await asyncio.to_thread(postgres_server.disconnect_all)
        with pytest.raises(StoreError, match="cannot be used") as caught:
            await store.run(remember("b"))
        assert PASSWORD not in "".join(traceback.format_exception(caught.value))
        with psycopg.connect(postgres_server.url(), autocommit=True) as owner:
            owner.execute(f"alter database {database} allow_connections true".encode())
        await store.run(remember("c"))
        assert await store.run(names) == ["a", "c"]
        await store.close()

    asyncio.run(play())


def test_its_tables_are_in_a_schema_of_their_own(postgres_url: str) -> None:
    asyncio.run(use(postgres_url))
    with psycopg.connect(postgres_url) as connection:
        schemas = connection.execute(
            "select distinct schemaname from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
    assert schemas == [("crm_mcp",)]


def test_names_that_are_locked_are_not_kept(postgres_url: str) -> None:
    def lock_many(transaction: Transaction) -> None:
        for number in range(1_500):
            transaction.lock(f"a customer's key {number}")

    async def play() -> list[str]:
        store = Store(postgres_url)
        await store.run(lock_many)
        names = await store.run(lambda transaction: transaction.execute("select name from locks"))
        await store.close()
        return [str(name) for (name,) in names]

    names = asyncio.run(play())
    assert len(names) <= 1_024
    assert all(name.isdecimal() for name in names)


def test_one_that_others_rely_on_is_never_replaced_by_memory_and_is_used_once_it_is_there(
    postgres_server: PostgresServer,
) -> None:
    async def run() -> list[str]:
        with postgres_server.new_database() as url:
            name = url.rpartition("/")[2]
            with psycopg.connect(postgres_server.url(), autocommit=True) as owner:
                store = Store(url, is_needed=True)
                owner.execute(f"alter database {name} allow_connections false".encode())
                with pytest.raises(StoreError):
                    await store.run(remember("a"))
                owner.execute(f"alter database {name} allow_connections true".encode())
            await store.run(remember("b"))
            held = await store.run(names)
            await store.close()
            return held

    assert asyncio.run(run()) == ["b"]


def test_transactions_that_wait_for_each_other_are_both_made(postgres_url: str) -> None:
    both_hold_one = threading.Barrier(2)

    def locking(first: str, second: str) -> Callable[[Transaction], None]:
        attempts: list[str] = []

        def work(transaction: Transaction) -> None:
            transaction.lock(first)
            if not attempts:
                attempts.append(first)
                both_hold_one.wait(20)
            transaction.lock(second)
            remember(first)(transaction)

        return work

    async def play() -> list[str]:
        stores = Store(postgres_url), Store(postgres_url)
        for store in stores:
            await store.run(names)
        await asyncio.gather(stores[0].run(locking("a", "b")), stores[1].run(locking("b", "a")))
        held = await stores[0].run(names)
        for store in stores:
            await store.close()
        return held

    assert asyncio.run(play()) == ["a", "b"]
