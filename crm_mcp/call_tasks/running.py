"""Tasks as they run: each is in the store before its client hears of it, and its process holds a lease on it.

A task whose lease is free and which is not over died with its process, and says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from mcp import MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS, CallToolRequestParams, InputRequiredResult, InputResponses
from pydantic import BaseModel, TypeAdapter

from crm_mcp.call_tasks.records import Kept, TaskRecords, Wishes, lease_of
from crm_mcp.call_tasks.rows import Status, TaskRow
from crm_mcp.crm.call import Call, without_deadline
from crm_mcp.errors import StoreError
from crm_mcp.store.engine import Store
from crm_mcp.store.leases import Leases

Json = dict[str, Any]
Perform = Callable[[], Awaitable[Any]]
"""Carries out a call, and returns its result as the SDK has it."""

_QUICK_S = 2.0
"""A call that ends within this, and within half of its time, is answered plainly."""
_LOOKED_IN_EVERY_S = 2.0
_REPLIES_LOOKED_FOR_EVERY_S = 0.5
_POLLED_EVERY_MS = 1_000

_DIED = (
    "The server process that worked on it ended. Call {tool} again with the same arguments: what was read "
    "is read anew, what was written is told, and nothing is written twice."
)

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


class CallTasks:
    """The tasks of one server; see `TasksExtension` for the arguments."""

    def __init__(self, store: Store, owner: Callable[[], str], budget_s: float) -> None:
        self._records = TaskRecords(store, owner)
        self._quick_s = min(_QUICK_S, budget_s / 2) if budget_s else _QUICK_S
        self._leases = Leases(store)
        self._running: dict[str, _Running] = {}
        self._followers: set[asyncio.Task[None]] = set()

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
            task_id, row = await self._make_task(_Running(params, perform, work, outer))
        except StoreError as error:
            _log.warning("a call that takes long could not become a task: %s", error.args[0])
            try:
                return await perform()  # the same call, which waits for the same work
            finally:
                work.cancel()
        return {"resultType": "task", **_shown(task_id, row)}

    async def get(self, task_id: str) -> Json:
        """Return how a task stands, with its result once it is completed.

        Raises:
            MCPError: There is no such task.
        """
        kept = await self._read(task_id)
        shown: Json = {"resultType": "complete", **_shown(task_id, kept.row)}
        if kept.row.status == "input_required":
            return {**shown, "inputRequests": kept.asked}
        return {**shown, **_outcome(kept)}

    async def cancel(self, task_id: str) -> Json:
        """End a task: what it reads is given up, what it writes is finished and recorded, and nothing more begun.

        Raises:
            MCPError: There is no such task.
        """
        kept = await self._read(task_id)
        if not kept.row.is_over:
            await self._records.cancel(task_id)
        if (running := self._running.get(task_id)) is not None:
            _stop(running)
        return {"resultType": "complete"}

    async def reply(self, task_id: str, replies: InputResponses) -> Json:
        """Go on with a task by the replies to its questions; those to others are ignored.

        Raises:
            MCPError: There is no such task.
        """
        kept = await self._read(task_id)
        known = {name: reply for name, reply in replies.items() if name in kept.asked}
        if known:
            await self._records.reply(task_id, {name: _as_json(reply) for name, reply in known.items()})
        if known and (running := self._running.get(task_id)) is not None:
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

    async def _make_task(self, running: _Running) -> tuple[str, TaskRow]:
        task_id = f"task-{secrets.token_urlsafe(24)}"
        made: asyncio.Future[TaskRow] = asyncio.get_running_loop().create_future()
        follower = asyncio.create_task(self._follow(task_id, running, made))
        self._followers.add(follower)
        follower.add_done_callback(self._followers.discard)
        return task_id, await made

    async def _follow(self, task_id: str, running: _Running, made: asyncio.Future[TaskRow]) -> None:
        """Hold a task's lease, make its row, and keep that as the task stands until it is over."""
        owner, tool = self._records.owner(), running.params.name
        try:
            async with self._leases.hold(lease_of(task_id), wait_s=0, what="Another process"):
                row = await self._records.add(task_id, owner, tool, f"{tool} is being worked on.")
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
            running.asked, running.questions = outcome, running.questions + 1
            asked = _numbered(_as_json(outcome).get("inputRequests", {}), running.questions)
            await self._records.set(task_id, "input_required", "It waits for the reply to a question.", asked=asked)
            replies = await self._wait_for_replies(task_id, running)
            if not replies:
                outcome = ("cancelled", "It was cancelled before its question was answered. Nothing was written.", {})
                break
            _take_replies(running, replies)
            await self._records.set(task_id, "working", f"{running.params.name} is being worked on.")
            running.work, running.call = _begin(running.perform)
        status, message, result = outcome
        await self._records.set(task_id, status, message, outcome=result)

    async def _wait_for_work(self, task_id: str, running: _Running) -> None:
        while not running.work.done():
            await asyncio.wait({running.work}, timeout=_LOOKED_IN_EVERY_S)
            if not running.work.done() and (await self._look_in(task_id)).is_cancelled:
                _stop(running)

    async def _wait_for_replies(self, task_id: str, running: _Running) -> Json | None:
        """Wait for the replies to a question, whichever process got them; None where the client ends the task."""
        while not running.call.stop.is_set():
            wishes = await self._look_in(task_id)
            if wishes.is_cancelled or wishes.replies:
                return None if wishes.is_cancelled else wishes.replies
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(running.replied.wait(), _REPLIES_LOOKED_FOR_EVERY_S)
            running.replied.clear()
        return None

    async def _look_in(self, task_id: str) -> Wishes:
        try:
            return await self._records.look_in(task_id)
        except StoreError:
            return Wishes()

    async def _read(self, task_id: str) -> Kept:
        """Return how a task stands; one whose process died before it was over has failed.

        Raises:
            MCPError: There is no such task.
        """
        kept = await self._records.read(task_id)
        if kept is not None and not kept.row.is_over and await self._is_dead(task_id):
            await self._records.set(task_id, "failed", _DIED.format(tool=kept.row.tool))
            kept = await self._records.read(task_id)
        if kept is None:
            raise MCPError(INVALID_PARAMS, "There is no such task, or it was made more than an hour ago.")
        return kept

    async def _is_dead(self, task_id: str) -> bool:
        return task_id not in self._running and await self._leases.is_free(lease_of(task_id))


def _outcome(kept: Kept) -> Json:
    """Return the result or the error of a task that is over."""
    if kept.outcome is not None:
        return kept.outcome
    row = kept.row
    return {"error": {"code": INTERNAL_ERROR, "message": row.message}} if row.status == "failed" else {}


def _numbered(asked: Json, number: int) -> Json:
    """Return questions under names that no other question of their task has: a late reply must not be one to them."""
    return {f"{name}#{number}": question for name, question in asked.items()}


def _take_replies(running: _Running, replies: Json) -> None:
    """Put replies into the call, which is then carried out again."""
    assert running.asked is not None
    named = {name.rpartition("#")[0]: reply for name, reply in replies.items()}
    running.params.input_responses = TypeAdapter(InputResponses).validate_python(named)
    running.params.request_state = running.asked.request_state
    running.asked = None


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


def _shown(task_id: str, row: TaskRow) -> Json:
    return {
        "taskId": task_id,
        "status": row.status,
        "statusMessage": row.message,
        "createdAt": _moment(row.made_at),
        "lastUpdatedAt": _moment(row.updated_at),
        "ttlMs": round((row.expires_at - row.made_at) * 1000),
        "pollIntervalMs": _POLLED_EVERY_MS,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
