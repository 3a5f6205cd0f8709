"""Several servers on one account and one store: a plan or a key begun in one is continued in another, never doubled."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult

from mockserver.fake_process import FakeServer, running_fake
from tests.crm_mcp.safe_writes.playing import User
from tests.soak.account import build_seed, first_ids
from tests.soak.plan import MARKER, Json, Step, Write
from tests.soak.processes import ServerProcess
from tests.soak.told import OPEN, Reading, Told, read_result
from tests.support.transports import ERAS, Era

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MANY = 30
LONGEST_WAIT_S = 30.0
PROJECT = first_ids(0, 1)[0]


@dataclass
class Scene:
    """The fake, and servers on one store."""

    fake: FakeServer
    folder: Path
    servers: int = 0

    def server(self, era: Era = "auto") -> ServerProcess:
        self.servers += 1
        return ServerProcess(self.servers, self.folder, self.folder / "store", era)

    def control(self, method: str, name: str, body: object = None) -> Any:
        url = f"{self.fake.url}/_control/{name}"
        return httpx.request(method, url, json=body, trust_env=False).raise_for_status().json()

    def slow_down_writes(self, delay_s: float) -> None:
        slow = {"match": {"method": "PUT"}, "fault": {"kind": "latency", "delay_s": delay_s}}
        self.control("PUT", "faults", {"rules": [slow]})

    def sent(self) -> list[str]:
        """Return the comment of each task that was asked for, in order."""
        return [entry["body"]["Comment"] for entry in self.control("GET", "requests?method=PUT")]

    async def wait_for_sent(self, count: int) -> None:
        while len(await asyncio.to_thread(self.sent)) < count:  # noqa: ASYNC110  # another process sends
            await asyncio.sleep(0.01)

    def tasks(self) -> Counter[str]:
        """Return how often each comment stands among the tasks of the project."""
        url = f"{self.fake.url}/Api/R3/ToDoList/{PROJECT}?Status=All"
        listed = httpx.get(url, auth=("10001", "demo-api-key"), trust_env=False).raise_for_status().json()
        return Counter(row["Comment"] for row in listed["Results"] if MARKER.search(row["Comment"]))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(build_seed(1, 2)))
    with running_fake("--seed", str(seed)) as server:
        yield Scene(server, tmp_path)


def new_tasks(count: int) -> Step:
    writes = [Write(f"m0x{at}z", "task", "creates", "", "Comment", f"m0x{at}z") for at in range(count)]
    records: Json = {"records": [{"project_id": PROJECT, "comment": one.value} for one in writes]}
    return Step("create_task", records, writes, key="the-key")


async def call(client: Client, step: Step, **arguments: object) -> Reading:
    result = await client.call_tool(step.tool, dict(arguments))
    assert isinstance(result, CallToolResult)
    return read_result(step, result)


async def plan(client: Client, step: Step) -> str:
    planned = await call(client, step, **step.arguments, dry_run=True)
    assert planned.plan_id, planned.text
    return planned.plan_id


async def call_until_told(client: Client, step: Step, **arguments: object) -> Reading:
    """Call the same again until nothing is open, or it stays as it is."""
    until = time.monotonic() + LONGEST_WAIT_S
    reading = await call(client, step, **arguments)
    while not reading.is_settled and time.monotonic() < until:
        await asyncio.sleep(0.2)
        arguments = {"plan_id": reading.plan_id} if reading.plan_id else arguments
        reading = (await call(client, step, **arguments)).after(reading.messages)
    return reading


def assert_told_is_true(step: Step, reading: Reading, there: Counter[str]) -> None:
    assert max(there.values(), default=0) <= 1, there
    for write, message in zip(step.writes, reading.messages, strict=True):
        is_there = there[write.value] == 1
        if message.told is Told.DONE:
            assert is_there, (write, message)
        elif message.told not in OPEN:
            assert not is_there, (write, message)


@pytest.mark.parametrize("era", ERAS)
def test_a_plan_whose_process_was_killed_is_finished_by_its_id_in_another(scene: Scene, era: Era) -> None:
    step, user = new_tasks(MANY), User()

    async def run() -> Reading:
        first = scene.server(era)
        async with first.running(scene.fake.url, user) as client:
            plan_id = await plan(client, step)
            scene.slow_down_writes(0.05)
            applying = asyncio.create_task(call(client, step, plan_id=plan_id))
            await scene.wait_for_sent(10)
            first.kill()
            with pytest.raises(MCPError):
                await applying
        async with scene.server(era).running(scene.fake.url, user) as client:
            return await call_until_told(client, step, plan_id=plan_id)

    reading = asyncio.run(run())
    there = scene.tasks()
    assert_told_is_true(step, reading, there)
    assert reading.is_settled, reading.text
    assert len(there) == MANY


def test_two_processes_with_one_key_at_the_same_time_create_it_once(scene: Scene) -> None:
    step = new_tasks(3)

    async def run() -> list[Reading]:
        async with (
            scene.server().running(scene.fake.url, User()) as one,
            scene.server().running(scene.fake.url, User()) as other,
        ):
            scene.slow_down_writes(0.2)
            arguments = {**step.arguments, "idempotency_key": step.key}
            return await asyncio.gather(*(call_until_told(client, step, **arguments) for client in (one, other)))

    readings = asyncio.run(run())
    there = scene.tasks()
    assert there == Counter(one.value for one in step.writes)
    for reading in readings:
        assert reading.is_settled, reading.text
    assert [one.thing_id for one in readings[0].messages] == [one.thing_id for one in readings[1].messages]


def test_two_processes_that_apply_one_plan_write_it_once(scene: Scene) -> None:
    step = new_tasks(12)

    async def run() -> list[Reading]:
        async with (
            scene.server().running(scene.fake.url, User()) as one,
            scene.server().running(scene.fake.url, User()) as other,
        ):
            plan_id = await plan(one, step)
            scene.slow_down_writes(0.05)
            return await asyncio.gather(*(call_until_told(client, step, plan_id=plan_id) for client in (one, other)))

    readings = asyncio.run(run())
    there = scene.tasks()
    assert there == Counter(one.value for one in step.writes)
    for reading in readings:
        assert_told_is_true(step, reading, there)
    assert any(reading.is_settled for reading in readings)


@pytest.mark.parametrize("ending", ["SIGTERM", "end of stdin"])
def test_a_server_that_ends_in_the_midst_of_a_plan_finishes_one_write_and_begins_no_other(
    scene: Scene, ending: str
) -> None:
    step, user = new_tasks(MANY), User()

    async def run() -> Reading:
        first, begun = scene.server(), 0
        applying: list[asyncio.Task[Reading]] = []
        async with scene.server().running(scene.fake.url, user) as other:
            plan_id = await plan(other, step)
            with contextlib.suppress(MCPError):
                async with first.running(scene.fake.url, user) as client:
                    scene.slow_down_writes(0.3)
                    applying.append(asyncio.create_task(call(client, step, plan_id=plan_id)))
                    await scene.wait_for_sent(3)
                    begun = len(scene.sent())
                    if ending == "SIGTERM":
                        first.send(signal.SIGTERM)
                        await asyncio.gather(*applying, return_exceptions=True)
            (told,) = await asyncio.gather(*applying, return_exceptions=True)
            if isinstance(told, BaseException):
                told = await call(other, step, plan_id=plan_id)
            assert len(scene.sent()) <= begun + 1
            assert sum(one.told is Told.DONE for one in told.messages) == len(scene.sent()), told.text
            assert not [one for one in told.messages if one.told is Told.UNKNOWN]
            scene.control("DELETE", "faults")
            rest = await call_until_told(other, step, plan_id=told.plan_id)
            return rest.after(told.messages)

    reading = asyncio.run(run())
    there = scene.tasks()
    assert_told_is_true(step, reading, there)
    assert reading.is_settled
    assert len(there) == MANY
