"""A copy of an Ivinex account is as the account is, and costs no more requests than what changed."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest

from crm_mcp.crm.messages import Request
from crm_mcp.errors import UnreachableError
from crm_mcp.replica.source import Need
from mockserver.seeds.load import read_seed
from tests.support.in_process import build_seed
from tests.support.ivinex_replica_play import IvinexPlay, ivinex_play

MODULES = {"contact": "1001", "note": "1002", "company": "1003", "deal": "1004"}
CONTACTS = "ivinex_contact"
MANY = 950


def many_contacts() -> dict[str, object]:
    contacts = [
        {"first_name": f"n{n}", "contact_type": str(14795 + n % 2), "modified_date": f"2026-01-01 0{n % 10}:00:00"}
        for n in range(1, MANY + 1)
    ]
    return build_seed(*contacts)


@pytest.fixture
def demo() -> Generator[IvinexPlay]:
    with ivinex_play(read_seed("demo"), MODULES) as play:
        yield play


@pytest.fixture
def many(tmp_path: Path) -> Generator[IvinexPlay]:
    with ivinex_play(many_contacts(), {"contact": "1001"}, tmp_path) as play:
        yield play


def test_every_module_is_held_as_the_account_has_it(demo: IvinexPlay) -> None:
    async def play() -> None:
        await demo.refresh(*(f"ivinex_{name}" for name in MODULES))
        for name in MODULES:
            await demo.check(f"ivinex_{name}", name)
            assert not await demo.source.lacks(Need({f"ivinex_{name}": ()}, demo.now_s))

    asyncio.run(play())


def test_numbers_are_those_whose_every_value_is_one_and_ids_of_links_stay_ids(demo: IvinexPlay) -> None:
    async def play() -> None:
        tables = {table.name: table for table in await demo.source.tables()}
        deal, contact = tables["ivinex_deal"].by_name, tables[CONTACTS].by_name
        assert [deal[name].kind for name in ("amount", "probability", "company", "stage")] == [
            "number", "integer", "text", "text",
        ]  # fmt: skip
        assert contact["phone"].kind == contact["id"].kind == "text"
        assert (await demo.rows("select stage, company from ivinex_deal where id = '1'"))[0] == ("Offer sent", "1")

    asyncio.run(play())


def test_a_column_of_numbers_becomes_one_of_texts_and_loses_nothing() -> None:
    seed = build_seed({"first_name": "12"}, {"first_name": "0"}, {"first_name": None})
    with ivinex_play(seed, {"contact": "1001"}) as play:

        async def kind() -> str:
            (table,) = await play.source.tables()
            return table.by_name["first_name"].kind

        async def run() -> None:
            assert await kind() == "integer"
            for value, expected in (("1.50", "number"), ("007", "text")):
                play.write({"CollectionTypeID": 1001, "CollectionID": 3, "first_name": value})
                await play.refresh(CONTACTS, is_fresh=True)
                assert await kind() == expected
                await play.check(CONTACTS, "contact")

        asyncio.run(run())


def test_the_first_fill_is_a_request_for_each_hundred_and_a_window_at_most(many: IvinexPlay) -> None:
    async def play() -> None:
        await many.refresh(CONTACTS)
        assert len(many.asked()) <= -(-MANY // 100) + 8
        assert (await many.rows(f"select count(*) from {CONTACTS}"))[0] == (MANY,)
        await many.check(CONTACTS, "contact")

    asyncio.run(play())


def test_rows_of_the_last_minute_are_not_asked_for_again_and_older_ones_by_two_requests(many: IvinexPlay) -> None:
    async def play() -> None:
        await many.refresh(CONTACTS)
        many.asked()
        many.wait(59)
        await many.refresh(CONTACTS)
        assert many.asked() == []
        many.wait(2)
        many.write({"CollectionTypeID": 1001, "CollectionID": 7, "first_name": "Anna"})
        many.write({"CollectionTypeID": 1001, "first_name": "New"})
        await many.refresh(CONTACTS)
        changes, probe = many.asked()
        assert "modified_date" in changes["Filters"]
        assert (probe["Limit"], probe["Offset"]) == ("2", str(MANY))
        await many.check(CONTACTS, "contact")
        assert ("7", "first_name", "n7", "Anna") in await many.rows("select id, field, old, new from changes")

    asyncio.run(play())


def test_a_record_that_changes_again_in_the_same_second_is_not_missed(many: IvinexPlay) -> None:
    async def play() -> None:
        for name in ("A", "B", "C"):
            many.write({"CollectionTypeID": 1001, "CollectionID": 7, "first_name": name})
            await many.refresh(CONTACTS, is_fresh=True)
            await many.check(CONTACTS, "contact")

    asyncio.run(play())


@pytest.mark.parametrize("gone", [["1"], ["500"], [str(MANY)], ["3", "700"], [str(n) for n in range(200, 300)]])
def test_records_that_vanished_are_found(many: IvinexPlay, gone: list[str]) -> None:
    async def play() -> None:
        await many.refresh(CONTACTS)
        many.edit(*({"kind": "1001", "id": one, "purge": True} for one in gone))
        many.wait(61)
        many.asked()
        await many.refresh(CONTACTS)
        await many.check(CONTACTS, "contact")
        assert (gone[0], "id", None) in await many.rows("select id, field, new from changes")

    asyncio.run(play())


def test_a_fill_that_was_cut_goes_on_where_it_was(many: IvinexPlay) -> None:
    def fail(number: int, _: Request) -> None:
        if number == 8:
            raise UnreachableError("cut")

    async def play() -> None:
        many.sender.fail = fail
        with pytest.raises(UnreachableError):
            await many.refresh(CONTACTS)
        assert await many.source.lacks(Need({CONTACTS: ()}, many.now_s))
        many.sender.fail = lambda _number, _request: None
        await many.source.replica.close()
        many.begin_again()
        many.asked()
        await many.refresh(CONTACTS)
        assert all(int(query.get("Offset", "0")) > 99 for query in many.asked())
        await many.check(CONTACTS, "contact")

    asyncio.run(play())


def test_a_record_that_goes_between_pages_hides_no_other(many: IvinexPlay) -> None:
    def delete(number: int, _: Request) -> None:
        if number == 5:
            many.edit({"kind": "1001", "id": "5", "purge": True})

    async def play() -> None:
        many.sender.fail = delete
        await many.refresh(CONTACTS)
        await many.check(CONTACTS, "contact")

    asyncio.run(play())


def test_a_module_of_a_wrong_id_leaves_the_others_and_is_told_where_it_is_read() -> None:
    with ivinex_play(many_contacts(), {"contact": "1001", "order": "1999"}) as play:

        async def run() -> None:
            await play.refresh(CONTACTS, "ivinex_order")
            await play.check(CONTACTS, "contact")
            assert not await play.source.lacks(Need({CONTACTS: ()}, play.now_s))
            (lack,) = await play.source.lacks(Need({"ivinex_order": ()}, play.now_s))
            assert "1999" in lack.what
            assert await play.held("ivinex_order") == {}

        asyncio.run(run())
