"""Plans of many records: applied once, each record as it was planned, and honest about what broke off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest
from mcp import Client

from crm_mcp.errors import InputError, RateLimitedError
from crm_mcp.safe_writes.call import Call
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.writing.plans import PLAN_TTL_S, PlanStore
from crm_mcp.safe_writes.writing.results import WriteResult
from crm_mcp.store.engine import Store
from tests.crm_mcp.safe_writes.clocked_store import ClockedStore
from tests.crm_mcp.safe_writes.playing import Era, Fake, User, Yes, play
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

PROJECTS = list(range(6001, 6013))
RENAME: dict[str, Any] = {"project_ids": PROJECTS, "fields": {"Name": "Same"}}


async def plan_of(client: Client, tool: str = "update_project", **arguments: Any) -> str:
    return (await call(client, tool, **(arguments or RENAME)))["plan_id"]


def test_a_record_that_somebody_changed_meanwhile_is_left_alone_and_told_of(fake: Fake) -> None:
    async def scene(client: Client) -> Any:
        plan_id = await plan_of(client)
        fake.change("Project/6003", Name="Renamed by a colleague")
        fake.change("Project/6004", Name="Same")
        fake.change("Project/6005", Int1201=1)
        return await call(client, "update_project", plan_id=plan_id)

    items = play(scene, user=User())["items"]
    assert [item["id"] for item in items] == [str(number) for number in PROJECTS]
    assert "it was changed after" in items[2]["message"]
    assert not items[2]["ok"]
    assert items[3] == {
        "index": 3,
        "ok": True,
        "id": "6004",
        "message": "It had these values already; nothing was sent.",
    }
    assert [item["ok"] for item in items].count(True) == 11
    assert fake.read("Project/6003")["Name"] == "Renamed by a colleague"
    assert len(fake.writes()) == 10 + 3


def test_each_record_of_a_plan_is_read_once_and_one_search_tells_which_of_them_changed_since(fake: Fake) -> None:
    async def scene(client: Client) -> Any:
        plan_id = await plan_of(client)
        fake.change("Project/6003", Name="Renamed by a colleague")
        return await call(client, "update_project", plan_id=plan_id)

    items = play(scene, user=User())["items"]
    assert [item["ok"] for item in items].count(True) == 11
    reads = [one for one in fake.requests() if one.startswith("GET /Api/R3/Project")]
    assert sorted(reads) == sorted(
        ["GET /Api/R3/Project", *(f"GET /Api/R3/Project/{number}" for number in [*PROJECTS, 6003])]
    )


def test_a_record_that_is_not_there_is_told_of_in_the_plan_and_in_the_result(fake: Fake) -> None:
    async def scene(client: Client) -> tuple[Any, Any]:
        shown = await call(client, "update_project", project_ids=[*PROJECTS, 99], fields={"Name": "Same"})
        return shown, await call(client, "update_project", plan_id=shown["plan_id"])

    shown, applied = play(scene, user=User())
    assert shown["count"] == 12
    assert "no project 99" in shown["warnings"][0]
    assert [item["ok"] for item in applied["items"]] == [True] * 12 + [False]
    assert len(fake.writes()) == 12


def test_ten_records_at_once_are_written_without_a_question_each_with_its_own_result(fake: Fake) -> None:
    async def scene(client: Client) -> Any:
        return await call(client, "update_project", project_ids=[6001, 99, 6002], fields={"Int1201": 7})

    items = play(scene)["items"]
    assert [(item["id"], item["ok"]) for item in items] == [("6001", True), ("99", False), ("6002", True)]
    assert "no project 99" in items[1]["message"]
    assert fake.writes() == ["PUT /Api/R3/Project/6001", "PUT /Api/R3/Project/6002"]


def test_a_value_that_one_of_several_cannot_take_refuses_all_of_them(fake: Fake) -> None:
    async def scene(client: Client) -> str:
        return await fail(client, "update_project", project_ids=[6001, 6031], fields={"StatusId": "Lost"})

    assert "Support has no status 'Lost'" in play(scene)
    assert fake.writes() == []


def test_one_or_several_but_not_both_none_or_one_twice(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        fields = {"Name": "A"}
        assert "either project_id or project_ids" in await fail(client, "update_project", fields=fields)
        both = {"project_id": 1, "project_ids": [2]}
        assert "either project_id or project_ids" in await fail(client, "update_project", **both, fields=fields)
        assert "names 2 twice" in await fail(client, "update_project", project_ids=[2, "2"], fields=fields)
        assert "either task_id or task_ids" in await fail(client, "update_task", status="closed")
        assert "either contact_id or contact_ids" in await fail(client, "update_contact", fields=fields)
        assert "module is required" in await fail(client, "update_records", records=[])
        many = [{"first_name": "A"}] * 1001
        assert "Send at most 1000" in await fail(client, "create_records", module="contact", records=many)

    play(scene)
    assert fake.requests() == []


def test_a_plan_belongs_to_its_tool_and_asks_again_whoever_said_no(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        plan_id = await plan_of(client)
        assert "is a plan of update_project" in await fail(client, "update_task", plan_id=plan_id)
        for _ in range(2):
            assert "said no" in await fail(client, "update_project", plan_id=plan_id)
        assert "There is no plan" in await fail(client, "update_project", plan_id="plan-0")

    user = User("decline")
    play(scene, user=user)
    assert len(user.asked) == 2
    assert fake.writes() == []


@pytest.mark.parametrize("era", ["legacy", "auto"])
def test_a_plan_applied_twice_at_once_is_applied_once(fake: Fake, era: Era) -> None:
    async def scene(client: Client) -> list[Any]:
        plan_id = await plan_of(client)
        calls = [client.call_tool("update_project", {"plan_id": plan_id}) for _ in range(3)]
        return await asyncio.gather(*calls)

    results = play(scene, user=User(), era=era)
    assert sorted(bool(result.is_error) for result in results) == [False, True, True]
    assert len(fake.writes()) == len(PROJECTS)


def test_what_broke_off_is_told_and_only_the_rest_is_done_by_a_further_plan(fake: Fake) -> None:
    async def scene(client: Client) -> tuple[Any, Any]:
        plan_id = await plan_of(client)
        fake.lose("/Api/R3/Project/6004", reads_from=1)
        broken = await call(client, "update_project", plan_id=plan_id)
        assert "was applied already" in await fail(client, "update_project", plan_id=plan_id)
        return broken, await call(client, "update_project", plan_id=broken["plan_id"])

    broken, rest = play(scene, user=User())
    states = [(item["ok"], item.get("unknown", False)) for item in broken["items"]]
    assert states == [(True, False)] * 3 + [(False, True)] + [(False, False)] * 8
    assert "may or may not have been made" in broken["items"][3]["message"]
    assert "3 of 12 done, 8 not tried" in broken["next_step"]
    assert [item["id"] for item in rest["items"]] == [str(number) for number in PROJECTS[4:]]
    assert all(item["ok"] for item in rest["items"])
    assert fake.writes() == [f"PUT /Api/R3/Project/{number}" for number in PROJECTS]


@pytest.mark.parametrize("kind", ["reset_after_commit", "reset", "truncate", "html"])
def test_an_update_whose_response_is_lost_is_read_back_and_sent_once_more_only_where_it_was_not_made(
    fake: Fake, kind: str
) -> None:
    async def scene(client: Client) -> Any:
        plan_id = await plan_of(client)
        fake.break_writes("/Api/R3/Project/6004", kind)
        return await call(client, "update_project", plan_id=plan_id)

    items = play(scene, user=User())["items"]
    assert [item["ok"] for item in items] == [True] * 12
    assert fake.read("Project/6004")["Name"] == "Same"
    assert len(fake.writes()) == 12 + (kind in ("reset", "html"))  # the fake carries neither out


def test_what_was_refused_for_too_many_requests_is_part_of_the_further_plan(fake: Fake) -> None:
    async def scene(client: Client) -> tuple[Any, Any]:
        plan_id = await plan_of(client)
        fake.break_writes("/Api/R3/Project/6004", "status", status=429)
        broken = await call(client, "update_project", plan_id=plan_id)
        return broken, await call(client, "update_project", plan_id=broken["plan_id"])

    broken, rest = play(scene, user=User())
    assert "3 of 12 done, 9 not tried" in broken["next_step"]
    assert "Wait a minute" in broken["items"][3]["message"]
    assert "unknown" not in broken["items"][3]
    assert [item["id"] for item in rest["items"]] == [str(number) for number in PROJECTS[3:]]
    assert all(item["ok"] for item in rest["items"])


def test_a_refusal_of_one_record_stops_no_other(fake: Fake) -> None:
    async def scene(client: Client) -> Any:
        plan_id = await plan_of(client)
        fake.break_writes("/Api/R3/Project/6004", "status", status=400, body="Project (PUT): no")
        return await call(client, "update_project", plan_id=plan_id)

    items = play(scene, user=User())["items"]
    assert [item["ok"] for item in items] == [True] * 3 + [False] + [True] * 8
    assert "unknown" not in items[3]


def test_many_new_records_go_out_in_batches_and_a_lost_answer_leaves_only_its_own_unknown(fake: Fake) -> None:
    records = [{"first_name": f"New {number}"} for number in range(60)]

    async def scene(client: Client) -> tuple[Any, Any]:
        plan_id = await plan_of(client, "create_records", module="contact", records=records)
        fake.break_writes("/API/Records.php", "reset_after_commit", skip=1)
        broken = await call(client, "create_records", plan_id=plan_id)
        return broken, await call(client, "create_records", plan_id=broken["plan_id"])

    broken, rest = play(scene, user=User())
    assert [item["ok"] for item in broken["items"]] == [True] * 25 + [False] * 35
    assert [item.get("unknown", False) for item in broken["items"]] == [False] * 25 + [True] * 25 + [False] * 10
    assert [item["ok"] for item in rest["items"]] == [True] * 10
    sent = [record["first_name"] for body in fake.bodies() for record in body["Records"]]
    assert sent == [record["first_name"] for record in records]


class Waiting(Target):
    """Writes one record after the other, and takes its time over one of them."""

    noun = "record"

    def __init__(self, forever: str = "") -> None:
        self.written: list[str] = []
        self.is_stuck = asyncio.Event()
        self.go_on = asyncio.Event()
        self._forever = forever

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Write, or wait."""
        (change,) = changes
        self.written.append(change.record_id)
        if change.record_id == self._forever:
            self.is_stuck.set()
            await self.go_on.wait()
        return [{"ok": True}]


