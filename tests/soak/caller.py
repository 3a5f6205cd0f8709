"""An assistant that writes: a call that failed it repeats a few times with the same key or plan, and then leaves it."""

from __future__ import annotations

import asyncio
import time
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
_FIRST_PAUSE_S = 0.05
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
    """

    step: Step
    began_s: float
    attempts: int = 0
    plan_id: str = ""
    is_direct: bool = False

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
        if is_new_plan or (was_dry_run and any(one.told is Told.DONE for one in reading.messages)):
            self.is_direct = False
        elif was_dry_run and all(one.told is Told.PENDING for one in reading.messages):
            self.is_direct = True
        if reading.plan_id or _is_plan_lost(reading) or any(one.told in SETTLED for one in reading.messages):
            self.plan_id = reading.plan_id
        return self.attempts >= MOST_ATTEMPTS or (not self.step.is_accepted and "said no" in reading.text)


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

    async def run(self, writes: int) -> None:
        """Take steps until so many writes were begun, over as many lives of the server as it needs."""
        left = writes
        under_way: UnderWay | None = None
        while left > 0 or under_way:
            async with self.server.running(self.fake.url, self._answer) as client:
                while left > 0 or under_way:
                    if under_way is None:
                        under_way = UnderWay(self.planner.draw(), time.time())
                        left -= len(under_way.step.writes)
                        self.ledger.steps += 1
                    if not await self._play(client, under_way):
                        break  # the server died
                    under_way = None

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
        for write, message in zip(under_way.step.writes, reading.messages, strict=True):
            if message.told is Told.DONE:
                self.planner.learn(write, message.thing_id)
        return True

    async def _call_once(self, client: Client, under_way: UnderWay) -> Reading:
        step, arguments = under_way.step, under_way.arguments()
        number, began_s = self.ledger.begin(), time.time()
        self.killer.begin_call(len(step.writes) if not under_way.attempts else 0, self.server.kill)
        try:
            reading = read_result(step, await self.call_tool(client, step.tool, arguments))
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
