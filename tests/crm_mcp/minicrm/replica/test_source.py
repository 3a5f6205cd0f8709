"""A copy is as the CRM is, and costs no more requests than what changed."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from crm_mcp.crm.messages import Request
from crm_mcp.errors import AuthenticationError, UnreachableError
from crm_mcp.minicrm.replica.columns import CONTACTS, PROJECTS, TASKS
from crm_mcp.replica.freshness import read_passes
from crm_mcp.replica.source import Need
from mockserver.crm.profiles import Profile
from mockserver.seeds.generate import generate_seed
from mockserver.seeds.load import read_seed
from tests.support.replica_play import ReplicaPlay, replica_play

DEMO = read_seed("demo")
LARGER = generate_seed(DEMO, 3_600)


@pytest.fixture
def demo() -> Generator[ReplicaPlay]:
    with replica_play(DEMO) as play:
        yield play


@pytest.fixture
def on_disk(tmp_path: Path) -> Generator[ReplicaPlay]:
    with replica_play(DEMO, folder=tmp_path) as play:
        yield play


@pytest.fixture
def larger(tmp_path: Path) -> Generator[ReplicaPlay]:
    with replica_play(LARGER, folder=tmp_path) as play:
        yield play


def need_of(play: ReplicaPlay, *tables: str, columns: Sequence[str] = (), is_fresh: bool = False) -> Need:
    return Need(dict.fromkeys(tables, frozenset(columns)), play.now_s, is_fresh)


async def refresh(play: ReplicaPlay, *tables: str, columns: Sequence[str] = ()) -> None:
    await play.source.tables()
    await play.source.refresh(need_of(play, *tables, columns=columns))


async def project(play: ReplicaPlay, project_id: int, *columns: str) -> tuple[Any, ...]:
    (row,) = await play.rows(f"select {', '.join(columns)} from minicrm_projects where id = {project_id}")
    return row


def test_the_first_fill_of_rows_is_a_request_for_each_hundred_and_one_for_the_trash(larger: ReplicaPlay) -> None:
    async def play() -> None:
        await larger.source.tables()
        larger.asked()
        await refresh(larger, "minicrm_projects_sales")
        ((count,),) = await larger.rows("select count(*) from minicrm_projects where part_ = '11' and deleted = 0")
        assert count > 100
        pages = -(-count // 100)
        assert len(larger.asked()) == pages + 1

    asyncio.run(play())


def test_rows_of_the_last_minute_are_not_asked_for_again_and_older_ones_by_what_changed(larger: ReplicaPlay) -> None:
    async def play() -> None:
        await refresh(larger, PROJECTS, CONTACTS)
        larger.asked()
        larger.wait(59)
        await refresh(larger, PROJECTS, CONTACTS)
        assert larger.asked() == []
        larger.wait(61)
        await refresh(larger, PROJECTS)
        assert [one.partition("=")[0] for one in larger.asked()] == ["/Project?UpdatedSince"] * 2

    asyncio.run(play())


def test_a_card_that_changed_is_read_again_and_no_other(demo: ReplicaPlay) -> None:
    async def play() -> None:
        await demo.source.tables()
        await demo.source.fill()
        demo.wait(3_600)
        demo.edit({"kind": "project", "id": 6002, "set": {"Int1201": 77}})
        demo.wait(61)
        demo.asked()
        await demo.source.fill()
        cards = [one for one in demo.asked() if one.startswith("/Project/")]
        assert cards == ["/Project/6002"]
        assert await project(demo, 6002, "int1201") == (77,)
        assert await demo.rows("select kind, id, field, new from changes") == [("projects", 6002, "int1201", 77)]

    asyncio.run(play())


def test_cards_that_were_read_since_they_changed_are_not_read_again_for_the_overlap(demo: ReplicaPlay) -> None:
    async def play() -> None:
        await demo.source.tables()
        await demo.source.fill()
        demo.wait(3_600)
        for card in range(6002, 6007):
            demo.edit({"kind": "project", "id": card, "set": {"Int1201": card}})
        demo.wait(100)
        await demo.source.fill()
        demo.edit({"kind": "project", "id": 6004, "set": {"Int1201": 1}})
        demo.wait(61)
        demo.asked()
        await demo.source.fill()
        assert [one for one in demo.asked() if one.startswith("/Project/")] == ["/Project/6004"]
        assert await project(demo, 6004, "int1201") == (1,)

    asyncio.run(play())


def test_the_trash_and_what_comes_back_from_it_are_seen(demo: ReplicaPlay) -> None:
    async def play() -> None:
        await refresh(demo, PROJECTS)
        demo.edit({"kind": "project", "id": 6003, "set": {"Deleted": 1}})
        demo.wait(61)
        await refresh(demo, PROJECTS)
        assert await project(demo, 6003, "deleted") == (1,)
        demo.edit({"kind": "project", "id": 6003, "set": {"Deleted": 0}})
        demo.wait(61)
        await refresh(demo, PROJECTS)
        assert await project(demo, 6003, "deleted") == (0,)

    asyncio.run(play())


def test_a_card_that_moved_to_another_module_leaves_the_one_it_was_in(demo: ReplicaPlay) -> None:
    async def play() -> None:
        await refresh(demo, PROJECTS)
        demo.edit({"kind": "project", "id": 6003, "set": {"CategoryId": 12, "StatusId": 2201}})
        demo.wait(61)
        await refresh(demo, "minicrm_projects_sales")
        assert await project(demo, 6003, "part_", "module") == ("12", "Support")

    asyncio.run(play())


@pytest.mark.parametrize("number", [0, 250, 480])
def test_what_vanished_without_a_trace_is_found_by_few_requests(larger: ReplicaPlay, number: int) -> None:
    async def play() -> None:
        await refresh(larger, CONTACTS)
        ids = [one for (one,) in await larger.rows("select id from minicrm_contacts order by id")]
        gone = ids[min(number, len(ids) - 1)]
        larger.edit({"kind": "contact", "id": gone, "purge": True})
        larger.wait(601)
        larger.asked()
        await refresh(larger, CONTACTS)
        assert await larger.rows(f"select id from minicrm_contacts where id = {gone}") == []
        ((count,),) = await larger.rows("select count(*) from minicrm_contacts")
        assert count == len(ids) - 1
        assert len(larger.asked()) <= 8

    asyncio.run(play())


def test_a_fill_that_is_interrupted_goes_on_where_it_was(larger: ReplicaPlay) -> None:
    def fail_at(limit: int) -> None:
        def fail(number: int, _request: Request) -> None:
            if number > limit:
                raise UnreachableError("the network is down")

        larger.sender.fail = fail

    async def begin() -> None:
        await larger.source.tables()
        larger.asked()
        fail_at(3)
        with pytest.raises(UnreachableError):
            await refresh(larger, CONTACTS)
        passes = await larger.source.replica.run(lambda transaction: read_passes(transaction, CONTACTS))
        assert passes[""].next_page
        assert not passes[""].is_complete
        assert [lack.requests > 0 for lack in await larger.source.lacks(need_of(larger, CONTACTS))] == [True]
        await larger.source.replica.close()

    async def go_on() -> None:
        larger.begin_again()
        fail_at(1_000)
        larger.asked()
        await refresh(larger, CONTACTS)
        asked = larger.asked()
        assert "/Contact?UpdatedSince=1990-01-01" not in asked
        assert await larger.source.lacks(need_of(larger, CONTACTS)) == []

    asyncio.run(begin())
    asyncio.run(go_on())


def test_a_card_that_went_between_two_pages_hides_no_other(larger: ReplicaPlay) -> None:
    async def play() -> None:
        await larger.source.tables()

        def trash_behind_the_first_page(number: int, request: Request) -> None:
            del number
            if dict(request.query).get("Page") == "1" and dict(request.query).get("CategoryId") == "11":
                larger.sender.fail = lambda _number, _request: None
                larger.edit({"kind": "project", "id": 6001, "set": {"Deleted": 1}})

        larger.sender.fail = trash_behind_the_first_page
        await refresh(larger, "minicrm_projects_sales")
        assert await larger.source.lacks(need_of(larger, "minicrm_projects_sales")) == []
        live = dict(await larger.rows("select id, name from minicrm_projects where deleted = 0"))
        assert live == {int(row["id"]): row["name"] for row in await larger.all_projects("11")}

    asyncio.run(play())


def test_a_choice_that_is_renamed_is_renamed_in_what_is_held(on_disk: ReplicaPlay) -> None:
    async def status_of_offer() -> str:
        await refresh(on_disk, PROJECTS)
        (status,) = await project(on_disk, 6002, "status")
        await on_disk.source.replica.close()
        return status

    assert asyncio.run(status_of_offer()) == "Offer sent"
    on_disk.edit({"setup": {"modules": {"11": {"statuses": {"2103": {"label": "Quoted"}}}}}})
    on_disk.wait(86_401)
    on_disk.begin_again()
    assert asyncio.run(status_of_offer()) == "Quoted"


def test_a_card_with_a_status_that_is_new_in_the_crm_is_in_its_module_at_once(demo: ReplicaPlay) -> None:
    async def play() -> None:
        await refresh(demo, PROJECTS)
        demo.edit({"setup": {"modules": {"12": {"statuses": {"2299": {"label": "Escalated", "group": "Open"}}}}}})
        demo.edit({"kind": "project", "id": 6003, "set": {"CategoryId": 12, "StatusId": 2299}})
        demo.wait(61)
        await refresh(demo, PROJECTS)
        assert await project(demo, 6003, "part_", "module", "status") == ("12", "Support", "Escalated")

    asyncio.run(play())


def test_a_new_field_becomes_a_column_and_one_that_is_dropped_stays(on_disk: ReplicaPlay) -> None:
    async def values_of_offer(*columns: str) -> tuple[Any, ...]:
        await on_disk.source.tables()
        await on_disk.source.fill()
        values = await project(on_disk, 6002, *columns)
        await on_disk.source.replica.close()
        return values

    on_disk.edit({"kind": "project", "id": 6002, "set": {"Int1201": 5}})
    assert asyncio.run(values_of_offer("int1201")) == (5,)
    fields = {"Text1299": {"type": "Text(64)"}, "Text1204": None}
    on_disk.edit({"setup": {"modules": {"11": {"fields": fields}}}})
    on_disk.edit({"kind": "project", "id": 6002, "set": {"Text1299": "red"}})
    on_disk.wait(86_401)
    on_disk.begin_again()
    assert asyncio.run(values_of_offer("int1201", "text1299", "text1204")) == (5, "red", None)


def test_tasks_of_finished_cards_are_kept_a_day_and_of_others_ten_minutes(demo: ReplicaPlay) -> None:
    async def play() -> None:
        await refresh(demo, PROJECTS, columns=["status_group"])
        ids = [one for (one,) in await demo.rows("select id from minicrm_projects where deleted = 0")]
        asked = {f"{TASKS}[]": ids}
        await demo.source.read(await demo.source.select(asked, need_of(demo)))
        where = "deleted = 0 and status_group in ('Open', 'Lead')"
        unfinished = [one for (one,) in await demo.rows(f"select id from minicrm_projects where {where}")]
        assert (await demo.source.select(asked, need_of(demo))).lists == {}
        demo.wait(601)
        assert (await demo.source.select(asked, need_of(demo))).lists[TASKS] == sorted(unfinished, reverse=True)
        assert (await demo.source.select(asked, need_of(demo))).lacks == []
        demo.wait(86_401)
        assert len((await demo.source.select(asked, need_of(demo))).lists[TASKS]) == len(ids)

    asyncio.run(play())


def test_the_trash_is_asked_for_module_by_module_where_the_crm_wants_that() -> None:
    with replica_play(DEMO, Profile(switches={"trash-needs-a-module": True})) as play:

        async def run() -> None:
            await refresh(play, PROJECTS)
            play.edit({"kind": "project", "id": 6003, "set": {"Deleted": 1}})
            play.wait(61)
            await refresh(play, PROJECTS)
            assert await project(play, 6003, "deleted") == (1,)

        asyncio.run(run())


def test_a_login_that_is_refused_is_said_and_no_rows_are_lost(demo: ReplicaPlay) -> None:
    def refuse(_number: int, _request: Request) -> None:
        raise AuthenticationError("The login was refused.", status=401)

    async def play() -> None:
        await refresh(demo, PROJECTS)
        demo.wait(61)
        demo.sender.fail = refuse
        with pytest.raises(AuthenticationError):
            await refresh(demo, PROJECTS)
        assert len(await demo.rows("select 1 from minicrm_projects")) == 70

    asyncio.run(play())
