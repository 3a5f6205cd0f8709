"""`dry_run` writes nothing and shows before and after; the plan it made is applied by its id alone, once."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from crm_mcp.safe_writes.changes import is_same
from tests.crm_mcp.safe_writes.playing import Era, Fake, User, play
from tests.crm_mcp.test_tool_list import IRREVOCABLE, WRITING
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

EACH: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "update_project": (
        {"project_id": 6002, "fields": {"StatusId": "Lost", "Int1201": "5", "Set1206": "Kitchen, Office"}},
        [
            {"id": "6002", "field": "StatusId", "before": "Offer sent", "after": "Lost", "sent": "2105"},
            {"id": "6002", "field": "Int1201", "before": 2650000, "after": "5"},
            {"id": "6002", "field": "Set1206", "before": "Office", "after": "Kitchen, Office"},
        ],
    ),
    "update_contact": (
        {"contact_id": 5001, "fields": {"Name": "Hotel", "Email": ""}},
        [
            {"id": "5001", "field": "Name", "before": "Duna-parti Szálloda Kft.", "after": "Hotel"},
            {"id": "5001", "field": "Email", "before": "recepcio@dunaparti.example", "after": ""},
        ],
    ),
    "update_task": (
        {"task_id": 7001, "user": "Emma Clarke", "deadline": "2027-01-31", "status": "closed"},
        [
            {"id": "7001", "field": "Deadline", "before": "2026-11-20 10:00:00", "after": "2027-01-31 23:59:59"},
            {"id": "7001", "field": "UserId", "before": "Nagy Eszter", "after": "Emma Clarke", "sent": "103"},
            {"id": "7001", "field": "Status", "before": "Open", "after": "Closed"},
        ],
    ),
    "update_address": (
        {"address_id": 8001, "fields": {"City": "Vác", "Default": False}},
        [
            {"id": "8001", "field": "City", "before": "Budapest", "after": "Vác"},
            {"id": "8001", "field": "Default", "before": 1, "after": 0},
        ],
    ),
    "create_project": (
        {"module": "sales", "contact_id": 5101, "name": "Bar", "fields": {"UserId": "emma clarke"}},
        [
            {"record": 0, "field": "ContactId", "after": "Katalin Vörös", "sent": "5101"},
            {"record": 0, "field": "Name", "after": "Bar"},
            {"record": 0, "field": "CategoryId", "after": "sales", "sent": "11"},
            {"record": 0, "field": "UserId", "after": "Emma Clarke", "sent": "103"},
        ],
    ),
    "create_contact": (
        {"type": "Person", "fields": {"FirstName": "Ida", "Enum1601": "phone"}},
        [
            {"record": 0, "field": "Type", "after": "Person"},
            {"record": 0, "field": "FirstName", "after": "Ida"},
            {"record": 0, "field": "Enum1601", "after": "Phone", "sent": "2"},
        ],
    ),
    "create_task": (
        {"project_id": 6002, "comment": "Call"},
        [
            {"record": 0, "field": "ProjectId", "after": "Reception desk", "sent": "6002"},
            {"record": 0, "field": "Comment", "after": "Call"},
        ],
    ),
    "create_address": (
        {"contact_id": 5101, "name": "Shop"},
        [
            {"record": 0, "field": "ContactId", "after": "Katalin Vörös", "sent": "5101"},
            {"record": 0, "field": "Name", "after": "Shop"},
        ],
    ),
    "create_records": (
        {"module": "contact", "records": [{"first_name": "Ida", "contact_type": "lead"}]},
        [
            {"record": 0, "field": "first_name", "after": "Ida"},
            {"record": 0, "field": "contact_type", "after": "Lead", "sent": "14796"},
        ],
    ),
    "update_records": (
        {"module": "contact", "records": [{"record_id": 1, "fields": {"contact_type": "Lead", "position": "Boss"}}]},
        [
            {"id": "1", "field": "contact_type", "before": "Customer", "after": "Lead", "sent": "14796"},
            {"id": "1", "field": "position", "before": "Owner", "after": "Boss"},
        ],
    ),
    "create_note": (
        {"contact_id": 1, "text": "Hello"},
        [
            {"record": 0, "field": "description", "after": "Hello"},
            {"record": 0, "field": "contact", "after": "Ágnes Kovács", "sent": "1"},
        ],
    ),
}
"""Each writing tool: a call, and what a dry run of it shows but for the records' names."""


def test_every_writing_tool_is_here() -> None:
    assert set(EACH) == WRITING - {"undo_write"} - IRREVOCABLE


