"""A contact that is there already is refused, returned or updated, as `on_existing` says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mcp import Client

from tests.crm_mcp.safe_writes.playing import Fake, User, play
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

KATALIN = {"FirstName": "Katalin", "LastName": "Vörös", "Email": "voros.katalin@dunaparti.example"}
OWNER: dict[str, Any] = {"type": "Person", "fields": KATALIN | {"Position": "Owner"}}
FRESH: dict[str, Any] = {"type": "Person", "fields": {"FirstName": "Ida", "Email": "ida@fresh.example"}}


def test_what_is_there_is_returned_and_nothing_is_written(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        planned = await call(client, "create_contact", **OWNER, on_existing="return", dry_run=True)
        assert "plan_id" not in planned
        assert '"Katalin Vörös" (5101) is there already' in planned["warnings"][0]
        found = await call(client, "create_contact", **OWNER, on_existing="return", idempotency_key="k")
        assert (found["id"], found["existing"]) == ("5101", True)
        assert found == await call(client, "create_contact", **OWNER, on_existing="return", idempotency_key="k")
        made = await call(client, "create_contact", **FRESH, on_existing="return")
        assert "existing" not in made

    play(scene)
    assert [body["FirstName"] for body in fake.bodies()] == ["Ida"]


def test_what_is_there_is_updated_after_a_dry_run_that_shows_before_and_after(fake: Fake) -> None:
    async def scene(client: Client) -> Any:
        planned = await call(client, "create_contact", **OWNER, on_existing="update", dry_run=True)
        (position,) = (one for one in planned["changes"] if one["field"] == "Position")
        assert (position["id"], position["after"]) == ("5101", "Owner")
        assert position["before"] != "Owner"
        return await call(client, "create_contact", plan_id=planned["plan_id"])

    changed = play(scene)
    assert (changed["id"], changed["existing"]) == ("5101", True)
    assert fake.read("Contact/5101")["Position"] == "Owner"
    assert [one.split("/")[-1] for one in fake.writes()] == ["5101"]


def test_a_plan_is_not_applied_to_a_contact_that_came_or_went_since(fake: Fake) -> None:
    async def scene(client: Client) -> tuple[str, str, Any]:
        new = await call(client, "create_contact", **FRESH, on_existing="update", dry_run=True)
        returned = await call(client, "create_contact", **FRESH, on_existing="return", dry_run=True)
        old = await call(client, "create_contact", **OWNER, on_existing="update", dry_run=True)
        fake.change("Contact", Type="Person", FirstName="Eda", Email="ida@fresh.example")
        fake.change("Contact/5101", Email="gone@dunaparti.example")
        return (
            await fail(client, "create_contact", plan_id=new["plan_id"]),
            await fail(client, "create_contact", plan_id=old["plan_id"]),
            await call(client, "create_contact", plan_id=returned["plan_id"]),
        )

    came, went, returned = play(scene)
    assert "was found after the plan was made" in came
    assert "no longer found" in went
    assert returned["existing"]
    assert len(fake.writes()) == 2


def test_of_several_alike_none_is_taken_and_all_are_named(fake: Fake) -> None:
    fake.change("Contact", Type="Person", FirstName="Kati", Email="voros.katalin@dunaparti.example")

    async def scene(client: Client) -> list[str]:
        return [await fail(client, "create_contact", **OWNER, on_existing=word) for word in ("return", "update")]

    for said in play(scene):
        assert '"Katalin Vörös" (5101)' in said
        assert '"Kati"' in said
        assert "allow_duplicate" in said
    assert len(fake.writes()) == 1


def test_a_person_who_shares_the_email_of_the_firm_is_told_from_it(fake: Fake) -> None:
    shared = {"Email": "recepcio@dunaparti.example"}
    fake.change("Contact/5101", **shared)

    async def scene(client: Client) -> None:
        person = await call(client, "create_contact", type="Person", fields=KATALIN | shared, on_existing="return")
        firm = await call(
            client, "create_contact", type="Business", fields={"Name": "X"} | shared, on_existing="return"
        )
        assert (person["id"], firm["id"]) == ("5101", "5001")

    play(scene)


def test_a_business_is_not_changed_by_the_fields_of_a_person(fake: Fake) -> None:
    async def scene(client: Client) -> str:
        fields = {"FirstName": "Ida", "Email": "recepcio@dunaparti.example"}
        return await fail(client, "create_contact", type="Person", fields=fields, on_existing="update")

    said = play(scene)
    assert "(5001) is there already as a Business" in said
    assert "update_contact" in said
    assert fake.writes() == []


def test_the_id_of_another_system_finds_what_is_there(fake: Fake) -> None:
    fake.change("Contact/5101", ReferenceId="erp-9")

    async def scene(client: Client) -> Any:
        fields = {"FirstName": "Kata", "ReferenceId": "erp-9"}
        assert "(5101)" in await fail(client, "create_contact", type="Person", fields=fields)
        return await call(client, "create_contact", type="Person", fields=fields, on_existing="update")

    assert play(scene)["id"] == "5101"
    assert fake.read("Contact/5101")["FirstName"] == "Kata"


def test_a_person_is_not_given_the_id_of_the_firm_whose_email_it_has(fake: Fake) -> None:
    async def scene(client: Client) -> str:
        fields = {"FirstName": "Ida", "Email": "recepcio@dunaparti.example"}
        return await fail(client, "create_contact", type="Person", fields=fields, on_existing="return")

    said = play(scene)
    assert "(5001) has this email or phone but is a Business, no Person" in said
    assert "allow_duplicate" in said
    assert fake.writes() == []


def test_one_id_of_another_system_makes_one_contact_of_a_list(fake: Fake) -> None:
    records = [
        {"type": "Person", "fields": {"FirstName": name, "ReferenceId": reference}}
        for name, reference in (("Ida", "erp-7"), ("Eda", "erp-7\u00a0"), ("Oda", "erp-8"))
    ]

    async def scene(client: Client) -> Any:
        made = await call(client, "create_contact", records=records)
        again = await fail(client, "create_contact", **records[1])
        assert '"Ida"' in again
        assert "ReferenceId" in again
        return made

    items = play(scene)["items"]
    assert [item["ok"] for item in items] == [True, False, True]
    assert "It has the same email, phone or ReferenceId as records[0]" in items[1]["message"]
    assert len(fake.writes()) == 2


def test_a_person_without_a_name_is_not_made(fake: Fake) -> None:
    async def scene(client: Client) -> str:
        return await fail(client, "create_contact", type="Person", fields={"FirstName": "\u00a0", "LastName": " "})

    assert "needs FirstName or LastName" in play(scene)
    assert fake.writes() == []


def test_two_firms_of_one_name_in_a_list_are_warned_of(fake: Fake) -> None:
    records = [{"type": "Business", "fields": {"Name": name}} for name in ("Azonos Kft.", "Más Kft.", "AZONOS kft")]

    async def scene(client: Client) -> Any:
        return await call(client, "create_contact", records=records, dry_run=True)

    warnings = play(scene)["warnings"]
    assert [one for one in warnings if "same name" in one] == ["records[2]: records[0] has the same name."]
    assert fake.writes() == []


def test_a_duplicate_cannot_be_both_wanted_and_taken(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        said = await fail(client, "create_contact", **OWNER, on_existing="return", allow_duplicate=True)
        assert "Give only one of them" in said
        assert "refuse, return, update" in await fail(client, "create_contact", **OWNER, on_existing="merge")

    play(scene)
    assert fake.requests().count("GET /Api/R3/Contact") == 0


def test_two_calls_at_once_make_one_contact_and_return_it(fake: Fake) -> None:
    fake.answer_late("/Api/R3/Contact", delay_s=0.3)

    async def scene(client: Client) -> list[Any]:
        return await asyncio.gather(
            *(call(client, "create_contact", **FRESH, on_existing="return") for _ in range(3)),
        )

    made = play(scene)
    assert len({one["id"] for one in made}) == 1
    assert [one.get("existing", False) for one in made].count(True) == 2
    assert len(fake.writes()) == 1


def test_a_lost_create_is_found_by_its_key_and_not_taken_for_an_existing_one(fake: Fake) -> None:
    fake.break_writes("/Api/R3/Contact", "reset_after_commit")

    async def scene(client: Client) -> Any:
        made = await call(client, "create_contact", **FRESH, on_existing="update", idempotency_key="k")
        assert made == await call(client, "create_contact", **FRESH, on_existing="update", idempotency_key="k")
        return made

    assert "it was looked for and is there" in play(scene)["message"]
    assert len(fake.writes()) == 1


def test_a_list_of_contacts_is_merged_into_those_that_are_there(fake: Fake) -> None:
    records = [OWNER, FRESH, FRESH | {"fields": FRESH["fields"] | {"FirstName": "Again"}}]

    async def scene(client: Client) -> tuple[Any, Any]:
        planned = await call(client, "create_contact", records=records, on_existing="update", dry_run=True)
        return planned, await call(client, "create_contact", records=records, on_existing="update")

    planned, made = play(scene)
    assert "records[2]: It has the same email or phone as records[1]" in "\n".join(planned["warnings"])
    assert "records[0]: " in "\n".join(planned["warnings"])
    assert [(item["ok"], item.get("existing", False)) for item in made["items"]] == [
        (True, True),
        (True, False),
        (False, False),
    ]
    assert len(fake.writes()) == 2


def test_a_hundred_contacts_are_compared_in_few_requests(fake: Fake) -> None:
    known = {"type": "Person", "fields": {"FirstName": "X", "Email": " Voros.Katalin@dunaparti.example"}}
    new = [{"type": "Person", "fields": {"FirstName": "N", "Email": f"n{at}@many.example"}} for at in range(99)]

    async def scene(client: Client) -> tuple[Any, int, Any]:
        planned = await call(client, "create_contact", records=[known, *new], on_existing="return")
        asked = len([one for one in fake.requests() if one.endswith("/Contact")])
        return planned, asked, await call(client, "create_contact", plan_id=planned["plan_id"])

    planned, asked, made = play(scene, user=User(), timeout_s=60)
    assert asked < 10
    assert planned["count"] == 100
    assert made["items"][0]["id"] == "5101"
    assert len(fake.writes()) == 99


@pytest.mark.parametrize(
    "stored",
    ["ida@odd.example ", "\u00a0ida@odd.example", "Ida <ida@odd.example>", "mailto:ida@odd.example", "IDA@odd.example"],
)
def test_a_duplicate_is_found_though_its_email_is_stored_oddly(fake: Fake, stored: str) -> None:
    fake.change("Contact", Type="Person", FirstName="Ida", Email=stored)

    async def scene(client: Client) -> str:
        return await fail(
            client, "create_contact", type="Person", fields={"FirstName": "I", "Email": "ida@odd.example"}
        )

    assert "Already there" in play(scene)
    assert len(fake.writes()) == 1


def test_a_second_company_of_one_name_and_a_nameless_namesake_are_warned_of(fake: Fake) -> None:
    fake.change("Contact", Type="Person", FirstName="Ida", LastName="Kis")

    name = {"FirstName": "Ida", "LastName": "Kis"}
    firm = {"type": "Business", "fields": {"Name": "duna-parti  szalloda KFT"}}
    person = {"type": "Person", "fields": name}

    async def scene(client: Client) -> None:
        for contact, says in (
            (firm, 'already a company with this name: "Duna-parti Szálloda Kft." (5001)'),
            (person, "a person with this name"),
        ):
            planned = await call(client, "create_contact", **contact, dry_run=True)
            assert says in "\n".join(planned["warnings"])
            assert says in (await call(client, "create_contact", **contact))["message"]
        other = name | {"Email": "kis.ida@other.example"}
        assert "with this name" not in (await call(client, "create_contact", type="Person", fields=other))["message"]

    play(scene)
