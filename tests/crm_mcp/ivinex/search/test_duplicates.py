"""New contacts at any number: none is made twice, and what was not compared is said."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.support.crm_stub import in_session
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

KNOWN: list[dict[str, str]] = [
    {"email": "agnes.kovacs@alderroastery.example"},
    {"email": "Ágnes <AGNES.KOVACS@alderroastery.example>"},
    {"email": "mailto:agnes.kovacs@alderroastery.example"},
    {"email": "\u00a0agnes.kovacs@alderroastery.example "},
    {"phone": "0036 1 5551001"},
]


def new(count: int, *known: dict[str, str]) -> list[dict[str, str]]:
    made = [{"first_name": f"N{n}", "email": f"n{n}@new.example", "phone": f"+36 20 777 {n:04}"} for n in range(count)]
    return [*made[: count // 2], *known, *made[count // 2 :]]


@pytest.fixture(autouse=True)
def unasked(demo: CrmFake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert demo
    monkeypatch.setenv("CRM_MCP_UNCONFIRMED_WRITES", "1")


def writes(fake: CrmFake) -> list[Any]:
    return [record for one in fake.requests(method="POST") for record in one["body"]["Records"]]


@pytest.mark.parametrize("others", [0, 23, 90], ids=str)
def test_a_contact_that_is_there_is_not_made_again_however_many_are_sent(demo: CrmFake, others: int) -> None:
    async def play(client: Client) -> tuple[Any, Any]:
        records = new(others, *KNOWN)
        plan = await call(client, "create_records", module="contact", records=records, dry_run=True)
        reads = len(demo.requests(method="GET"))
        assert reads < 12 * (1 + others // 25), "many are compared in one request"
        if others:
            return plan, await call(client, "create_records", plan_id=plan["plan_id"])
        return plan, await call(client, "create_records", module="contact", records=records)

    plan, made = in_session(play)
    (there, twice) = [text for text in plan["warnings"] if "Ágnes Kovács" in text or "same email" in text]
    assert all(text.count("records[") >= 2 for text in (there, twice))
    assert sum(not item["ok"] for item in made["items"]) == len(KNOWN)
    assert len(writes(demo)) == others


def test_one_who_came_since_the_plan_is_not_made_again(demo: CrmFake) -> None:
    async def play(client: Client) -> Any:
        plan = await call(client, "create_records", module="contact", records=new(25), dry_run=True)
        await call(client, "create_records", module="contact", records=[{"first_name": "X", "email": "n3@new.example"}])
        return await call(client, "create_records", plan_id=plan["plan_id"])

    items = in_session(play)["items"]
    assert [item["index"] for item in items if not item["ok"]] == [3]
    assert len(writes(demo)) == 25


def test_of_many_contacts_the_phones_that_were_compared_as_written_only_are_told(demo: CrmFake) -> None:
    records = [
        {"collection_id": str(n), "full_name": f"P{n}", "email": f"p{n}@old.example", "phone": f"+36 30 111 {n:04}"}
        for n in range(1, 1201)
    ]
    fields = {name: {"type": "text"} for name in ("full_name", "email", "phone")}
    demo.seed({"ivinex": {"modules": {"1001": {"name": "contact", "fields": fields, "records": records}}}})
    sent = [{"full_name": "A", "email": "P7@old.example"}, {"full_name": "B", "phone": "+36 30 111 0009"}]
    sent += [{"full_name": f"N{n}", "email": f"n{n}@new.example"} for n in range(20)]
    sent += [{"full_name": "C", "phone": "06301110011"}, {"full_name": "D", "phone": "+36 70 999 9999"}]

    async def play(client: Client) -> Any:
        plan = await call(client, "create_records", module="1001", records=sent, dry_run=True)
        few = await call(client, "create_records", module="1001", records=sent[22:23], dry_run=True)
        return plan, few

    plan, few = in_session(play)
    warnings = " ".join(plan["warnings"])
    assert '"P7" (7)' in warnings
    assert '"P9" (9)' in warnings
    assert "records[22]" in warnings
    assert "compared as written" in warnings
    assert '"P11" (11)' in few["warnings"][0], "a few are compared by their digits"


def test_what_is_there_can_be_returned_or_updated_in_place_of_a_refusal(demo: CrmFake) -> None:
    records = [{"email": KNOWN[0]["email"], "position": "Boss"}, {"first_name": "Nora", "email": "nora@new.example"}]

    async def play(client: Client) -> None:
        both = {"module": "contact", "records": records}
        shown = await call(client, "create_records", **both, on_existing="update", dry_run=True)
        assert {"id": "1", "field": "position", "before": "Owner", "after": "Boss", "name": "Ágnes Kovács"} in shown[
            "changes"
        ]
        returned = await call(client, "create_records", module="contact", records=records[:1], on_existing="return")
        assert (returned["items"][0]["id"], returned["items"][0]["existing"]) == ("1", True)
        assert writes(demo) == []
        made = await call(client, "create_records", **both, on_existing="update")
        assert [(item["ok"], item.get("existing", False)) for item in made["items"]] == [(True, True), (True, False)]
        assert made["items"][0]["id"] == "1"
        boss = await call(client, "get_record", module="contact", record_id=1)
        assert boss["fields"]["position"] == "Boss"
        assert "Give only one of them" in await fail(
            client, "create_records", **both, on_existing="return", allow_duplicate=True
        )
        companies = {"module": "company", "records": [{"name": "A"}], "on_existing": "return"}
        assert "for contacts only" in await fail(client, "create_records", **companies)

    in_session(play)
