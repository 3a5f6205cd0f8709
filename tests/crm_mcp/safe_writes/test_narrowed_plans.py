"""Plans of which rows were left out: exactly the chosen ones are written, once, whatever goes wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client

from crm_mcp.errors import InputError, RateLimitedError, RefusedError, UnreachableError
from crm_mcp.safe_writes.call import Call
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.consent.needed import MAX_UNPLANNED
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.writing.results import WriteResult
from tests.crm_mcp.safe_writes.playing import Fake, User, play
from tests.support.mcp_play import call, fail

PROJECTS = list(range(6001, 6015))
RENAME: dict[str, Any] = {"project_ids": PROJECTS, "fields": {"Name": "Same"}}


class Records(Target):
    """Records in memory, of which some meet a fault at their first write."""

    noun = "record"

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.value: dict[str, str] = {}
        self.times: dict[str, int] = {}
        self._faults = dict(faults)

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Return the changes beside what the records hold."""
        held = [{"a": self.value.get(one.record_id, "old")} for one in changes]
        return [replace(one, before=now, held=now) for one, now in zip(changes, held, strict=True)]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Write one record, or meet its fault."""
        (change,) = changes
        fault = self._faults.pop(change.record_id, "")
        if fault == "refused":
            raise RefusedError("No.", status=400)
        if fault == "haste":
            raise RateLimitedError("Too many requests.", status=429)
        if fault == "unreachable":
            raise UnreachableError("Nobody is there.")
        if fault == "lost before":
            raise UnreachableError("The connection broke.", may_have_been_done=True)
        self.value[change.record_id] = "new"
        self.times[change.record_id] = self.times.get(change.record_id, 0) + 1
        if fault == "lost after":
            raise UnreachableError("The connection broke.", may_have_been_done=True)
        return [{"ok": True, "id": change.record_id}]


class Asked:
    """Agrees to everything, and remembers what it was asked."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    async def require_confirmation(self, question: str) -> None:
        """Agree."""
        self.questions.append(question)

    async def report_progress(self, done: int, total: int) -> None:
        """Do nothing."""


_FAULTS = st.sampled_from(["refused", "haste", "unreachable", "lost before", "lost after"])


@st.composite
def _choices(draw: st.DrawFn) -> tuple[int, set[int], dict[str, str]]:
    size = draw(st.integers(1, 24))
    places = st.integers(0, size - 1)
    without = draw(st.sets(places, max_size=size - 1))
    faults = draw(st.dictionaries(places.map(str), _FAULTS, max_size=4))
    return size, without, faults


@given(_choices())
def test_exactly_the_chosen_rows_are_written_once_whatever_goes_wrong(
    choice: tuple[int, set[int], dict[str, str]],
) -> None:
    size, without, faults = choice
    target, confirmer, first = Records(faults), Asked(), SafeWriter()
    chosen = {str(at) for at in range(size)} - set(map(str, without))

    async def built() -> Draft:
        changes = [Change({"a": "new"}, {"a": "new"}, record_id=str(at), name=f"R{at}") for at in range(size)]
        return Draft(target, changes, is_batch=True, needs_refresh=True)

    async def ask(plan_id: str = "", left: Sequence[int] = ()) -> WriteResult:
        writer = SafeWriter(first.store)  # another process each time
        asking = Call("tool", {"a": 1}, built, restore_as(target), confirmer, plan_id=plan_id, without=left)
        return await writer.perform(asking if plan_id else replace(asking, dry_run=True))

    async def run() -> list[str]:
        planned = (await ask()).get("plan_id", "")
        result = await ask(planned, sorted(without))
        outcomes = {item["index"]: item for item in result.get("items", [])}
        for _ in range(len(faults)):
            if plan_id := result.get("plan_id"):
                result = await ask(plan_id)
                outcomes |= {item["index"]: item for item in result.get("items", [])}
        with pytest.raises(InputError, match="applied already"):
            await ask(planned, sorted(without))
        assert "plan_id" not in result
        return [str(place) for place, item in outcomes.items() if item["ok"]]

    told = asyncio.run(run())
    refused = {name for name, fault in faults.items() if fault == "refused"}
    assert target.times == dict.fromkeys(chosen - refused, 1)
    assert set(told) == chosen - refused
    assert bool(confirmer.questions) == (size > MAX_UNPLANNED)
    assert not [name for name in without for asked in confirmer.questions if f"R{name}" + '"' in asked]


