"""Who works with the service: assistants that write, one whose calls become tasks, and one who fetches exports."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Iterator
from dataclasses import dataclass, field

import httpx2
from mcp import Client, MCPError
from mcp.client.extension import ClientExtension, advertise
from mcp.client.session import ElicitationFnT
from mcp.types import CallToolResult, TextResourceContents

from tests.crm_mcp.safe_writes.playing import User
from tests.soak.account import CREATED_IN
from tests.soak.caller import Caller, UnderWay
from tests.soak.ledger import CallRecord, Ledger
from tests.soak.plan import Json, Step, Write
from tests.soak.team.service import connected
from tests.soak.told import Message, Reading, Told, read_result
from tests.support.task_play import TASKS, send
from tests.support.transports import Era

LONGEST_CALL_S = 100.0
PAUSE_S = 0.2
_RECORDS_OF_A_TASK = 6
_READS = 4
"""How often an export is read: behind a balancer that is by several servers."""


@dataclass
class Connection:
    """An assistant's way to the service, in place of a server of its own.

    Attributes:
        number: Whose it is.
        era: How its client begins.
        address: The balancer.
        lives: How often it was opened.
        breaks: How often it broke in a way that ended its client.
    """

    number: int
    era: Era
    address: str
    lives: int = 0
    breaks: int = 0

    @contextlib.asynccontextmanager
    async def running(self, url: str, user: ElicitationFnT, *extensions: ClientExtension) -> AsyncGenerator[Client]:
        """Connect; the address of the fake is of no use here."""
        del url
        self.lives += 1
        async with connected(self.address, self.era, user, *extensions) as client:
            yield client

    @contextlib.contextmanager
    def forgiving(self) -> Generator[None]:
        """Take it as it comes when the service is not there to connect to, or a client breaks down over a lost one.

        Raises:
            BaseExceptionGroup: Anything else happened, or no result came.
        """
        try:
            yield
        except* TimeoutError:
            raise
        except* (MCPError, httpx2.TransportError):
            self.breaks += 1

    def kill(self) -> bool:
        """Do nothing: servers are ended without regard to who calls."""
        return True


@dataclass
class Assistant(Caller):
    """Takes steps until its time is over; a client that still works is kept, though a call of it failed."""

    until_s: float = 0.0
    connection: Connection = field(kw_only=True)

    async def run(self, writes: int = 0, *, comes_back: bool = False) -> None:
        del writes, comes_back
        self._steps = self._draw(0)
        under_way = next(self._steps, None)
        while under_way:
            with self.connection.forgiving():
                async with self.connection.running(self.fake.url, self._answer) as client:
                    while under_way:
                        if await self._play(client, under_way):
                            under_way = next(self._steps, None)
            await asyncio.sleep(PAUSE_S)

    def _draw(self, writes: int) -> Iterator[UnderWay]:
        del writes
        while time.monotonic() < self.until_s:
            self.ledger.steps += 1
            yield UnderWay(self.planner.draw(), time.time())


@dataclass
class TaskAssistant:
    """Creates so many records a call that it becomes a task, and asks for that until it is over."""

    connection: Connection
    ledger: Ledger
    contact_id: str
    until_s: float
    figures: Counter[str]
    _drawn: int = 0

    async def run(self) -> None:
        step: Step | None = None
        while step or time.monotonic() < self.until_s:
            with self.connection.forgiving():
                async with self.connection.running("", User(), advertise(TASKS)) as client:
                    while step or time.monotonic() < self.until_s:
                        step = step or self._next_step()
                        if await self._call(client, step):
                            step = None
            await asyncio.sleep(PAUSE_S)

    def _next_step(self) -> Step:
        self.ledger.steps += 1
        writes: list[Write] = []
        for _ in range(_RECORDS_OF_A_TASK):
            self._drawn += 1
            marker = f"m{self.connection.number}x{self._drawn}z"
            writes.append(Write(marker, "address", "creates", "", CREATED_IN["address"], marker))
        records: Json = {"records": [{"contact_id": self.contact_id, "name": one.value} for one in writes]}
        return Step("create_address", records, writes, key=f"key-{writes[0].marker}")

    async def _call(self, client: Client, step: Step) -> bool:
        """Call once; tell whether every write is settled."""
        arguments = {**step.arguments, "idempotency_key": step.key}
        number, began_s = self.ledger.begin(), time.time()
        try:
            async with asyncio.timeout(LONGEST_CALL_S):
                reading = await self._finish(client, step, arguments)
        except MCPError as error:
            reading = _unanswered(step, str(error))
            await asyncio.sleep(PAUSE_S)
        call = CallRecord(number, self.connection.number, 0, step.tool, arguments, began_s, time.time(), reading.text)
        self.ledger.record(call, step, reading, began_s)
        return reading.is_settled

    async def _finish(self, client: Client, step: Step, arguments: Json) -> Reading:
        result = await send(client, "tools/call", name=step.tool, arguments=arguments)
        if result["resultType"] == "task":
            self.figures["tasks"] += 1
            task = await self._follow(client, result["taskId"])
            self.figures[f"tasks: {task['status']}"] += 1
            if task["status"] != "completed":
                return _unanswered(step, task.get("statusMessage", ""))
            result = task["result"]
        text = str(result["content"])
        if "is held only by the process" in text:
            self.figures["tasks: result lost"] += 1
            return _unanswered(step, text)
        return read_result(step, CallToolResult.model_validate(result))

    async def _follow(self, client: Client, task_id: str) -> Json:
        """Ask how a task stands, whichever server answers, until it is over."""
        while True:
            self.figures["polls"] += 1
            with contextlib.suppress(MCPError):
                task = await send(client, "tasks/get", taskId=task_id)
                if task["status"] not in ("working", "input_required"):
                    return task
            await asyncio.sleep(PAUSE_S)


def _unanswered(step: Step, text: str) -> Reading:
    return Reading([Message(Told.UNANSWERED, text)] * len(step.writes), text=text)


@dataclass
class ExportReader:
    """Makes exports, and reads each several times: whoever is reached must give the same."""

    connection: Connection
    until_s: float
    figures: Counter[str]
    problems: list[str]

    async def run(self) -> None:
        while time.monotonic() < self.until_s:
            with self.connection.forgiving():
                async with self.connection.running("", User()) as client:
                    while time.monotonic() < self.until_s:
                        with contextlib.suppress(MCPError):
                            await self._export(client)
                        await asyncio.sleep(PAUSE_S)
            await asyncio.sleep(PAUSE_S)

    async def _export(self, client: Client) -> None:
        asked = {"tool": "search_records", "arguments": {"module": "contact"}}
        async with asyncio.timeout(LONGEST_CALL_S):
            result = await client.call_tool("export_search", asked)
        assert isinstance(result, CallToolResult)
        if result.is_error:
            self.figures["exports: refused"] += 1
            return
        made: Json = result.structured_content or {}
        self.figures["exports"] += 1
        for _ in range(_READS):
            text = await self._read(client, made["uri"])
            self.figures["exports: read"] += 1
            if len(text.encode()) != made["bytes"]:
                self.problems.append(
                    f"an export of {made['bytes']} bytes was read as {len(text.encode())}: {text:.200}"
                )

    async def _read(self, client: Client, uri: str) -> str:
        while True:
            try:
                async with asyncio.timeout(LONGEST_CALL_S):
                    (content,) = (await client.read_resource(uri)).contents
            except MCPError as error:
                if "no such export" in str(error):
                    return str(error)
                self.figures["exports: read again"] += 1
                await asyncio.sleep(PAUSE_S)
            else:
                assert isinstance(content, TextResourceContents)
                return content.text
