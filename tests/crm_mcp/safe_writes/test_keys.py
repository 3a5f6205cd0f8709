"""The same call with the same idempotency key creates once, whatever became of the first answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from mcp import Client

from crm_mcp.errors import InputError, UnreachableError
from crm_mcp.safe_writes.draft import Change, Draft, Outcome, Target
from crm_mcp.safe_writes.gate import Call, SafeWriter
from crm_mcp.safe_writes.keys import MAX_KEYS, MAX_UNDER_WAY_S, KeyStore
from tests.crm_mcp.safe_writes.playing import Fake, play
from tests.crm_mcp.safe_writes.test_plans import Yes
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
        assert "may have been made" in await fail(client, tool, **arguments, idempotency_key="k")
        found = await call(client, tool, **arguments, idempotency_key="k")
        return found, await call(client, tool, **arguments, idempotency_key="k")

    found, again = play(scene)
    assert found == again
    assert all(ids_of(found))
    assert "The first attempt created it" in str(found)
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

    assert "is unknown: it could be" in play(scene)
    assert len(fake.writes()) == 3


def test_what_has_nothing_to_search_by_cannot_be_told(fake: Fake) -> None:
    fake.break_writes(RECORDS, "reset_after_commit")

    async def scene(client: Client) -> str:
        deal = {"module": "deal", "records": [{"phone": "12345"}], "idempotency_key": "k"}
        await fail(client, "create_records", **deal)
        return await fail(client, "create_records", **deal)

    assert "the CRM cannot be searched for what was sent" in play(scene)
    assert len(fake.writes()) == 1


def test_after_a_time_out_here_the_key_finds_what_was_made_there(fake: Fake) -> None:
    fake.break_writes("/Api/R3/ToDo", "latency", delay_s=5)

    async def scene(client: Client) -> Any:
        task = {"project_id": 6002, "comment": "Call", "idempotency_key": "k"}
        assert "may have been made" in await fail(client, "create_task", **task)
        return await call(client, "create_task", **task)

    assert "The first attempt created it" in play(scene, timeout_s=2)["message"]
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
    assert "Call again in a minute" in said
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


def test_keys_are_bounded_and_time_decides_what_is_surely_not_there() -> None:
    now = [0.0]
    store = KeyStore(lambda: now[0])
    first = store.get("tool", "k0", {"a": 1})
    for number in range(1, MAX_KEYS + 1):
        store.get("tool", f"k{number}", {})
    assert store.get("tool", "k0", {"a": 2}) is not first
    writer = SafeWriter(keys=store)

    async def build_draft() -> Draft:
        return Draft(TimesOut(), [Change({"a": 1}, {"a": 1})])

    async def create() -> None:
        await writer.perform(Call("tool", {}, build_draft, Yes(), key="k"))

    async def run() -> None:
        with pytest.raises(UnreachableError):
            await create()
        with pytest.raises(InputError, match="may still be creating it"):
            await create()
        now[0] += MAX_UNDER_WAY_S
        with pytest.raises(UnreachableError):
            await create()

    asyncio.run(run())