@pytest.mark.slow
def test_the_user_is_asked_about_the_rows_that_were_chosen_and_the_others_stay_as_they_are(fake: Fake) -> None:
    user = User()

    async def scene(client: Client) -> tuple[Any, Any]:
        plan_id = (await call(client, "update_project", **RENAME))["plan_id"]
        written = await call(client, "update_project", plan_id=plan_id, without=[0, 13])
        return written, await call(client, "undo_write", write_id=written["write_id"])

    written, undone = play(scene, user=user)
    assert "Change 12 MiniCRM projects" in user.asked[0]
    assert "6001" not in user.asked[0]
    assert [item["ok"] for item in written["items"]] == [False, *[True] * 12, False]
    assert written["items"][0]["message"] == "Left out by the user: not written."
    assert len(fake.writes()) == 12 + 12
    assert undone["message"] == "14 of 14 taken back (2 had nothing to undo)."


@pytest.mark.slow
def test_leaving_rows_out_takes_no_question_away(fake: Fake) -> None:
    async def scene(client: Client) -> str:
        plan_id = (await call(client, "update_project", **RENAME, dry_run=True))["plan_id"]
        return await fail(client, "update_project", plan_id=plan_id, without=list(range(1, 14)))

    assert "needs the user's consent" in play(scene)
    assert "was declined" in play(scene, user=User("decline"))
    assert fake.writes() == []


@pytest.mark.slow
def test_what_was_left_out_is_kept_with_the_plan_over_a_restart(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MCP_STORE", "store")

    async def planned(client: Client) -> str:
        return (await call(client, "update_project", **RENAME))["plan_id"]

    plan_id = play(planned, user=User())

    async def broken_off(client: Client) -> Any:
        fake.break_writes("/Api/R3/Project/6003", "status", status=429)
        return await call(client, "update_project", plan_id=plan_id, without=[0, 13])

    def write(rest: str) -> Any:
        return play(lambda client: call(client, "update_project", plan_id=rest), user=User())

    rest = play(broken_off, user=User())["plan_id"]
    fake.mend()
    items = write(rest)["items"]
    assert [item["ok"] for item in items] == [True] * 11 + [False]
    assert fake.read("Project/6001")["Name"] != "Same"
    assert fake.read("Project/6014")["Name"] != "Same"
    assert json.dumps(fake.bodies()).count("Same") >= 12


@pytest.mark.slow
def test_a_key_stands_for_the_rows_that_were_chosen(fake: Fake) -> None:
    people = [{"first_name": f"New {number}"} for number in range(12)]
    arguments: dict[str, Any] = {"module": "contact", "records": people, "idempotency_key": "trip"}

    async def scene(client: Client) -> tuple[Any, Any]:
        plan_id = (await call(client, "create_records", **arguments))["plan_id"]
        first = await call(client, "create_records", plan_id=plan_id, without=[2])
        return first, await call(client, "create_records", **arguments)

    first, again = play(scene, user=User())
    assert [item.get("id") for item in again["items"]] == [item.get("id") for item in first["items"]]
    assert again["items"][2]["message"] == "Left out by the user: not written."
    sent = [record["first_name"] for body in fake.bodies() for record in body["Records"]]
    assert sent == [f"New {number}" for number in range(12) if number != 2]


@pytest.mark.slow
def test_a_choice_that_cannot_be_made_writes_nothing(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        plan_id = (await call(client, "update_project", **RENAME))["plan_id"]
        assert "has no row 14" in await fail(client, "update_project", plan_id=plan_id, without=[14])
        everything = list(range(14))
        assert "nothing to write" in await fail(client, "update_project", plan_id=plan_id, without=everything)
        assert "give its plan_id" in await fail(client, "update_project", **RENAME, without=[1])
        assert "no dry_run" in await fail(client, "update_project", plan_id=plan_id, without=[1], dry_run=True)
        assert fake.writes() == []
        await call(client, "update_project", plan_id=plan_id, without=[1])
        assert "without 1:" in await fail(client, "update_project", plan_id=plan_id, without=[2])

    play(scene, user=User())
    assert len(fake.writes()) == 13
