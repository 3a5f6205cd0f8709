"""A statement is answered by as few requests as it needs, and the answer is exact or says what it lacks."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Generator

import pytest

from crm_mcp.crm.messages import Request
from crm_mcp.errors import AuthenticationError, QueryError, UnreachableError
from crm_mcp.replica.query import Answer, QueryEngine
from crm_mcp.replica.sandbox.sandbox import Sandbox
from mockserver.crm.profiles import Profile
from mockserver.seeds.generate import generate_seed
from mockserver.seeds.load import read_seed
from tests.support.replica_play import ReplicaPlay, replica_play

DEMO = read_seed("demo")
Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def demo() -> Generator[ReplicaPlay]:
    with replica_play(DEMO) as play:
        yield play


def play(account: ReplicaPlay, script: Callable[[Ask], Awaitable[None]], *, wait_s: float = math.inf) -> None:
    """Run a script that asks statements of an account."""

    async def session() -> None:
        engine = QueryEngine([account.source], Sandbox(), wait_s)
        try:
            await script(engine.query)
        finally:
            await engine.close()

    asyncio.run(session())


def test_the_same_statement_within_a_minute_asks_nothing(demo: ReplicaPlay) -> None:
    async def script(ask: Ask) -> None:
        sql = "select status, sum(int1201) from minicrm_projects_sales where deleted = 0 group by status"
        first = await ask(sql)
        demo.asked()
        assert await ask(sql) == first
        assert first.exact
        assert demo.asked() == []

    play(demo, script)


def test_only_the_cards_that_matter_are_read(demo: ReplicaPlay) -> None:
    async def script(ask: Ask) -> None:
        await ask("select count(*) from minicrm_projects")
        demo.asked()
        answer = await ask("select id, text1204 from minicrm_projects where status = 'Offer sent' and deleted = 0")
        assert answer.exact
        assert sorted(demo.asked()) == sorted(f"/Project/{row[0]}" for row in answer.rows)

    play(demo, script)


def test_columns_of_choices_are_found_by_a_search_for_each(demo: ReplicaPlay) -> None:
    async def script(ask: Ask) -> None:
        await ask("select count(*) from minicrm_projects_sales")
        demo.asked()
        answer = await ask("select enum1205, count(*) from minicrm_projects_sales where deleted = 0 group by 1")
        assert answer.exact
        assert [one for one in demo.asked() if not one.startswith("/Project?Enum1205=")] == []
        where = "deleted = 0 and coalesce(int1201, 0) >= 0"  # which reads the cards
        by_card = await ask(f"select enum1205, count(*) from minicrm_projects_sales where {where} group by 1")
        assert answer.rows == by_card.rows

    play(demo, script)


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) from {cards} p join minicrm_tasks t on t.project_id = p.id",
        "select count(*) from minicrm_tasks t join {cards} p on p.id = t.project_id where t.status = 'Open'",
        "select p.id, (select count(*) from minicrm_tasks t where t.project_id = p.id) from {cards} p",
        "select id from {cards} p where not exists (select 1 from minicrm_tasks t where t.project_id = p.id)",
        "select * from minicrm_tasks where project_id in (select id from {cards})",
    ],
)
def test_lists_of_the_projects_that_a_join_leads_to_are_read_and_no_others(demo: ReplicaPlay, sql: str) -> None:
    async def script(ask: Ask) -> None:
        partners = await ask("select id from minicrm_projects_partners")
        await ask("select count(*) from minicrm_projects")
        demo.asked()
        assert (await ask(sql.format(cards="minicrm_projects_partners"))).exact
        lists = [one for one in demo.asked() if one.startswith("/ToDoList/")]
        assert len(lists) == len(partners.rows)

    play(demo, script)


def test_a_task_is_found_by_its_id_whichever_card_it_is_on(demo: ReplicaPlay) -> None:
    async def script(ask: Ask) -> None:
        assert (await ask("select project_id from minicrm_tasks where id = 7025")).rows == [[6044]]

    play(demo, script)


def test_columns_that_no_card_shows_are_said_to_be_missing(demo: ReplicaPlay) -> None:
    async def script(ask: Ask) -> None:
        answer = await ask("select count(*) from minicrm_projects where updated_at < '2026-10-01'")
        assert not answer.exact
        assert "MiniCRM sends no updated_at of projects" in answer.note

    play(demo, script)


def test_dates_of_change_are_known_where_cards_show_them() -> None:
    async def script(ask: Ask) -> None:
        answer = await ask("select count(*) from minicrm_projects where updated_at is not null")
        assert answer.exact
        assert answer.rows == [[70]]

    with replica_play(DEMO, Profile("observed", switches={"requests-are-limited": False})) as observed:
        play(observed, script)


def test_a_star_shows_what_is_held_and_reads_no_card(demo: ReplicaPlay) -> None:
    async def script(ask: Ask) -> None:
        answer = await ask("select * from minicrm_projects_sales limit 3")
        assert "int1201" not in answer.columns
        assert "name others to have them read" in answer.note
        assert not [one for one in demo.asked() if one.startswith("/Project/")]
        await ask("select max(int1201), max(text1204) from minicrm_projects_sales")
        assert "int1201" in (await ask("select * from minicrm_projects_sales limit 3")).columns

    play(demo, script)


def test_projects_in_the_trash_are_said_to_count_unless_the_statement_looks(demo: ReplicaPlay) -> None:
    async def script(ask: Ask) -> None:
        assert "2 projects in the trash count too" in (await ask("select count(*) from minicrm_projects")).note
        assert (await ask("select count(*) from minicrm_projects where deleted = 0")).note == ""

    play(demo, script)


def test_a_crm_that_cannot_be_asked_again_leaves_what_is_held(demo: ReplicaPlay) -> None:
    def fail(_number: int, _request: Request) -> None:
        raise UnreachableError("MiniCRM did not respond.")

    async def script(ask: Ask) -> None:
        sql = "select count(*) from minicrm_projects where deleted = 0"
        before = await ask(sql)
        demo.wait(600)
        demo.sender.fail = fail
        after = await ask(sql)
        assert (after.rows, after.as_of, after.exact) == (before.rows, before.as_of, False)
        assert "could not be asked again: MiniCRM did not respond." in after.note
        with pytest.raises(UnreachableError):
            await ask("select count(*) from minicrm_contacts")

    play(demo, script)


def test_a_login_that_is_refused_stops_every_answer(demo: ReplicaPlay) -> None:
    def refuse(_number: int, _request: Request) -> None:
        raise AuthenticationError("The login was refused.", status=401)

    async def script(ask: Ask) -> None:
        sql = "select count(*) from minicrm_projects where deleted = 0"
        await ask(sql)
        demo.wait(61)
        demo.sender.fail = refuse
        with pytest.raises(AuthenticationError):
            await ask(sql)

    play(demo, script)


def test_what_was_asked_fresh_is_read_again_however_new_it_is(demo: ReplicaPlay) -> None:
    async def script(ask: Ask) -> None:
        sql = "select count(*) from minicrm_tasks where project_id = 6044"
        await ask(sql)
        demo.wait(1)
        demo.asked()
        await ask(sql, is_fresh=True)
        assert "/ToDoList/6044?Status=All" in demo.asked()

    play(demo, script)


def test_a_statement_that_needs_more_than_it_can_wait_for_is_answered_from_what_is_held_and_goes_on() -> None:
    with replica_play(generate_seed(DEMO, 900)) as large:

        async def script(ask: Ask) -> None:
            sql = "select count(int1201) from minicrm_projects"
            first = await ask(sql)
            assert not first.exact
            assert "requests. They go on behind this: call again in about" in first.note
            assert (await ask(sql, wait_s=math.inf)).exact

        play(large, script, wait_s=5.0)


def test_a_wrong_name_is_refused_before_anything_is_read(demo: ReplicaPlay) -> None:
    async def script(ask: Ask) -> None:
        await demo.source.tables()
        demo.asked()
        with pytest.raises(QueryError, match="did you mean name"):
            await ask("select nmae from minicrm_projects")
        assert demo.asked() == []

    play(demo, script)


def test_freshness_says_what_is_held(demo: ReplicaPlay) -> None:
    async def script(ask: Ask) -> None:
        await ask("select count(*) from minicrm_contacts")
        answer = await ask("select kind, rows, complete from freshness where kind in ('contacts', 'projects')")
        assert answer.rows == [["projects", 0, 0], ["contacts", 30, 1]]

    play(demo, script)


def test_a_crm_that_is_down_is_in_nobody_s_way_who_asks_another(demo: ReplicaPlay) -> None:
    def fail(_number: int, _request: Request) -> None:
        raise UnreachableError("Elsewhere did not respond.")

    async def script() -> None:
        with replica_play(DEMO) as elsewhere:
            elsewhere.source.replica.crm = "elsewhere"
            elsewhere.sender.fail = fail
            engine = QueryEngine([elsewhere.source, demo.source], Sandbox(), math.inf)
            try:
                assert (await engine.query("select count(*) from minicrm_contacts")).rows == [[30]]
                assert (await engine.query("select count(*) from changes")).rows == [[0]]
                with pytest.raises(UnreachableError):
                    await engine.query("select count(*) from elsewhere_contacts")
            finally:
                await engine.close()

    asyncio.run(script())
