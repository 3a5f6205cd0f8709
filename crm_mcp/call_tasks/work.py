"""The call behind a task: it is carried out, asks, is carried out again with the replies, and ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from mcp import MCPError
from mcp.types import INTERNAL_ERROR, CallToolRequestParams, InputRequiredResult, InputResponses
from pydantic import TypeAdapter

from crm_mcp.call_tasks.rows import Status
from crm_mcp.call_tasks.shown import Json, as_json
from crm_mcp.crm.call import Call, without_deadline

Perform = Callable[[], Awaitable[Any]]
"""Carries out a call, and returns its result as the SDK has it."""
Outcome = tuple[Status, str, Json]
"""Status, message, and the result or the error by its name."""


@dataclass(eq=False, slots=True)
class Running:
    """The call of a task of this process.

    Attributes:
        params: The call; replies to questions are put into it before it is carried out again.
        perform: Carries it out.
        work: What is carried out now.
        call: What tells the work to write nothing more.
        asked: The questions that wait for a reply.
        questions: How many times it has asked.
        replied: Set once there are replies.
    """

    params: CallToolRequestParams
    perform: Perform
    work: asyncio.Task[Any]
    call: Call
    asked: InputRequiredResult | None = None
    questions: int = 0
    replied: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def tool(self) -> str:
        """The name of the tool that is called."""
        return self.params.name

    def stop(self) -> None:
        """Give up what it reads; a write that it has begun is finished, and nothing more written."""
        self.call.stop.set()
        self.work.cancel()

    def ask(self, questions: InputRequiredResult) -> Json:
        """Note questions, and return them under names that no other one has: a late reply must not be one to them."""
        self.asked, self.questions = questions, self.questions + 1
        asked = as_json(questions).get("inputRequests", {})
        return {f"{name}#{self.questions}": question for name, question in asked.items()}

    def go_on(self, replies: Json) -> None:
        """Begin the call again, with replies to what it asked."""
        assert self.asked is not None
        named = {name.rpartition("#")[0]: reply for name, reply in replies.items()}
        self.params.input_responses = TypeAdapter(InputResponses).validate_python(named)
        self.params.request_state = self.asked.request_state
        self.asked = None
        self.work, self.call = begin(self.perform)

    def outcome(self) -> InputRequiredResult | Outcome:
        """Return what came of the work once it is done: questions, or how it ended."""
        if self.work.cancelled():
            again = f"Call {self.tool} again with the same arguments to see what was written before, if anything was."
            return "cancelled", f"It was cancelled. {again}", {}
        error = self.work.exception()
        if isinstance(error, MCPError):
            return "failed", error.error.message, {"error": as_json(error.error)}
        if error is not None:  # a crash: its text reaches nobody
            message = f"{self.tool} failed for a reason of its own."
            return "failed", message, {"error": {"code": INTERNAL_ERROR, "message": message}}
        result = self.work.result()
        if isinstance(result, InputRequiredResult):
            return result
        return "completed", f"{self.tool} is done.", {"result": as_json(result)}


def begin(perform: Perform) -> tuple[asyncio.Task[Any], Call]:
    """Carry a call out to its end, however long that takes."""

    async def work() -> Any:  # noqa: ANN401  # the SDK's result
        return await perform()

    with without_deadline() as outer:
        return asyncio.create_task(work()), outer
