"""The same call with the same idempotency key creates once, whatever became of the first answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from mcp import Client

from crm_mcp.errors import InputError, UnreachableError
from crm_mcp.safe_writes.call import Call
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.writing.attempts import MAX_UNDER_WAY_S
from crm_mcp.safe_writes.writing.results import WriteResult
from crm_mcp.store.engine import Store
from tests.crm_mcp.safe_writes.clocked_store import ClockedStore
from tests.crm_mcp.safe_writes.playing import Fake, Yes, play
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

RECORDS = "/API/Records.php"
EACH: dict[str, tuple[dict[str, Any], str]] = {
    "create_project": ({"module": "Sales", "contact_id": 5101, "name": "Bar"}, "/Api/R3/Project"),
    "create_contact": ({"type": "Person", "fields": {"FirstName": "Ida", "Email": "ida@k.example"}}, "/Api/R3/Contact"),
    "create_task": ({"project_id": 6002, "comment": "Call"}, "/Api/R3/ToDo"),
    "create_address": ({"contact_id": 5101, "name": "Shop"}, "/Api/R3/Address"),
    "create_records": ({"module": "contact", "records": [{"first_name": "Ida"}, {"first_name": "Eda"}]}, RECORDS),
    "create_note": ({"contact_id": 1, "text": "Hello"}, RECORDS),
}
"""Each tool that creates: a call, and where it writes."""


def ids_of(answer: Any) -> list[str]:
    return [answer["id"]] if "id" in answer else [item["id"] for item in answer["items"]]


@pytest.mark.parametrize("tool", EACH)
def test_a_key_gives_the_first_result_again_and_refuses_other_arguments(fake: Fake, tool: str) -> None:
    arguments, path = EACH[tool]
    other = {name: "Other" if name in ("name", "comment", "text") else value for name, value in arguments.items()}
    if tool == "create_contact":
        other = {"type": "Person", "fields": {"FirstName": "Other"}}
    if tool == "create_records":
        other = {"module": "contact", "records": [{"first_name": "Other"}]}

    async def scene(client: Client) -> None:
        first, second = await asyncio.gather(
            *(call(client, tool, **arguments, idempotency_key="k") for _ in range(2)),
        )
        assert first == second == await call(client, tool, **arguments, idempotency_key="k")
        assert "used with other arguments" in await fail(client, tool, **other, idempotency_key="k")

    play(scene)
    assert [one.split(" ")[1] for one in fake.writes()] == [path]


@pytest.mark.parametrize("tool", EACH)
def test_after_a_lost_answer_the_key_finds_what_was_made(fake: Fake, tool: str) -> None:
    arguments, path = EACH[tool]
    fake.break_writes(path, "reset_after_commit")

    async def scene(client: Client) -> tuple[Any, Any]:
        found = await call(client, tool, **arguments, idempotency_key="k")
        return found, await call(client, tool, **arguments, idempotency_key="k")

    found, again = play(scene)
    assert found == again
    assert all(ids_of(found))
    assert "The response was lost; it was looked for and is there" in str(found)
    assert len(fake.writes()) == 1


@pytest.mark.parametrize("tool", EACH)
def test_after_a_lost_request_the_key_creates_what_is_surely_not_there(fake: Fake, tool: str) -> None:
    arguments, path = EACH[tool]
    fake.break_writes(path, "reset")

    async def scene(client: Client) -> Any:
        await fail(client, tool, **arguments, idempotency_key="k")
        made = await call(client, tool, **arguments, idempotency_key="k")
        assert made == await call(client, tool, **arguments, idempotency_key="k")
        return made

    made = play(scene)
    assert all(ids_of(made))
    assert "The first attempt" not in str(made)
    assert len(fake.writes()) == 2


def test_a_refused_call_may_be_mended_and_repeated_with_its_key(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        task = {"project_id": 6002, "comment": "Call", "idempotency_key": "k"}
        assert "MiniCRM" in await fail(client, "create_task", **task, type="No such type")
        assert "not a date" in await fail(client, "create_task", **task, deadline="tomorrow")
        await call(client, "create_task", **task, type="Meeting")
        records = {"module": "company", "idempotency_key": "k"}
        failed = await call(client, "create_records", **records, records=[{"first_name": "No such field"}])
        assert not failed["items"][0]["ok"]
        made = await call(client, "create_records", **records, records=[{"name": "Firm"}])
        assert made["items"][0]["ok"]

    play(scene)
    assert [one.split("/")[-1] for one in fake.writes()] == ["ToDo", "ToDo", "Records.php", "Records.php"]


def test_where_two_could_be_it_the_key_cannot_tell_and_nothing_is_sent(fake: Fake) -> None:
    async def scene(client: Client) -> str:
        fake.break_writes("/Api/R3/ToDo", "reset")
        task = {"project_id": 6002, "comment": "Call", "idempotency_key": "k"}
        await fail(client, "create_task", **task)
        for _ in range(2):
            fake.change("ToDo", ProjectId=6002, Comment="Call")
        return await fail(client, "create_task", **task)

    assert "It could be" in play(scene)
    assert len(fake.writes()) == 3


def test_what_has_nothing_to_search_by_cannot_be_told(fake: Fake) -> None:
    fake.break_writes(RECORDS, "reset_after_commit")

    async def scene(client: Client) -> str:
        deal = {"module": "deal", "records": [{"phone": "12345"}], "idempotency_key": "k"}
        await fail(client, "create_records", **deal)
        return await fail(client, "create_records", **deal)

    assert "The CRM cannot be searched for what was sent" in play(scene)
    assert len(fake.writes()) == 1


def test_after_a_time_out_here_the_key_finds_what_was_made_there(fake: Fake) -> None:
    fake.break_writes("/Api/R3/ToDo", "latency", delay_s=5)

    async def scene(client: Client) -> Any:
        task = {"project_id": 6002, "comment": "Call", "idempotency_key": "k"}
        return await call(client, "create_task", **task)

    assert "it was looked for and is there" in play(scene, timeout_s=2)["message"]
    assert len(fake.writes()) == 1


@pytest.mark.parametrize("delay_s", [0, 5], ids=["of-a-gateway", "of-ours"])
def test_a_time_out_leaves_it_open_until_the_crm_must_have_ended(fake: Fake, delay_s: float) -> None:
    fake.break_writes("/Api/R3/ToDo", "status", status=504, body="gateway time-out", delay_s=delay_s)

    async def scene(client: Client) -> str:
        task = {"project_id": 6002, "comment": "Call", "idempotency_key": "k"}
        await fail(client, "create_task", **task)
        return await fail(client, "create_task", **task)

    said = play(scene, timeout_s=2)
    assert "may still be creating it" in said
    assert "Call again with the same key in a minute" in said
    assert len(fake.writes()) == 1


def test_a_dry_run_or_a_plan_uses_no_key_up(fake: Fake) -> None:
    async def scene(client: Client) -> None:
        note = {"contact_id": 1, "text": "Hello", "idempotency_key": "k"}
        await call(client, "create_note", **note, dry_run=True)
        await call(client, "create_note", contact_id=1, text="Other", idempotency_key="k")
        assert "other arguments" in await fail(client, "create_note", **note)
        await call(client, "create_note", **note | {"idempotency_key": "k2"})

    play(scene)
    assert len(fake.writes()) == 2


class TimesOut(Target):
    """Gives up on whatever it sends, and finds nothing of it."""

    noun = "record"

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Give up."""
        assert changes
        raise UnreachableError("", may_have_been_done=True, is_out_of_time=True)

    async def find_alike(self, change: Change) -> dict[str, bool]:
        """Find nothing."""
        assert change.sent
        return {}


