"""A contact whose email or phone is there already is refused with the candidates, unless a duplicate is wanted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mcp import Client

from crm_mcp.ivinex.search.duplicates import describe_duplicates_within
from mockserver.testing.crm_fake import CrmFake
from tests.crm_mcp.safe_writes.playing import Fake, play
from tests.support.mcp_play import call, fail
from tests.support.question_play import account

pytestmark = pytest.mark.slow

HOTEL = '"Duna-parti Szálloda Kft." (5001)'
KNOWN_IN_MINICRM: list[dict[str, str]] = [
    {"Email": "recepcio@dunaparti.example"},
    {"Email": " RECEPCIO@dunaparti.example"},
    {"Phone": "+36 1 555 0110"},
    {"Phone": "06-1/555-0110"},
    {"Email": "new@nowhere.example", "Phone": "3615550110"},
]
KNOWN_IN_IVINEX: list[dict[str, str]] = [
    {"email": "agnes.kovacs@alderroastery.example"},
    {"phone": "+36 1 555 1001"},
    {"phone": "06 1 5551001", "email": "new@nowhere.example"},
]


@pytest.mark.parametrize("fields", KNOWN_IN_MINICRM, ids=str)
def test_minicrm_refuses_a_known_email_or_phone_and_names_who_has_it(fake: Fake, fields: dict[str, str]) -> None:
    async def scene(client: Client) -> None:
        contact = {"type": "Person", "fields": {"FirstName": "Ida", **fields}}
        said = await fail(client, "create_contact", **contact)
        assert HOTEL in said
        assert "update_contact" in said
        assert "allow_duplicate: true" in said
        shown = await call(client, "create_contact", **contact, dry_run=True)
        assert HOTEL in shown["warnings"][0]
        assert "plan_id" not in shown
        assert fake.writes() == []
        await call(client, "create_contact", **contact, allow_duplicate=True)

    play(scene)
    assert len(fake.writes()) == 1


def test_an_allowed_double_may_be_planned_and_a_fresh_double_of_a_plan_is_refused(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        double = {"type": "Person", "fields": {"FirstName": "Ida", **KNOWN_IN_MINICRM[0]}, "allow_duplicate": True}
        shown = await call(client, "create_contact", **double, dry_run=True)
        await call(client, "create_contact", plan_id=shown["plan_id"])
        fresh = {"type": "Person", "fields": {"FirstName": "Eda", "Email": "eda@fresh.example"}}
        shown = await call(client, "create_contact", **fresh, dry_run=True)
        fake.change("Contact", Type="Person", FirstName="Eda", Email="eda@fresh.example")
        assert "Already there" in await fail(client, "create_contact", plan_id=shown["plan_id"])

    play(scene)
    assert len(fake.writes()) == 2


def test_two_calls_at_once_create_one_contact(fake: Fake) -> None:
    fake.answer_late("/Api/R3/Contact", "/API/Records.php", delay_s=0.3)
    contact = {"type": "Person", "fields": {"FirstName": "Ida", "Email": "ida@once.example"}}
    record = {"module": "contact", "records": [{"first_name": "Ida", "email": "ida@once.example"}]}

    async def scene(client: Client) -> tuple[list[bool], list[bool]]:
        persons = await asyncio.gather(*(client.call_tool("create_contact", contact) for _ in range(3)))
        records = await asyncio.gather(*(call(client, "create_records", **record) for _ in range(3)))
        return [bool(one.is_error) for one in persons], [one["items"][0]["ok"] for one in records]

    refused, made = play(scene)
    assert sorted(refused) == [False, True, True]
    assert sorted(made) == [False, False, True]
    assert len(fake.writes()) == 2


def test_what_only_looks_alike_is_no_double(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        for fields in ({"Phone": "12345"}, {"Phone": "+36 20 555 0110"}, {"Email": "x@dunaparti.example"}, {}):
            await call(client, "create_contact", type="Person", fields={"FirstName": "Ida", **fields})
        others = [
            {"first_name": "A", "phone": "+36 20 555 1001"},
            {"first_name": "B", "email": "x@alderroastery.example"},
        ]
        made = await call(client, "create_records", module="contact", records=others)
        assert [item["ok"] for item in made["items"]] == [True, True]

    play(scene)
    assert len(fake.writes()) == 5


def test_ivinex_refuses_each_known_contact_by_itself_and_creates_the_others(fake: Fake) -> None:
    records: list[dict[str, Any]] = [{"first_name": "Ida", **fields} for fields in KNOWN_IN_IVINEX]
    records += [{"first_name": "New", "email": "one@new.example"}, {"first_name": "Again", "email": "ONE@new.example"}]

    async def scene(client: Client) -> Any:
        made = await call(client, "create_records", module="1001", records=records)
        await call(client, "create_records", module="contact", records=records[:1], allow_duplicate=True)
        await call(client, "create_records", module="company", records=[{"name": "A"}, {"name": "A"}])
        return made

    items = play(scene)["items"]
    assert [item["ok"] for item in items] == [False, False, False, True, False]
    assert '"Ágnes Kovács" (1)' in items[0]["message"]
    assert "update_records" in items[0]["message"]
    assert "records[3]" in items[4]["message"]
    sent = [record.get("first_name", record.get("name")) for body in fake.bodies() for record in body["Records"]]
    assert sent == ["New", "Ida", "A", "A"]


def test_within_a_batch_email_and_phone_are_compared_as_people_mean_them() -> None:
    told = describe_duplicates_within(
        [
            {"email": "a@x.example", "phone": "+36 30 123 4567"},
            {"email": "A@X.example "},
            {"phone": "06301234567"},
            {"email": "", "phone": "123"},
            {"email": "", "phone": "123"},
            {"email": "b@x.example"},
        ]
    )
    assert [text.partition(";")[0] for text in told] == [
        "",
        "It has the same email or phone as records[0]",
        "It has the same email or phone as records[0]",
        "",
        "",
        "",
    ]


def test_a_second_project_of_one_reference_id_is_warned_of(fake: Fake) -> None:
    fake.change("Project/6002", ReferenceId="ERP-7")

    async def scene(client: Client) -> None:
        card = {"module": "Sales", "contact_id": 5101, "name": "Again", "fields": {"ReferenceId": "ERP-7"}}
        shown = await call(client, "create_project", **card, dry_run=True)
        assert 'ReferenceId "ERP-7" is that of "Reception desk" (6002) already.' in shown["warnings"]
        written = await call(client, "create_project", **card)
        assert "ERP-7" in written["message"]
        other = await call(client, "create_project", **{**card, "fields": {"ReferenceId": "ERP-8"}}, dry_run=True)
        assert not any("ReferenceId" in one for one in other["warnings"])

    play(scene)


def test_a_list_of_contacts_that_could_not_be_read_whole_hides_no_duplicate(
    crm_fake: CrmFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contact stands on the second page, and the CRM gives the first one twice."""
    people = [{"Id": one, "Type": "Person", "FirstName": f"P{one}"} for one in range(1, 151)]
    people[-1]["Email"] = "last@k.example"
    crm_fake.seed(account([], contacts=people))
    crm_fake.faults({"match": {"path": "/Api/R3/Contact"}, "fault": {"kind": "same_page"}})
    for name, value in crm_fake.env.items():
        monkeypatch.setenv(name, value if name.startswith("MINICRM_") else "")
    records = [{"type": "Person", "fields": {"FirstName": f"N{at}", "Email": f"n{at}@k.example"}} for at in range(11)]
    records[5]["fields"] = {"FirstName": "Last", "Email": "last@k.example"}
    shown = play(lambda client: call(client, "create_contact", records=records, dry_run=True))
    assert shown["count"] == 10
    assert any(one.startswith("records[5]: Already there") for one in shown["warnings"])