@pytest.mark.parametrize("tool", EACH)
def test_a_dry_run_shows_before_and_after_and_its_plan_writes_exactly_that(fake: Fake, tool: str) -> None:
    arguments, changes = EACH[tool]

    async def scene(client: Client) -> tuple[dict[str, Any], dict[str, Any], str]:
        shown = await call(client, tool, **arguments, dry_run=True)
        assert fake.writes() == []
        assert await call(client, tool, plan_id=shown["plan_id"], dry_run=True) == shown
        assert fake.writes() == []
        written = await call(client, tool, plan_id=shown["plan_id"])
        return shown, written, await fail(client, tool, plan_id=shown["plan_id"])

    shown, written, again = play(scene)
    assert shown["dry_run"] is True
    assert shown["count"] == 1
    assert [{name: value for name, value in one.items() if name != "name"} for one in shown["changes"]] == changes
    assert written["id"] if "id" in written else written["items"][0]["ok"]
    assert len(fake.writes()) == 1
    sent = fake.bodies()[0]
    body = sent["Records"][0] if "Records" in sent else sent
    assert {one["field"] for one in changes} <= set(body)
    assert all(is_same(body[one["field"]], one.get("sent", one["after"])) for one in changes)
    assert "applied already: 1 of 1 done. Nothing was sent again" in again


@pytest.mark.parametrize("tool", EACH)
def test_a_plan_takes_its_own_arguments_beside_its_id_and_no_others(fake: Fake, tool: str) -> None:
    arguments, _ = EACH[tool]
    other = {"contact_id": 5102} if tool == "create_address" else {}

    async def scene(client: Client) -> None:
        plan_id = (await call(client, tool, **arguments, dry_run=True))["plan_id"]
        if other:
            assert "made for other arguments" in await fail(client, tool, **{**arguments, **other}, plan_id=plan_id)
            assert fake.writes() == []
        await call(client, tool, **arguments, plan_id=plan_id)

    play(scene)
    assert len(fake.writes()) == 1


def test_a_dry_run_warns_of_what_changes_nothing_and_makes_no_plan_of_it(fake: Fake) -> None:
    async def scene(client: Client) -> Any:
        fields = {"StatusId": "offer sent", "Name": "Reception desk"}
        return await call(client, "update_project", project_id=6002, fields=fields, dry_run=True)

    shown = play(scene)
    assert shown["changes"] == []
    assert "plan_id" not in shown
    assert shown["warnings"] == ["Nothing would change in 6002: these values are there already."]
    assert fake.writes() == []


def test_a_dry_run_finds_out_what_the_record_is_missing_or_cannot_take(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        assert "no project 99" in await fail(
            client, "update_project", project_id=99, fields={"Name": "A"}, dry_run=True
        )
        assert "no contact 99" in await fail(client, "create_project", module="Sales", contact_id=99, dry_run=True)
        assert "no project 99" in await fail(client, "create_task", project_id=99, comment="A", dry_run=True)
        shown = await call(client, "update_project", project_ids=[6001, 99], fields={"Name": "A"}, dry_run=True)
        assert shown["count"] == 1
        assert "99: MiniCRM has no project 99" in shown["warnings"][0]
        records = [{"record_id": 99, "fields": {"position": "A"}}]
        shown = await call(client, "update_records", module="contact", records=records, dry_run=True)
        assert (shown["count"], "plan_id" in shown) == (0, False)
        assert "no record 99" in shown["warnings"][0]

    play(scene)
    assert fake.writes() == []


def test_long_text_is_shortened_in_a_preview_and_written_whole(fake: Fake) -> None:
    text = "x" * 1000

    async def scene(client: Client) -> Any:
        shown = await call(client, "update_project", project_id=6002, fields={"Text1204": text}, dry_run=True)
        await call(client, "update_project", plan_id=shown["plan_id"])
        return shown

    (change,) = play(scene)["changes"]
    assert change["after"] == "x" * 200 + "... (1000 characters)"
    assert fake.bodies() == [{"Text1204": text}]


@pytest.mark.parametrize("era", ["legacy", "auto"])
def test_a_dry_run_of_the_trash_asks_nobody_but_its_plan_does(fake: Fake, era: Era) -> None:
    user = User()

    async def scene(client: Client) -> None:
        shown = await call(client, "update_project", project_id=6001, fields={"Deleted": 1}, dry_run=True)
        assert user.asked == []
        assert "user will be asked" in shown["next_step"]
        await call(client, "update_project", plan_id=shown["plan_id"])

    play(scene, user=user, era=era)
    assert len(user.asked) == 1
    assert fake.writes() == ["PUT /Api/R3/Project/6001"]


def test_switches_of_a_wrong_type_or_of_another_tool_are_refused(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        note = {"contact_id": 1, "text": "A"}
        assert "dry_run" in await fail(client, "create_note", **note, dry_run="perhaps")
        assert "idempotency_key" in await fail(client, "create_note", **note, idempotency_key=["k"])
        assert "idempotency_key" in await fail(client, "create_note", **note, idempotency_key="k" * 201)
        fields = {"Name": "A"}
        said = await fail(client, "update_project", project_id=6001, fields=fields, idempotency_key="k")
        assert "unknown argument 'idempotency_key'" in said
        assert "dry_run, plan_id" in said

    play(scene)
    assert fake.requests() == []
