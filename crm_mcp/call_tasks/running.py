"""Tasks as they run: each is in the store before its client hears of it, and its process holds a lease on it.

A task whose lease is free and which is not over died with its process, and says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from mcp import MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS, CallToolRequestParams, InputRequiredResult, InputResponses
from pydantic import BaseModel

from crm_mcp.call_tasks import rows
from crm_mcp.call_tasks.rows import Status, TaskRow
from crm_mcp.crm.call import Call, without_deadline
from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.errors import StoreError
from crm_mcp.store.engine import Store
from crm_mcp.store.leases import Leases

Json = dict[str, Any]
Perform = Callable[[], Awaitable[Any]]
"""Carries out a call, and returns its result as the SDK has it."""

_QUICK_S = 2.0
"""A call that ends within this, and within half of its time, is answered plainly."""
_LOOKED_IN_EVERY_S = 2.0
_POLLED_EVERY_MS = 1_000
_MOST_RESULTS = 100

_Outcome = tuple[Status, str, Json]
"""Status, message, and the result or the error by its name."""

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Running:
    """A task of this process.

    Attributes:
        params: The call; replies to questions are put into it before it is carried out again.
        perform: Carries it out.
        work: What is carried out now.
        call: What tells the work to write nothing more.
        asked: The questions that wait for a reply.
        replied: Set once there are replies.
    """

    params: CallToolRequestParams
    perform: Perform
    work: asyncio.Task[Any]
    call: Call
    asked: InputRequiredResult | None = None
    replied: asyncio.Event = field(default_factory=asyncio.Event)


class CallTasks:
    """The tasks of one server; see `TasksExtension` for the arguments."""

    def __init__(self, store: Store, owner: Callable[[], str], budget_s: float) -> None:
        self._store = store
        self._owner = owner
        self._quick_s = min(_QUICK_S, budget_s / 2) if budget_s else _QUICK_S
        self._leases = Leases(store)
        self._running: dict[str, _Running] = {}
        self._followers: set[asyncio.Task[None]] = set()
        self._outcomes = ExpiringMap[str, Json](rows.TTL_S, max_items=_MOST_RESULTS)
        """Of the tasks of this process, also where nothing that was read is kept on disk."""

    async def call(self, params: CallToolRequestParams, perform: Perform) -> Any:  # noqa: ANN401  # the SDK's result
        """Return the result of a call, or the task that it has become."""
        work, outer = _begin(perform)
        try:
            await asyncio.wait({work}, timeout=self._quick_s)
        except asyncio.CancelledError:
            work.cancel()
            raise
        if work.done():
            return work.result()
        try:
            row = await self._make_task(_Running(params, perform, work, outer))
        except StoreError as error:
            _log.warning("a call that takes long could not become a task: %s", error.args[0])
            try:
                return await perform()  # the same call, which waits for the same work
            finally:
                work.cancel()
        return {"resultType": "task", **_shown(row)}

    async def get(self, task_id: str) -> Json:
        """Return how a task stands, with its result once it is completed.

        Raises:
            MCPError: There is no such task.
        """
        row = await self._read(task_id)
        if not row.is_over and task_id not in self._running and await self._leases.is_free(_lease_of(task_id)):
            row = await self._end_dead(row)
        shown: Json = {"resultType": "complete", **_shown(row)}
        running = self._running.get(task_id)
        if row.status == "input_required":
            if running is None or running.asked is None:  # its own process shows the questions
                return {**shown, "status": "working"}
            asked = running.asked.model_dump(mode="json", by_alias=True, exclude_none=True)
            return {**shown, "inputRequests": asked.get("inputRequests", {})}
        return {**shown, **self._outcome(row)}

    async def cancel(self, task_id: str) -> Json:
        """End a task: what it reads is given up, what it writes is finished and recorded, and nothing more begun.

        Raises:
            MCPError: There is no such task.
        """
        row = await self._read(task_id)
        if not row.is_over:
            await self._store.run(lambda transaction: rows.cancel(transaction, task_id))
        if (running := self._running.get(task_id)) is not None:
            _stop(running)
        return {"resultType": "complete"}

    async def reply(self, task_id: str, replies: InputResponses) -> Json:
        """Go on with a task by the replies to its questions; those to others are ignored.

        Raises:
            MCPError: There is no such task, or another process puts its questions.
        """
        row = await self._read(task_id)
        running = self._running.get(task_id)
        if running is None and not row.is_over:
            raise MCPError(INVALID_PARAMS, "Another process works on this task: send the reply to that one.")
        if running is not None and running.asked is not None:
            known = {name: reply for name, reply in replies.items() if name in (running.asked.input_requests or {})}
            if known:
                running.params.input_responses = known
                running.params.request_state = running.asked.request_state
                running.replied.set()
        return {"resultType": "complete"}

    async def finish(self) -> None:
        """Let go of all tasks: whoever asks for one is told that its process ended."""
        for running in self._running.values():
            running.work.cancel()
        for follower in self._followers:
            follower.cancel()
        if self._followers:
            await asyncio.wait(self._followers)

    async def _make_task(self, running: _Running) -> TaskRow:
        made: asyncio.Future[TaskRow] = asyncio.get_running_loop().create_future()
        follower = asyncio.create_task(self._follow(running, made))
        self._followers.add(follower)
        follower.add_done_callback(self._followers.discard)
        return await made

    async def _follow(self, running: _Running, made: asyncio.Future[TaskRow]) -> None:
        """Hold a task's lease, make its row, and keep that as the task stands until it is over."""
        task_id, owner, tool = f"task-{secrets.token_urlsafe(24)}", self._owner(), running.params.name
        try:
            async with self._leases.hold(_lease_of(task_id), wait_s=0, what="Another process"):
                told = f"{tool} is being worked on."
                row = await self._store.run(lambda transaction: rows.add(transaction, task_id, owner, tool, told))
                self._running[task_id] = running
                made.set_result(row)
                try:
                    await self._carry_out(task_id, running)
                finally:
                    del self._running[task_id]
        except StoreError as error:
            if not made.done():
                made.set_exception(error)
            _log.warning("how a task stands could not be kept: %s", error.args[0])

    async def _carry_out(self, task_id: str, running: _Running) -> None:
        while True:
            await self._wait_for_work(task_id, running)
            outcome: InputRequiredResult | _Outcome = _outcome_of(running)
            if not isinstance(outcome, InputRequiredResult):
                break
            running.asked = outcome
            await self._set(task_id, "input_required", "It waits for the reply to a question.")
            if not await self._wait_for_reply(task_id, running):
                outcome = ("cancelled", "It was cancelled before its question was answered. Nothing was written.", {})
                break
            running.asked = None
            running.replied.clear()
            await self._set(task_id, "working", f"{running.params.name} is being worked on.")
            running.work, running.call = _begin(running.perform)
        status, message, result = outcome
        self._outcomes.put(task_id, result)
        await self._set(task_id, status, message, result)

    async def _wait_for_work(self, task_id: str, running: _Running) -> None:
        while not running.work.done():
            await asyncio.wait({running.work}, timeout=_LOOKED_IN_EVERY_S)
            if not running.work.done() and await self._is_cancelled(task_id):
                _stop(running)

    async def _wait_for_reply(self, task_id: str, running: _Running) -> bool:
        """Wait for the reply to a question; tell whether it came, since the client may end the task instead."""
        while not running.replied.is_set():
            if running.call.stop.is_set() or await self._is_cancelled(task_id):
                return False
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(running.replied.wait(), _LOOKED_IN_EVERY_S)
        return True

    async def _is_cancelled(self, task_id: str) -> bool:
        try:
            return await self._store.run(lambda transaction: rows.look_in(transaction, task_id))
        except StoreError:
            return False

    async def _set(self, task_id: str, status: Status, message: str, result: Json | None = None) -> None:
        text = json.dumps(result) if result and self._store.keeps_reads else None
        await self._store.run(lambda transaction: rows.update(transaction, task_id, status, message, text))

    async def _read(self, task_id: str) -> TaskRow:
        owner = self._owner()
        row = await self._store.run(lambda transaction: rows.read(transaction, owner, task_id))
        if row is None:
            raise MCPError(INVALID_PARAMS, "There is no such task, or it was made more than an hour ago.")
        return row

    async def _end_dead(self, row: TaskRow) -> TaskRow:
        message = (
            f"The server process that worked on it ended. Call {row.tool} again with the same arguments: what was read "
            "is read anew, what was written is told, and nothing is written twice."
        )
        await self._set(row.task_id, "failed", message)
        return await self._read(row.task_id)

    def _outcome(self, row: TaskRow) -> Json:
        """Return the result or the error of a task that is over."""
        kept = self._outcomes.get(row.task_id) or (json.loads(row.outcome) if row.outcome else None)
        if kept is not None:
            return kept
        if row.status == "completed":
            text = f"It was done, but its result is held only by the process that did it. Call {row.tool} again."
            return {"result": {"content": [{"type": "text", "text": text}], "isError": True, "resultType": "complete"}}
        return {"error": {"code": INTERNAL_ERROR, "message": row.message}} if row.status == "failed" else {}


