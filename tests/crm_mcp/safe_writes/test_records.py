"""`records`: several records in one call, each with its own arguments and its own result."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client

from tests.crm_mcp.safe_writes.playing import Fake, User, play
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

EACH: dict[str, list[dict[str, Any]]] = {
    "create_project": [
        {"module": "Sales", "contact_id": 5101, "name": "Bar"},
        {"module": "Support", "contact_id": "5101", "fields": {"Name": "Hinge", "StatusId": "New"}},
    ],
    "create_contact": [
        {"type": "Person", "fields": {"FirstName": "Ida", "Email": "ida@k.example"}},
        {"type": "Business", "fields": {"Name": "Ida Kft."}},
    ],
    "create_task": [
        {"project_id": 6002, "comment": "Call", "user": "Emma Clarke"},
        {"project_id": 6003, "comment": "Write", "deadline": "2030-01-31"},
    ],
    "create_address": [
        {"contact_id": 5101, "name": "Shop"},
        {"contact_id": 5101, "name": "Store", "fields": {"City": "Pest"}},
    ],
    "update_project": [
        {"project_id": 6002, "fields": {"Name": "One"}},
        {"project_id": 6003, "fields": {"StatusId": "Lost"}},
    ],
    "update_contact": [
        {"contact_id": 5001, "fields": {"Industry": "Hotels"}},
        {"contact_id": 5101, "fields": {"Position": "Owner"}},
    ],
    "update_task": [{"task_id": 7001, "comment": "Again"}, {"task_id": 7005, "status": "closed"}],
    "update_address": [
        {"address_id": 8001, "fields": {"City": "Pest"}},
        {"address_id": 8002, "fields": {"Name": "Shop"}},
    ],
}
"""Each tool that takes `records`, with two of them."""
UNKNOWN = {"project_id": "6001", "colour": "red"}


@pytest.mark.parametrize("tool", EACH)
def test_each_record_is_written_and_has_its_own_result(fake: Fake, tool: str) -> None:
    async def scene(client: Client) -> Any:
        planned = await call(client, tool, records=EACH[tool], dry_run=True)
        assert planned["count"] == 2
        assert fake.writes() == []
        return await call(client, tool, records=EACH[tool])

    items = play(scene)["items"]
    assert [(item["index"], item["ok"], bool(item["id"])) for item in items] == [(0, True, True), (1, True, True)]
    assert len(fake.writes()) == 2


@pytest.mark.parametrize("tool", EACH)
def test_a_bad_record_stops_no_good_one_and_is_told_by_its_place(fake: Fake, tool: str) -> None:
    first, second = EACH[tool]
    records: list[Any] = [first, UNKNOWN, second, "nothing"]

    async def scene(client: Client) -> Any:
        planned = await call(client, tool, records=records, dry_run=True)
        told = "\n".join(planned["warnings"])
        assert "records[1]: " in told
        assert "'colour'" in told
        assert "records[3]: Each record must be an object" in told
        return await call(client, tool, records=records)

    items = play(scene)["items"]
    assert [item["ok"] for item in items] == [True, False, True, False]
    assert "'colour'" in items[1]["message"]
    assert len(fake.writes()) == 2


def test_json_text_one_record_alone_and_unset_arguments_are_taken_as_meant(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        unset: dict[str, Any] = {"project_id": "", "project_ids": [], "fields": {}}
        as_text = json.dumps([{"project_id": "6001", "fields": json.dumps({"Name": "A"})}])
        await call(client, "update_project", records=as_text, **unset)
        await call(client, "update_project", records={"project_id": 6001, "fields": {"Name": "C"}}, **unset)
        await call(client, "update_project", records=[], project_id="6001", fields={"Name": "B"})

    play(scene)
    assert [body["Name"] for body in fake.bodies()] == ["A", "C", "B"]


def test_what_belongs_into_a_record_does_not_stand_beside_them(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        record = {"project_id": 6001, "fields": {"Name": "A"}}
        said = await fail(client, "update_project", records=[record], project_id=6002)
        assert "project_id cannot stand beside records" in said
        said = await fail(client, "update_project", records=record | {"fields": {}}, fields={"Name": "A"})
        assert "fields cannot stand beside records" in said
        made = await call(client, "update_project", records=[{"project_ids": [6001], "fields": {"Name": "A"}}])
        assert "Give each record one project_id" in made["items"][0]["message"]
        assert "records for a change each" in await fail(client, "update_project")
        assert "project_id is required" in await fail(client, "create_task", comment="Call")

    play(scene)
    assert fake.writes() == []


@pytest.mark.parametrize("argument", [{"dry_run": True}, {"idempotency_key": "k"}, {"plan_id": "plan-1"}])
def test_a_dry_run_asked_for_in_one_record_lets_no_other_be_written(fake: Fake, argument: dict[str, Any]) -> None:
    records = [{"project_id": 6002, "comment": "a"} | argument, {"project_id": 6003, "comment": "b"}]

    async def scene(client: Client) -> str:
        unset = dict.fromkeys(argument)
        assert await call(client, "create_task", records=[records[1] | unset], dry_run=True)
        return await fail(client, "create_task", records=records)

    said = play(scene)
    assert f"{next(iter(argument))} cannot stand in a record. Nothing was written." in said
    assert "beside records" in said
    assert fake.writes() == []


def test_two_records_of_one_object_are_not_both_written(fake: Fake) -> None:
    async def scene(client: Client) -> Any:
        records = [{"project_id": 6001, "fields": {"Name": name}} for name in ("A", "B")]
        return await call(client, "update_project", records=records)

    items = play(scene)["items"]
    assert [item["ok"] for item in items] == [True, False]
    assert "records[0] changes 6001 too" in items[1]["message"]
    assert len(fake.writes()) == 1


def test_more_than_ten_records_are_planned_and_the_person_is_asked(fake: Fake) -> None:
    user = User()
    records = [{"project_id": 6001 + at, "comment": f"Call {at}"} for at in range(12)]
    records[5] = {"project_id": 999999, "comment": "Nowhere"}

    async def scene(client: Client) -> Any:
        planned = await call(client, "create_task", records=records)
        assert planned["count"] == 11
        assert "records[5]: There is no project 999999" in "\n".join(planned["warnings"])
        assert fake.writes() == []
        return await call(client, "create_task", plan_id=planned["plan_id"])

    items = play(scene, user=user)["items"]
    assert [item["index"] for item in items if not item["ok"]] == [5]
    assert "Create 11 MiniCRM tasks?" in user.asked[0]
    assert len(fake.writes()) == 11


@pytest.mark.parametrize("kind", ["reset", "reset_after_commit"])
def test_a_repeat_with_the_key_writes_only_what_is_missing(fake: Fake, kind: str) -> None:
    records = [{"project_id": 6002, "comment": f"Call {at}"} for at in range(4)]
    before = len(fake.read("ToDoList/6002")["Results"])
    fake.break_writes("/Api/R3/ToDo", kind, skip=1)

    async def scene(client: Client) -> tuple[Any, Any, Any]:
        broken = await call(client, "create_task", records=records, idempotency_key="k")
        mended = await call(client, "create_task", records=records, idempotency_key="k")
        return broken, mended, await call(client, "create_task", records=records, idempotency_key="k")

    broken, mended, again = play(scene)
    is_lost = kind == "reset"  # what was made is found at once
    assert [item["ok"] for item in broken["items"]] == ([True, False, False, False] if is_lost else [True] * 4)
    assert broken["items"][1].get("unknown", False) == is_lost
    assert [item["ok"] for item in mended["items"]] == [True] * 4
    assert mended["items"][0] == broken["items"][0]
    assert mended == again
    comments = [task["Comment"] for task in fake.read("ToDoList/6002")["Results"]]
    assert len(comments) == before + 4
    assert {f"Call {at}" for at in range(4)} <= set(comments)


def test_a_plan_made_with_a_key_and_broken_off_is_completed_by_the_same_call(fake: Fake) -> None:
    records = [{"contact_id": 5101, "name": f"Shop {at}"} for at in range(12)]
    fake.break_writes("/Api/R3/Address", "reset", skip=7)

    async def scene(client: Client) -> Any:
        create = {"records": records, "idempotency_key": "k"}
        planned = await call(client, "create_address", **create)
        broken = await call(client, "create_address", plan_id=planned["plan_id"])
        assert [item["ok"] for item in broken["items"]].count(True) == 7
        mended = await call(client, "create_address", **create)
        assert [item["ok"] for item in mended["items"]] == [True] * 12
        assert "was applied already" in await fail(client, "create_address", plan_id=planned["plan_id"])
        return await call(client, "create_address", **create)

    assert len({item["id"] for item in play(scene, user=User())["items"]}) == 12
    assert len(fake.writes()) == 13


def test_a_record_that_was_refused_is_tried_again_with_the_key_and_the_others_are_not(fake: Fake) -> None:
    known = {"type": "Person", "fields": {"FirstName": "Ida", "Email": "recepcio@dunaparti.example"}}
    fresh = {"type": "Person", "fields": {"FirstName": "Eda", "Email": "eda@fresh.example"}}

    async def scene(client: Client) -> Any:
        create = {"records": [known, fresh], "idempotency_key": "k"}
        made = await call(client, "create_contact", **create)
        assert [item["ok"] for item in made["items"]] == [False, True]
        fake.change("Contact/5001", Email="other@dunaparti.example")
        return await call(client, "create_contact", **create)

    items = play(scene)["items"]
    assert [item["ok"] for item in items] == [True, True]
    assert [body["FirstName"] for body in fake.bodies() if "FirstName" in body] == ["Eda", "Ida"]
