"""What a webhook tells is read again, and nothing that it says is believed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator

import pytest

from crm_mcp.errors import UnreachableError
from crm_mcp.minicrm.replica.columns import PROJECTS
from crm_mcp.minicrm.replica.told_changes import ToldChanges
from crm_mcp.minicrm.wire.webhooks import ToldChange, parse_webhook
from crm_mcp.replica.source import Need
from mockserver.crm.profiles import Profile
from mockserver.seeds.load import read_seed
from tests.support.copied_account import list_differences
from tests.support.database_of_the_fake import read_database
from tests.support.replica_play import ReplicaPlay, replica_play

DEMO = read_seed("demo")
NOT_TOLD = {"reference_id", "contact", "business", "business_id", "created_at", "updated_at"}


@pytest.fixture(params=["documented", "observed"])
def play(request: pytest.FixtureRequest) -> Generator[ReplicaPlay]:
    profile = Profile(request.param, "en", {"requests-are-limited": False})
    with replica_play(DEMO, profile) as play:
        yield play


def run(play: ReplicaPlay, work: Callable[[ToldChanges], Awaitable[None]]) -> None:
    """Fill the replica, then work with what webhooks tell of it."""

    async def filled() -> None:
        await play.source.fill()
        play.wait(1)
        play.asked()
        told = ToldChanges(play.source)
        await work(told)
        await told.close()

    asyncio.run(filled())


async def settle(play: ReplicaPlay, told: ToldChanges, *changes: ToldChange) -> list[str]:
    """Tell changes, wait until nothing is read any more, and return what was asked."""
    for change in changes:
        await told.take(change)
        play.now_s += 0.001
    while behind := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(behind)
    return play.asked()


async def differences(play: ReplicaPlay) -> list[str]:
    return await list_differences(play.source, read_database(play.app.workspace.dump_snapshot()), NOT_TOLD)


def card(record_id: int, module_id: str = "11") -> ToldChange:
    return ToldChange("Project", record_id, module_id)


def test_a_card_is_read_once_for_all_that_was_told_meanwhile(play: ReplicaPlay) -> None:
    async def work(told: ToldChanges) -> None:
        play.edit({"kind": "project", "id": 6001, "set": {"Name": "Anew", "Int1201": 7}})
        asked = await settle(play, told, *[card(6001)] * 20)
        assert set(asked) == {"/Project/6001"}
        assert len(asked) < 20
        assert await differences(play) == []

    run(play, work)


def test_trash_another_module_and_another_status_are_as_the_card_says(play: ReplicaPlay) -> None:
    async def work(told: ToldChanges) -> None:
        play.edit(
            {"kind": "project", "id": 6001, "set": {"Deleted": 1}},
            {"kind": "project", "id": 6002, "set": {"CategoryId": 12}},
            {"kind": "project", "id": 6003, "set": {"StatusId": 2101, "UserId": 103, "Enum1205": 2}},
        )
        await settle(play, told, card(6001), card(6002), card(6003))
        assert await differences(play) == []

    run(play, work)


def test_a_new_card_and_a_new_contact_are_there_and_seen_as_new(play: ReplicaPlay) -> None:
    async def work(told: ToldChanges) -> None:
        client = play.source.cards.client
        made = await client.create_contact({"Type": "Person", "FirstName": "Ada", "LastName": "Kiss"})
        contact = made["id"]
        project = (await client.create_project({"CategoryId": 12, "ContactId": contact, "Name": "New"}))["id"]
        play.asked()
        await settle(play, told, ToldChange("Contact", int(contact)), card(int(project), "12"))
        assert await differences(play) == []
        seen = await play.rows("select kind, id from changes where field = 'id' order by kind")
        assert seen == [("contacts", int(contact)), ("projects", int(project))]

    run(play, work)


def test_a_contact_that_changed_is_read_with_its_cards_of_another_company(play: ReplicaPlay) -> None:
    async def work(told: ToldChanges) -> None:
        play.edit({"kind": "contact", "id": 5101, "set": {"LastName": "Anew", "Email": "", "BusinessId": 5002}})
        asked = await settle(play, told, ToldChange("Contact", 5101))
        assert asked[0] == "/Contact/5101"
        assert await differences(play) == []

    run(play, work)


def test_what_is_gone_for_good_leaves_the_replica(play: ReplicaPlay) -> None:
    async def work(told: ToldChanges) -> None:
        play.edit({"kind": "project", "id": 6001, "purge": True})
        await settle(play, told, card(6001))
        assert await differences(play) == []

    run(play, work)


def test_an_old_webhook_puts_no_old_value_in(play: ReplicaPlay) -> None:
    async def work(told: ToldChanges) -> None:
        play.edit({"kind": "project", "id": 6001, "set": {"Name": "First"}})
        play.edit({"kind": "project", "id": 6001, "set": {"Name": "Second"}})
        old = {"Id": "6001", "Type": "Project", "Data": {"Name": "First", "UpdatedAt": "2099-01-01 00:00:00"}}
        change = parse_webhook(old, "10001")
        assert change is not None
        await settle(play, told, change)
        assert await play.rows("select name from minicrm_projects where id = 6001") == [("Second",)]

    run(play, work)


def test_a_card_is_out_of_date_before_it_is_read_and_stays_so_where_it_cannot_be(play: ReplicaPlay) -> None:
    def refuse(_number: int, _request: object) -> None:
        raise UnreachableError("MiniCRM cannot be reached.")

    async def work(told: ToldChanges) -> None:
        play.edit({"kind": "project", "id": 6001, "set": {"Name": "Anew"}})
        play.sender.fail = refuse
        await settle(play, told, card(6001))
        need = Need({PROJECTS: ("int1201",)}, play.now_s)
        unread = await play.source.everything_unread(need)
        assert unread[PROJECTS] == [6001]

    run(play, work)


def test_nothing_is_asked_where_there_is_no_replica_or_it_does_not_hold_the_module() -> None:
    async def work() -> None:
        told = ToldChanges(play.source)
        assert await settle(play, told, card(6001)) == []
        await play.source.tables()
        sales = next(name for name in play.source.facts.tables if name.startswith("minicrm_projects_s"))
        await play.source.refresh(Need({sales: ("name",)}, play.now_s))
        play.asked()
        assert await settle(play, told, card(99_998, "14"), ToldChange("Contact", 5001)) == []
        assert len(await settle(play, told, card(6001))) == 1
        await told.close()

    with replica_play(DEMO) as play:
        asyncio.run(work())


def test_names_of_people_stay_as_a_hungarian_account_shows_them() -> None:
    async def work(told: ToldChanges) -> None:
        play.edit({"kind": "contact", "id": 5101, "set": {"LastName": "Zsoldos"}})
        await settle(play, told, ToldChange("Contact", 5101))
        (held,) = await play.rows("select name from minicrm_contacts where id = 5101")
        row = next(one for one in (await play.source.cards.client.search_contacts({})).items if one["id"] == "5101")
        assert held == (row["name"],)
        assert row["name"].startswith("Zsoldos ")

    with replica_play(DEMO, Profile("observed", "hu", {"requests-are-limited": False})) as play:
        run(play, work)


def test_a_search_that_was_sent_before_the_card_was_read_changes_nothing(play: ReplicaPlay) -> None:
    async def work(told: ToldChanges) -> None:
        page = await play.source.cards.client.search_projects({"CategoryId": "11"})
        sent_at = play.now_s
        play.wait(1)
        play.edit({"kind": "project", "id": 6001, "set": {"Name": "Anew"}})
        await settle(play, told, card(6001))
        put = play.source.writer.project_rows
        await play.source.replica.run(lambda transaction: put(transaction, page.items, sent_at, True, "11"))
        assert await differences(play) == []

    run(play, work)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"Id": "6001", "Type": "Project", "Data": {"SystemId": 10001, "CategoryId": "11"}}, card(6001)),
        ({"Id": 5101, "Type": "Contact", "Data": []}, ToldChange("Contact", 5101)),
        ({"Id": "1", "Type": "Project", "Head": {"Id": "7"}}, ToldChange("Project", 1, "", has_document=True)),
        ({"Id": "6001", "Type": "Project", "Data": {"SystemId": "77"}}, None),
        ({"Id": "6001", "Type": "ToDo"}, None),
        ({"Id": "x", "Type": "Project"}, None),
        ({"Type": "Project"}, None),
        ([], None),
        ("Project", None),
    ],
)
def test_a_body_tells_which_record_of_this_account_changed_or_nothing(body: object, told: ToldChange | None) -> None:
    assert parse_webhook(body, "10001") == told
