"""Links of records to be written: no note lands on nobody, and a name is as good as an id."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.support.crm_stub import in_session
from tests.support.mcp_play import call, fail

CONTACT = {"first_name": "Ida", "email": "ida@new.example"}


def written(fake: CrmFake) -> list[Any]:
    return [record for one in fake.requests(method="POST") for record in one["body"]["Records"]]


@pytest.mark.parametrize(
    ("contact_id", "says"),
    [
        ("99999", "there is no contact 99999"),
        ("14", "there is no contact 14"),
        ("Nobody Known", 'no record of contact is called "Nobody Known"'),
        ("Nagy", "several records of contact match"),
    ],
)
def test_a_note_on_nobody_is_refused_in_the_dry_run_and_in_the_write(demo: CrmFake, contact_id: str, says: str) -> None:
    fields = {"full_name": {"type": "text"}}
    people = [{"collection_id": str(n), "full_name": name} for n, name in enumerate(("Nagy Anna", "Nagy Béla"), 1)]
    firms = [{"collection_id": "14", "name": "Firm"}]
    notes = {"description": {"type": "html"}, "contact": {"type": "link", "module": "1001"}}
    demo.seed(
        {
            "ivinex": {
                "modules": {
                    "1001": {"name": "contact", "fields": fields, "records": people},
                    "1002": {"name": "note", "fields": notes, "records": []},
                    "1003": {"name": "company", "fields": {"name": {"type": "text"}}, "records": firms},
                    "1004": {"name": "deal", "fields": {"name": {"type": "text"}}, "records": []},
                }
            }
        }
    )

    async def play(client: Client) -> None:
        for dry_run in (True, False):
            said = await fail(client, "create_note", contact_id=contact_id, text="Hi", dry_run=dry_run)
            assert says in said
            assert ('in company it is "Firm"' in said) == (contact_id == "14")

    in_session(play)
    assert written(demo) == []


def test_a_note_names_its_contact_in_the_dry_run_and_takes_a_name(demo: CrmFake) -> None:
    async def play(client: Client) -> None:
        for contact in (1, "1", "Ágnes Kovács", "agnes kovacs", "1.0"):
            shown = await call(client, "create_note", contact_id=contact, text="Hi", dry_run=True)
            assert {"record": 0, "field": "contact", "after": "Ágnes Kovács", "sent": "1"} in shown["changes"]
        await call(client, "create_note", contact_id="Ágnes Kovács", text="Hi")

    in_session(play)
    assert written(demo) == [{"CollectionTypeID": 1002, "description": "Hi", "contact": "1"}]


@pytest.mark.parametrize("tool", ["create_records", "update_records"])
def test_a_link_is_read_first_and_a_name_becomes_an_id(demo: CrmFake, tool: str) -> None:
    def record(**fields: Any) -> dict[str, Any]:
        return {**CONTACT, **fields} if tool == "create_records" else {"record_id": 2, "fields": fields}

    async def play(client: Client) -> None:
        for company, says in (
            (9999, "there is no company 9999"),
            ("9999", "there is no company 9999"),
            ("15", "there is no company 15 (in contact it is"),
            ("Alder", ""),
            ("Alder Roastery", ""),
            ("alder roastery", ""),
            ("No Such Firm", 'no record of company is called "No Such Firm"'),
        ):
            sent = {"module": "contact", "records": [record(company=company)]}
            shown = await call(client, tool, **sent, dry_run=True)
            if says:
                assert says in shown["warnings"][0]
                (item,) = (await call(client, tool, **sent))["items"]
                assert not item["ok"]
                assert says in item["message"]
            elif tool == "create_records":
                assert [one for one in shown["changes"] if one["field"] == "company"] == [
                    {"record": 0, "field": "company", "after": "Alder Roastery", "sent": "1"}
                ]
        assert written(demo) == []
        unset = await call(client, tool, module="contact", records=[record(company=None, position="x")])
        assert unset["items"][0]["ok"]
        named = {"module": "contact", "records": [{"record_id": 3, "fields": {"company": "Alder Roastery"}}]}
        await call(client, "update_records", **named)
        assert written(demo)[-1]["company"] == "1"

    in_session(play)


def test_the_links_of_a_batch_are_read_together(demo: CrmFake) -> None:
    records = [{"first_name": f"N{n}", "company": str(1 + n % 12)} for n in range(40)]

    async def play(client: Client) -> Any:
        return await call(client, "create_records", module="contact", records=records, dry_run=True)

    plan = in_session(play)
    assert plan["count"] == 40
    assert len(demo.requests(path="/API/Records.php")) <= 4


def test_values_are_checked_before_they_are_written(demo: CrmFake) -> None:
    async def play(client: Client) -> None:
        def deal(**fields: Any) -> dict[str, Any]:
            return {"module": "deal", "records": [{"name": "A", **fields}], "dry_run": True}

        assert "Write 10000" in await fail(client, "create_records", **deal(amount="10,000"))
        assert "not a date" in await fail(client, "create_records", **deal(expected_close="soon"))
        shown = await call(client, "create_records", **deal(amount="10 000", expected_close="2026. 11. 30."))
        assert [one["after"] for one in shown["changes"]] == ["A", "10000", "2026-11-30"]
        wrong = {"module": "contact", "records": [{"record_id": 1, "newsletter": "perhaps"}]}
        assert "true or false" in await fail(client, "update_records", **wrong)
        zoned = deal(expected_close="2026-11-30T10:00:00Z")
        assert "no zone" in await fail(client, "create_records", **zoned)

    in_session(play)
    assert written(demo) == []
