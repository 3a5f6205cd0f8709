"""An assistant that writes: a call that failed it repeats a few times with the same key or plan, and then leaves it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mcp import Client, MCPError
from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult

from tests.soak.kills import Killer
from tests.soak.ledger import CallRecord, Ledger
from tests.soak.plan import Json, Planner, Step
from tests.soak.processes import FakeProcess, ServerProcess
from tests.soak.told import SETTLED, Message, Reading, Told, read_result

MOST_ATTEMPTS = 8
_FIRST_PAUSE_S = 0.02
_COME_BACK_S = 61.0
"""What was left unknown is asked for again after this time: a CRM may be at work on a write for a minute."""
_LONGEST_CALL_S = 100.0


@dataclass
class UnderWay:
    """A step under way, which goes on with another server where the first one dies.

    Attributes:
        step: The step.
        began_s: When its first call began.
        attempts: How many results it had that did not settle it.
        plan_id: The plan to apply next.
        is_direct: Whether a dry run found nothing to plan, so that the tool itself is called.
        left_s: When it was left with something unknown.
        told: What was told last of each write.
    """

    step: Step
    began_s: float
    attempts: int = 0
    plan_id: str = ""
    is_direct: bool = False
    left_s: float = 0.0
    told: Sequence[Message] = ()

    def __post_init__(self) -> None:
        self.told = [Message(Told.PENDING)] * len(self.step.writes)

    def arguments(self) -> Json:
        """Return the arguments of its next call."""
        if self.plan_id:
            return {"plan_id": self.plan_id}
        keyed = {"idempotency_key": self.step.key} if self.step.key else {}
        planned = {"dry_run": True} if self.step.is_planned and not self.is_direct else {}
        return {**self.step.arguments, **keyed, **planned}

    def take(self, reading: Reading) -> bool:
        """Take the result of a call; return whether nothing more is to be called."""
        if reading.is_settled:
            return True
        was_dry_run = self.step.is_planned and not self.is_direct and not self.plan_id
        is_new_plan = bool(reading.plan_id) and reading.plan_id != self.plan_id
        self.attempts += not is_new_plan
        if is_new_plan or (was_dry_run and any(one.told in SETTLED for one in reading.messages)):
            self.is_direct = False
        elif was_dry_run and all(one.told is Told.PENDING for one in reading.messages):
            self.is_direct = True
        if reading.plan_id or _is_plan_lost(reading) or any(one.told in SETTLED for one in reading.messages):
            self.plan_id = reading.plan_id
        is_refused = not self.step.is_accepted and "said no" in reading.text
        return self.attempts >= MOST_ATTEMPTS or "in a minute" in reading.text or is_refused


def _is_plan_lost(reading: Reading) -> bool:
    return any(words in reading.text for words in ("There is no plan", "applied already", "new plan"))


@dataclass
class Caller:
    """One host with its server, and the steps it takes."""

    planner: Planner
    server: ServerProcess
    fake: FakeProcess
    ledger: Ledger
    killer: Killer
    user_accepts: bool = field(default=True, init=False)
    _steps: Iterator[UnderWay] = field(init=False, repr=False)
    _left: list[UnderWay] = field(default_factory=list[UnderWay], init=False)

    async def run(self, writes: int, *, comes_back: bool) -> None:
        """Take steps until so many writes were begun, over as many lives of the server as it needs.

        Args:
            writes: How many.
            comes_back: Whether what was left unknown is called once more, a minute later.
        """
        self._steps = self._draw(writes)
        under_way = next(self._steps, None)
        while under_way:
            async with self.server.running(self.fake.url, self._answer) as client:
                while under_way and await self._play(client, under_way):
                    under_way = next(self._steps, None) or (await self._come_back() if comes_back else None)

    def _draw(self, writes: int) -> Iterator[UnderWay]:
        while writes > 0:
            step = self.planner.draw()
            writes -= len(step.writes)
            self.ledger.steps += 1
            yield UnderWay(step, time.time())

    async def _come_back(self) -> UnderWay | None:
        if not self._left:
            return None
        under_way = self._left.pop(0)
        await asyncio.sleep(max(0.0, under_way.left_s + _COME_BACK_S - time.time()))
        under_way.attempts = 0
        return under_way

    async def _play(self, client: Client, under_way: UnderWay) -> bool:
        """Call until a step is at its end; return whether it came to that, and the server did not die before."""
        self.user_accepts = under_way.step.is_accepted
        while True:
            reading = await self._call_once(client, under_way)
            if any(one.told is Told.UNANSWERED for one in reading.messages):
                return False
            if under_way.take(reading):
                break
            await asyncio.sleep(_FIRST_PAUSE_S * 2 ** min(under_way.attempts, 5))
        if any(one.told is Told.UNKNOWN for one in reading.messages) and not under_way.left_s:
            under_way.left_s = time.time()
            self._left.append(under_way)
        for write, message in zip(under_way.step.writes, reading.messages, strict=True):
            if message.told is Told.DONE and message.thing_id:
                self.planner.learn(write, message.thing_id)
        return True

    async def _call_once(self, client: Client, under_way: UnderWay) -> Reading:
        step, arguments = under_way.step, under_way.arguments()
        number, began_s = self.ledger.begin(), time.time()
        self.killer.begin_call(len(step.writes) if not under_way.attempts else 0, self.server.kill)
        try:
            result = await self.call_tool(client, step.tool, arguments)
            reading = read_result(step, result).after(under_way.told)
            under_way.told = reading.messages
        except MCPError as error:
            reading = Reading([Message(Told.UNANSWERED, str(error))] * len(step.writes), text=str(error))
        call = CallRecord(
            number, self.server.number, self.server.lives, step.tool, arguments, began_s, time.time(), reading.text
        )
        self.ledger.record(call, step, reading, under_way.began_s)
        return reading

    async def call_tool(self, client: Client, tool: str, arguments: Json) -> CallToolResult:
        """Call a tool.

        Raises:
            MCPError: The server died.
            TimeoutError: No result came.
        """
        async with asyncio.timeout(_LONGEST_CALL_S):
            result = await client.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        return result

    async def _answer(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context, params
        await asyncio.sleep(0)
        if self.user_accepts:
            return ElicitResult(action="accept", content={"confirm": True})
        return ElicitResult(action="decline")
