"""Tables as people paste them: rows of contacts in any spelling, compared with the account in few requests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client

from tests.crm_mcp.safe_writes.playing import Fake, User, play
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

SPELLINGS = ("{0}", "<{0}>", "mailto:{0}", "\u00a0{0} ", "Jane Roe <{0}>")
HOTEL = "Duna-parti Szálloda Kft."


def row(at: int, **more: Any) -> dict[str, Any]:
    """Return a row as it is pasted: flat, with empty cells, the email in one of several spellings."""
    email = SPELLINGS[at % len(SPELLINGS)].format(f"p{at}@pasted.example")
    cells = {"LastName": f"Próba{at}", "FirstName": "Éva ", "Email": email, "Phone": f"06-30/777-{1000 + at}"}
    return {"Type": "Person", **cells, "Position": "", "Description": None, **more}


def test_a_pasted_table_is_one_call_and_one_plan_and_a_few_requests(fake: Fake) -> None:
    user = User()
    rows = [row(at) for at in range(25)]
    rows[3]["Email"] = "RECEPCIO@dunaparti.example "
    rows[4]["Phone"] = "06-1/555-0110"
    rows[7]["Email"] = rows[6]["Email"]
    rows[8]["Company"] = "duna-parti szalloda"
    rows[9]["BusinessId"] = "Nowhere Ltd"

    async def scene(client: Client) -> tuple[Any, Any, int]:
        plan = await call(client, "create_contact", records=rows)
        asked = len(fake.requests())
        assert fake.writes() == []
        return plan, await call(client, "create_contact", plan_id=plan["plan_id"]), asked

    plan, written, asked = play(scene, user=user)
    told = "\n".join(plan["warnings"])
    assert plan["count"] == 22
    assert f'records[3] and records[4]: Already there with the same email or phone: "{HOTEL}" (5001).' in told
    assert "records[7]: It has the same email or phone as records[6]." in told
    assert f'records[8]: Linked to the company "{HOTEL}" (5001).' in told
    assert 'records[9]: There is no company "Nowhere Ltd"' in told
    assert told.count("on_existing: return or update") == 1
    assert asked <= 6
    assert len(fake.requests()) - asked <= 22 + 6
    assert [item["index"] for item in written["items"] if not item["ok"]] == [3, 4, 7]
    made = [fake.read(f"Contact/{item['id']}") for item in written["items"] if item["ok"]]
    assert [one["Email"] for one in made[:3]] == ["p0@pasted.example", "p1@pasted.example", "p2@pasted.example"]
    assert {one["FirstName"] for one in made} == {"Éva"}
    assert all("Position" not in body for body in fake.bodies())
    assert [one["LastName"] for one in made if one.get("BusinessId") == 5001] == ["Próba8"]
    assert max(len(json.dumps(one)) for one in (plan, written)) < 10_000


def test_a_company_that_is_listed_before_its_people_is_theirs(fake: Fake) -> None:
    people = [row(at, Company="New Kft.") for at in range(11)]
    records: list[dict[str, Any]] = [{"type": "Business", "fields": {"Name": "New Kft."}}, *people]

    async def scene(client: Client) -> Any:
        plan = await call(client, "create_contact", records=records)
        return await call(client, "create_contact", plan_id=plan["plan_id"])

    items = play(scene, user=User())["items"]
    assert [item["ok"] for item in items] == [True] * 12
    company = int(items[0]["id"])
    assert [fake.read(f"Contact/{item['id']}")["BusinessId"] for item in items[1:]] == [company] * 11


def test_two_companies_of_one_name_are_told_and_nothing_is_written(fake: Fake) -> None:
    fake.change("Contact", Type="Business", Name="Duna-parti Szálloda Bt.")

    fields = {"LastName": "Próba", "Email": "p@pasted.example", "BusinessId": "Duna-parti Szálloda"}
    said = play(lambda client: fail(client, "create_contact", type="Person", fields=fields))
    assert 'Several companies are called "Duna-parti Szálloda"' in said
    assert "(5001)" in said
    assert len(fake.writes()) == 1


def test_a_contact_that_came_since_the_plan_is_not_created_again(fake: Fake) -> None:
    rows = [row(at) for at in range(12)]

    async def scene(client: Client) -> Any:
        plan = await call(client, "create_contact", records=rows)
        fake.change("Contact", Type="Person", FirstName="Colleague", Email="p5@pasted.example")
        return await call(client, "create_contact", plan_id=plan["plan_id"])

    items = play(scene, user=User())["items"]
    assert [item["index"] for item in items if not item["ok"]] == [5]
    assert '"Colleague"' in items[5]["message"]


def test_an_address_or_number_among_others_is_found_too(fake: Fake) -> None:
    fake.change("Contact/5101", Email="first@k.example, second@k.example", Phone="06 1 555 9999; 06-30 / 444 5555")
    rows = [row(at) for at in range(4)]
    rows[1]["Email"] = "Second <second@k.example>"
    rows[2]["Phone"] = "+36 30 444-5555"

    async def scene(client: Client) -> Any:
        return await call(client, "create_contact", records=rows)

    items = play(scene)["items"]
    assert [item["ok"] for item in items] == [True, False, False, True]
    assert "(5101)" in items[1]["message"]
    assert "(5101)" in items[2]["message"]


@pytest.mark.usefixtures("fake")
def test_many_alike_problems_are_one_short_warning() -> None:
    rows = [row(at, Colour="red") for at in range(40)]

    async def scene(client: Client) -> Any:
        return await call(client, "create_contact", records=rows, dry_run=True)

    plan = play(scene)
    assert plan["count"] == 0
    assert plan["warnings"][0].startswith("All 40: There is no field 'Colour'")
    assert len(json.dumps(plan)) < 1000


@pytest.mark.usefixtures("fake")
def test_the_same_field_twice_in_a_row_and_a_type_that_cannot_be_told_are_refused_by_row() -> None:
    rows = [row(0), row(1) | {"fields": {"Email": "other@pasted.example"}}, {"Name": "Anybody"}]

    async def scene(client: Client) -> Any:
        return await call(client, "create_contact", records=rows, dry_run=True)

    told = play(scene)["warnings"]
    assert any(one.startswith("records[1]: Email is given twice") for one in told)
    assert any(one.startswith("records[2]: type is required") for one in told)