def _begin(perform: Perform) -> tuple[asyncio.Task[Any], Call]:
    """Carry a call out to its end, however long that takes."""

    async def work() -> Any:  # noqa: ANN401  # the SDK's result
        return await perform()

    with without_deadline() as outer:
        return asyncio.create_task(work()), outer


def _stop(running: _Running) -> None:
    running.call.stop.set()
    running.work.cancel()


def _outcome_of(running: _Running) -> InputRequiredResult | _Outcome:
    """Return what came of a call: its questions, or how it ended."""
    tool = running.params.name
    if running.work.cancelled():
        again = f"Call {tool} again with the same arguments to see what was written before, if anything was."
        return "cancelled", f"It was cancelled. {again}", {}
    error = running.work.exception()
    if isinstance(error, MCPError):
        return "failed", error.error.message, {"error": _as_json(error.error)}
    if error is not None:  # a crash: its text reaches nobody
        message = f"{tool} failed for a reason of its own."
        return "failed", message, {"error": {"code": INTERNAL_ERROR, "message": message}}
    result = running.work.result()
    if isinstance(result, InputRequiredResult):
        return result
    return "completed", f"{tool} is done.", {"result": _as_json(result)}


def _as_json(result: object) -> Json:
    if isinstance(result, BaseModel):
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dict(cast("Mapping[str, Any]", result)) if isinstance(result, Mapping) else {}


def _shown(row: TaskRow) -> Json:
    return {
        "taskId": row.task_id,
        "status": row.status,
        "statusMessage": row.message,
        "createdAt": _moment(row.made_at),
        "lastUpdatedAt": _moment(row.updated_at),
        "ttlMs": round((row.expires_at - row.made_at) * 1000),
        "pollIntervalMs": _POLLED_EVERY_MS,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _lease_of(task_id: str) -> str:
    return f"task {task_id}"