class Deaf(Target):
    """Creates a record and loses the response; finds it once it `hears` again."""

    noun = "record"

    def __init__(self) -> None:
        self.created: list[str] = []
        self.hears = True

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Create, and hear no more."""
        self.created += [str(len(self.created) + 1) for _ in changes]
        self.hears = False
        raise UnreachableError("lost.", may_have_been_done=True)

    async def find_alike(self, change: Change) -> dict[str, bool]:
        """Find what was created."""
        assert change.sent
        if not self.hears:
            raise UnreachableError("Nothing was changed.")
        return dict.fromkeys(self.created, True)


def test_what_cannot_be_looked_for_either_stays_open_and_is_found_later_by_the_same_call_in_another_process() -> None:
    store, target = Store(), Deaf()

    async def build_draft() -> Draft:
        return Draft(target, [Change({"a": 1}, {"a": 1})])

    async def create() -> WriteResult:
        return await SafeWriter(store).perform(Call("tool", {}, build_draft, restore_as(target), Yes(), key="k"))

    async def run() -> WriteResult:
        with pytest.raises(InputError, match="same idempotency_key"):
            await create()
        with pytest.raises(InputError, match="still cannot be told") as refused:
            await create()
        assert "Nothing was changed" not in str(refused.value)
        target.hears = True
        return await create()

    found = asyncio.run(run())
    assert found.get("id") == "1"
    assert "The first attempt created it" in found.get("message", "")
    assert target.created == ["1"]


def test_time_decides_what_is_surely_not_there() -> None:
    store = ClockedStore()

    async def build_draft() -> Draft:
        return Draft(TimesOut(), [Change({"a": 1}, {"a": 1})])

    async def create() -> None:
        restore = restore_as(TimesOut())
        await SafeWriter(store).perform(Call("tool", {}, build_draft, restore, Yes(), key="k"))

    async def run() -> None:
        with pytest.raises(InputError, match="same idempotency_key"):
            await create()
        with pytest.raises(InputError, match="may still be creating it"):
            await create()
        store.ahead_s = MAX_UNDER_WAY_S
        with pytest.raises(InputError, match="same idempotency_key"):
            await create()

    asyncio.run(run())
