"""What a task asks, and asks again: each reply is to one question, and goes back with the state that came with it."""

from __future__ import annotations

import asyncio
from typing import Any

from mcp.types import CallToolRequestParams, ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult

from crm_mcp.call_tasks.running import CallTasks
from crm_mcp.store.engine import Store

YES, NO = ElicitResult(action="accept", content={"confirm": True}), ElicitResult(action="decline")


def ask(number: int) -> InputRequiredResult:
    """Return a question as a tool asks it, each time by the same name."""
    params = ElicitRequestFormParams(message=f"Question {number}?", requested_schema={"type": "object"})
    return InputRequiredResult(
        input_requests={"confirm": ElicitRequest(params=params)}, request_state=f"state {number}"
    )


class AskingTwice:
    """A call that asks twice before it is done, and notes what it is carried out with."""

    def __init__(self) -> None:
        self.params = CallToolRequestParams(name="update_project")
        self.seen: list[tuple[str | None, dict[str, Any]]] = []
        self.begun, self.done = asyncio.Event(), asyncio.Event()

    async def perform(self) -> Any:
        await self.begun.wait()
        replies = {name: reply.model_dump()["action"] for name, reply in (self.params.input_responses or {}).items()}
        self.seen.append((self.params.request_state, replies))
        if len(self.seen) < 3:
            return ask(len(self.seen))
        self.done.set()
        return {}


async def asked_by(tasks: CallTasks, task_id: str, question: str) -> str:
    """Wait until a task asks, and return the name of its question."""
    while True:
        task = await tasks.get(task_id)
        for name, request in task.get("inputRequests", {}).items():
            if request["params"]["message"] == question:
                return name
        await asyncio.sleep(0.01)


def test_a_late_reply_to_a_first_question_is_none_to_the_second() -> None:
    async def scene() -> AskingTwice:
        store, call = Store(), AskingTwice()
        tasks = CallTasks(store, lambda: "me", budget_s=0.02)
        task_id = (await tasks.call(call.params, call.perform))["taskId"]
        call.begun.set()
        first = await asked_by(tasks, task_id, "Question 1?")
        await tasks.reply(task_id, {first: YES})
        second = await asked_by(tasks, task_id, "Question 2?")
        await tasks.reply(task_id, {first: YES})
        await tasks.reply(task_id, {second: NO})
        await call.done.wait()
        await tasks.finish()
        await store.close()
        return call

    call = asyncio.run(scene())
    assert call.seen == [(None, {}), ("state 1", {"confirm": "accept"}), ("state 2", {"confirm": "decline"})]
