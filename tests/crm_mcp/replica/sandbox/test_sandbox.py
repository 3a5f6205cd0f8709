"""Statements in the worker process: what they give, and what happens when the process or the file goes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from crm_mcp.errors import QueryError
from crm_mcp.replica.sandbox.sandbox import Found, Sandbox, Setup
from tests.crm_mcp.replica.sandbox.account import ask, make_account, open_account

PROCESSES = Path("/proc")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not PROCESSES.exists(), reason="looks into /proc")]
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


T = TypeVar("T")


def play(steps: Callable[[Sandbox], Awaitable[T]], timeout_s: float = 5.0) -> T:
    async def whole() -> T:
        sandbox = Sandbox(timeout_s=timeout_s)
        try:
            return await steps(sandbox)
        finally:
            await sandbox.close()

    return asyncio.run(whole())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return make_account(tmp_path / "a replica?.sqlite")


def found(file: Path | bytes, sql: str, *, max_rows: int = 100, max_bytes: int = 1_000_000) -> Found:
    return play(lambda sandbox: ask(sandbox, file, sql, max_rows=max_rows, max_bytes=max_bytes))


def test_a_statement_gives_columns_and_rows(file: Path) -> None:
    assert found(file, "select id, name as called from projects where id < 3") == Found(
        ["id", "called"], [[1, "Árvíztűrő 1"], [2, "Árvíztűrő 2"]], more=False, unread={}
    )


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("fold('ÁRVÍZTŰRŐ Tükörfúrógép ß')", "arvizturo tukorfurogep ss"),
        ("fold(null)", None),
        ("digits('+36 (30) 123-4567')", "36301234567"),
        ("digits(4.5)", "45"),
        ("concat('a', null, 1, 2.5)", "a12.5"),
        ("(select median(value) from json_each('[5, 1, null, 3]'))", 3.0),
        ("(select median(value) from json_each('[1, 2]'))", 1.5),
        ("(select median(value) from json_each('[]'))", None),
        ("(select string_agg(value, '; ') from json_each('[\"a\", null, \"b\"]'))", "a; b"),
        ("today()", "2026-11-27"),
        ("now()", "2026-11-27 23:30:00"),
        ("current_date", "2026-11-27"),
        ("date('now', 'localtime', '+1 day')", "2026-11-28"),
        ("cast(julianday('now') - julianday('2026-11-20 23:30:00') as integer)", 7),
        ("9e999", "inf"),
        ("9e999 - 9e999", None),
        ("x'41ff'", "A\ufffd"),
        ("9007199254740993", 9007199254740993),
        ("(select name from projects where name like '%ű%' limit 1)", "Árvíztűrő 1"),
    ],
)
def test_values_and_functions_are_what_json_can_hold(file: Path, expression: str, value: object) -> None:
    row = found(file, "select " + expression).rows[0]
    assert row == [value]
    json.dumps(row, allow_nan=False)


def test_rows_are_cut_at_the_number_and_the_size_and_that_is_told(file: Path) -> None:
    assert len(found(file, "select id from projects", max_rows=3000).rows) == 3000
    assert not found(file, "select id from projects", max_rows=3000).more
    few = found(file, "select id from projects order by id desc", max_rows=2)
    assert (few.rows, few.more) == ([[3000], [2999]], True)
    small = found(file, "select id from projects", max_bytes=100)
    assert small.more
    assert 5 < len(small.rows) < 30
    with pytest.raises(QueryError, match="One row alone has"):
        found(file, "select group_concat(name) from projects", max_bytes=100)


@pytest.mark.parametrize(
    "sql",
    [
        "select id from projects limit 3",
        "values (1), (2), (3)",
        "select 1 union values (2), (3)",
        "select 1 as one limit 1",
    ],
)
def test_a_statement_with_a_limit_of_its_own_or_none_at_all_runs_as_it_is(file: Path, sql: str) -> None:
    assert len(found(file, sql).rows) in (1, 3)


def test_the_first_of_many_large_rows_are_given_though_all_would_not_fit(file: Path) -> None:
    large = "select name, printf('%.50000c', name) from projects order by name desc"
    assert [row[0] for row in found(file, large, max_rows=2).rows] == ["Árvíztűrő 999", "Árvíztűrő 998"]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select median(name) from projects", "median() takes numbers alone"),
        ("select string_agg(a.name, ', ') from projects a, projects b", "1,000,000 characters"),
        (
            "select replace(printf('%.900000c', 'x'), 'x', 'xx')",
            "longer than 1,000,000 characters. Cut texts by substr",
        ),
        ("select json_extract(name, '$') from projects", "Add where json_valid(x)."),
        ("select sum(9223372036854775807) from projects", "too large for an integer"),
        ("select name from projects where name like printf('%.300c', 'x')", "longer than 200 characters"),
        ("select abs(-9223372036854775808)", "too large for an integer"),
    ],
)
def test_what_fails_amid_the_rows_is_told_with_the_next_step(file: Path, sql: str, message: str) -> None:
    with pytest.raises(QueryError) as failed:
        found(file, sql)
    assert message in str(failed.value)


def test_unread_values_are_noted_only_for_the_rows_that_matter(file: Path) -> None:
    assert found(file, "select name from projects").unread == {}
    assert found(file, "select sum(budget) from projects where id between 4 and 9").unread == {"project": [5, 7, 9]}
    assert found(file, "select count(*) from projects where budget = '50'").rows == [[1]]


def test_what_was_written_since_is_seen_by_the_next_statement_in_the_same_process(file: Path) -> None:
    async def steps(sandbox: Sandbox) -> None:
        count = "select count(*), max(name) from projects where id > 2999"
        assert (await ask(sandbox, file, count)).rows == [[1, "Árvíztűrő 3000"]]
        pids = workers()
        with open_account(file) as writer:
            writer.execute("insert into rows_p (id, name) values (5000, 'Új')")
            assert (await ask(sandbox, file, count)).rows == [[2, "Új"]]
            writer.execute("alter table rows_p add column more text")
            writer.execute("update rows_p set name = 'Űj' where id = 5000")
            assert (await ask(sandbox, file, count)).rows == [[2, "Űj"]]
        assert workers() == pids

    play(steps)


def test_other_views_replace_those_of_the_statement_before(file: Path) -> None:
    async def steps(sandbox: Sandbox) -> None:
        await ask(sandbox, file, "select count(*) from contacts")
        other = Setup({"crm": file}, ["create temp view projects as select 1 as one"])
        assert (await sandbox.run(other, "select * from projects", max_rows=9, max_bytes=99)).rows == [[1]]
        with pytest.raises(QueryError):
            await sandbox.run(other, "select * from contacts", max_rows=9, max_bytes=99)
        assert (await ask(sandbox, file, "select count(*) from contacts")).rows == [[2]]

    play(steps)


def test_a_file_that_took_the_place_of_another_is_read_not_the_old_one(file: Path) -> None:
    async def steps(sandbox: Sandbox) -> None:
        assert (await ask(sandbox, file, "select count(*) from projects")).rows == [[3000]]
        make_account(file.with_name("new"), rows=7)
        for old in file.parent.glob("a replica*"):
            old.unlink()
        with pytest.raises(QueryError, match=r"not there\. It may have been removed"):
            await ask(sandbox, file, "select count(*) from projects")
        for new in file.parent.glob("new*"):
            new.rename(file.with_name(new.name.replace("new", file.name)))
        assert (await ask(sandbox, file, "select count(*) from projects")).rows == [[7]]

    play(steps)


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"nothing" * 1000)
    with pytest.raises(QueryError, match="cannot be read"):
        found(tmp_path / "x", "select 1 from projects")


def test_a_database_in_memory_is_asked_and_its_successor_after_it(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        first = connection.serialize()
        connection.execute("delete from rows_p where id > 5")
        second = connection.serialize()

    async def steps(sandbox: Sandbox) -> None:
        for _ in range(2):
            assert (await ask(sandbox, first, "select count(*) from projects")).rows == [[3000]]
        assert (await ask(sandbox, second, "select count(*) from projects")).rows == [[5]]

    play(steps)


def test_a_statement_that_takes_too_long_is_stopped_and_the_next_one_runs(file: Path) -> None:
    async def steps(sandbox: Sandbox) -> None:
        with pytest.raises(QueryError, match=r"took longer than 0\.3 s\. Narrow it with WHERE or LIMIT") as stopped:
            await ask(sandbox, file, ENDLESS)
        assert stopped.value.is_too_slow
        assert (await ask(sandbox, file, "select 1")).rows == [[1]]

    play(steps, timeout_s=0.3)


def test_what_needs_too_much_memory_is_stopped(file: Path) -> None:
    with pytest.raises(QueryError, match="more than 64 MB"):
        found(file, "select count(*) from (select a.name || b.name as n from projects a, projects b order by n)")


def test_the_event_loop_goes_on_while_statements_run_and_they_take_turns(file: Path) -> None:
    async def steps(sandbox: Sandbox) -> None:
        async def refused() -> None:
            with pytest.raises(QueryError, match="took longer"):
                await ask(sandbox, file, ENDLESS)

        turns = 0
        running = [asyncio.create_task(refused()) for _ in range(3)]
        while not all(task.done() for task in running):
            await asyncio.sleep(0.01)
            turns += 1
        await asyncio.gather(*running)
        assert turns > 2 * len(running), "a loop that waits for statements has a turn or two for each"
        assert len(workers()) == 2

    play(steps, timeout_s=1.0)


def test_a_process_killed_amid_a_statement_is_replaced_once(file: Path) -> None:
    async def steps(sandbox: Sandbox) -> None:
        await ask(sandbox, file, "select 1")
        (first,) = workers()
        slow = asyncio.create_task(ask(sandbox, file, "select count(*) from projects a, projects b where a.id > b.id"))
        await asyncio.sleep(0.05)
        os.kill(first, signal.SIGKILL)
        assert (await slow).rows == [[3000 * 2999 // 2]]
        assert first not in workers()

    play(steps, timeout_s=30)


def test_a_process_that_keeps_dying_is_an_error(file: Path) -> None:
    async def steps(sandbox: Sandbox) -> None:
        slow = asyncio.create_task(ask(sandbox, file, ENDLESS))
        while not slow.done():
            await asyncio.sleep(0.05)
            for worker in workers():
                os.kill(worker, signal.SIGKILL)
        with pytest.raises(QueryError, match="ended before it answered, twice"):
            await slow
        assert (await ask(sandbox, file, "select 1")).rows == [[1]]

    play(steps)


def test_a_statement_that_nobody_waits_for_any_more_is_ended(file: Path) -> None:
    async def steps(sandbox: Sandbox) -> None:
        slow = asyncio.create_task(ask(sandbox, file, ENDLESS))
        await asyncio.sleep(0.2)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert not workers()
        assert (await ask(sandbox, file, "select 1")).rows == [[1]]

    play(steps)


def test_nothing_is_left_when_it_is_closed_and_nothing_starts_before_it_is_used(file: Path) -> None:
    async def steps(sandbox: Sandbox) -> None:
        assert not workers()
        await ask(sandbox, file, "select 1")
        assert len(workers()) == 1
        await sandbox.close()
        assert not workers()

    play(steps)


def test_the_process_has_neither_logins_nor_the_servers_own_pipes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_API_KEY", "secret-key")

    async def steps(sandbox: Sandbox) -> tuple[bytes, set[str]]:
        await ask(sandbox, file, "select 1")
        (worker,) = workers()
        return (PROCESSES / str(worker) / "environ").read_bytes(), open_files(str(worker))

    environment, theirs = play(steps)
    assert b"secret" not in environment
    assert not theirs & (open_files("self") - {"/dev/null"})


def open_files(process: str) -> set[str]:
    return {str((PROCESSES / process / "fd" / number).readlink()) for number in "012"}


def test_importing_the_list_of_functions_starts_nothing() -> None:
    code = "import sys, crm_mcp.replica.sandbox.functions as f; print('asyncio' in sys.modules, f.OFFERED[0].name)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "fold"]


def workers() -> set[int]:
    """Return the ids of the worker processes of this process."""
    ours = str(os.getpid())
    lists = {int(file.parent.name): file.read_text() for file in PROCESSES.glob("[0-9]*/stat")}
    parents = {pid: text.rpartition(")")[2].split()[1] for pid, text in lists.items()}
    return {pid for pid, parent in parents.items() if parent == ours and is_worker(pid)}


def is_worker(pid: int) -> bool:
    return b"worker.py" in (PROCESSES / str(pid) / "cmdline").read_bytes()