class Apply(Protocol):
    """Makes a plan, or applies the one of this id."""

    def __call__(self, plan_id: str = "") -> Awaitable[WriteResult]:
        """Make or apply it."""
        ...


class Hasty(Waiting):
    """Is refused for haste at one record."""

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Write, or be refused."""
        if changes[0].record_id == "3":
            raise RateLimitedError("Too many requests.", status=429)
        return await super().send(changes)


def draft_of(target: Target) -> Draft:
    changes = [Change({"a": 1}, {"a": 1}, record_id=str(at)) for at in range(12)]
    return Draft(target, changes, is_batch=True)


def applying_plans(writer: SafeWriter, target: Target, confirmer: Yes | None = None) -> Apply:
    """Return what makes a plan of twelve records, or applies one."""

    async def build_draft() -> Draft:
        return draft_of(target)

    def apply(plan_id: str = "") -> Awaitable[WriteResult]:
        call = Call("tool", {}, build_draft, restore_as(target), confirmer or Yes(), plan_id=plan_id)
        return writer.perform(call)

    return apply


def test_a_client_that_goes_away_midway_stops_nothing_and_any_call_is_told_of_the_whole_result() -> None:
    target, confirmer, writer = Waiting("3"), Yes(), SafeWriter()

    apply = applying_plans(writer, target, confirmer)

    async def run() -> WriteResult:
        plan_id = (await apply()).get("plan_id", "")
        applying = asyncio.ensure_future(apply(plan_id))
        await target.is_stuck.wait()
        applying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await applying
        asking = asyncio.ensure_future(apply(plan_id))
        target.go_on.set()
        told = await asking
        write_id = told.get("write_id", "none")
        with pytest.raises(InputError, match=f"was applied already: 12 of 12 done.*It is {write_id}, by which"):
            await apply(plan_id)
        return told

    items = asyncio.run(run()).get("items", [])
    assert [item["ok"] for item in items] == [True] * 12
    assert len({item["write_id"] for item in items}) == 12
    assert target.written == [str(at) for at in range(12)]
    assert (3, 12) in confirmer.seen


def test_a_plan_that_takes_longer_than_its_call_may_goes_on_and_is_asked_for_by_its_id() -> None:
    target, writer = Waiting("3"), SafeWriter(call_budget_s=0)

    apply = applying_plans(writer, target)

    async def run() -> WriteResult:
        plan_id = (await apply()).get("plan_id", "")
        await apply(plan_id)
        await target.is_stuck.wait()
        under_way = await apply(plan_id)
        assert under_way.get("plan_id") == plan_id
        assert "4 of 12 begun so far; the writing goes on" in under_way.get("next_step", "")
        target.go_on.set()
        writer.call_budget_s = 25.0
        return await applying_plans(SafeWriter(writer.store), target)(plan_id)

    assert [item["ok"] for item in asyncio.run(run()).get("items", [])] == [True] * 12


def test_a_record_that_was_refused_for_haste_is_not_noted_as_sent() -> None:
    writer = SafeWriter()
    apply = applying_plans(writer, Hasty())

    async def run() -> list[tuple[object, ...]]:
        await apply((await apply()).get("plan_id", ""))
        return await writer.store.run(lambda transaction: transaction.execute("select place, outcome from writes"))

    assert asyncio.run(run()) == [(place, "written") for place in range(3)]


def test_a_store_that_cannot_be_used_is_told_of_in_every_result(tmp_path: Path) -> None:
    (tmp_path / "memory.sqlite").write_text("no database", encoding="utf-8")
    apply = applying_plans(SafeWriter(Store(str(tmp_path))), Waiting())

    async def run() -> list[WriteResult]:
        planned = await apply()
        return [planned, await apply(planned.get("plan_id", ""))]

    for result in asyncio.run(run()):
        assert "memory.sqlite" in result.get("note", "")
    assert (tmp_path / "memory.sqlite").read_text(encoding="utf-8") == "no database"


def test_a_process_that_lost_its_lease_sends_nothing_more() -> None:
    target, writer = Waiting("3"), SafeWriter()

    apply = applying_plans(writer, target)

    async def run() -> WriteResult:
        plan_id = (await apply()).get("plan_id", "")
        applying = asyncio.ensure_future(apply(plan_id))
        await target.is_stuck.wait()
        await writer.store.run(lambda transaction: transaction.execute("update leases set owner = 'another process'"))
        target.go_on.set()
        return await applying

    items = asyncio.run(run()).get("items", [])
    assert [item["ok"] for item in items] == [True] * 4 + [False] * 8
    assert "Another process went on with this" in items[4]["message"]
    assert target.written == ["0", "1", "2", "3"]


def test_a_server_that_ends_finishes_the_write_under_way_and_begins_no_other() -> None:
    target, writer = Waiting("3"), SafeWriter()

    apply = applying_plans(writer, target)

    async def run() -> tuple[WriteResult, WriteResult]:
        plan_id = (await apply()).get("plan_id", "")
        applying = asyncio.ensure_future(apply(plan_id))
        await target.is_stuck.wait()
        ending = asyncio.ensure_future(writer.finish())
        await asyncio.sleep(0)
        target.go_on.set()
        await ending
        told, apply_elsewhere = await applying, applying_plans(SafeWriter(writer.store), target)
        return told, await apply_elsewhere(told.get("plan_id", ""))

    told, rest = asyncio.run(run())
    assert [item["ok"] for item in told.get("items", [])] == [True] * 4 + [False] * 8
    assert "4 of 12 done, 8 not tried" in told.get("next_step", "")
    assert [item["id"] for item in rest.get("items", [])] == [str(at) for at in range(4, 12)]
    assert target.written == [str(at) for at in range(12)]


def test_plans_are_forgotten_after_a_quarter_of_an_hour() -> None:
    store, target = ClockedStore(), Waiting()
    plans = PlanStore(store, "account")

    async def run() -> None:
        plan = await plans.add("tool", draft_of(target), {"a": 1})
        store.ahead_s = PLAN_TTL_S - 5
        assert (await plans.get("tool", plan.plan_id, restore_as(target))).draft.changes == draft_of(target).changes
        with pytest.raises(InputError, match="There is no plan"):
            await PlanStore(store, "another account").get("tool", plan.plan_id, restore_as(target))
        store.ahead_s = PLAN_TTL_S + 5
        with pytest.raises(InputError, match="15 minutes"):
            await plans.get("tool", plan.plan_id, restore_as(target))

    asyncio.run(run())
