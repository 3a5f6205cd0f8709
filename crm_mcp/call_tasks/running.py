"""Tasks as they run: each is in the store before its client hears of it, and its process holds a lease on it.

A task whose lease is free and which is not over died with its process, and says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from typing import Any

from mcp import MCPError
from mcp.types import INVALID_PARAMS, CallToolRequestParams, InputRequiredResult, InputResponses

from crm_mcp.call_tasks.records import Kept, TaskRecords, Wishes, lease_of
from crm_mcp.call_tasks.rows import TaskRow
from crm_mcp.call_tasks.shown import Json, as_json, outcome_shown, shown
from crm_mcp.call_tasks.work import Outcome, Perform, Running, begin
from crm_mcp.errors import StoreError
from crm_mcp.store.engine import Store
from crm_mcp.store.leases import Leases

_QUICK_S = 2.0
"""A call that ends within this, and within half of its time, is answered plainly."""
_LOOKED_IN_EVERY_S = 2.0
_REPLIES_LOOKED_FOR_EVERY_S = 0.5

_DIED = (
    "The server process that worked on it ended. Call {tool} again with the same arguments: what was read "
    "is read anew, what was written is told, and nothing is written twice."
)
_CANCELLED: Outcome = ("cancelled", "It was cancelled before its question was answered. Nothing was written.", {})

_log = logging.getLogger(__name__)


class CallTasks:
    """The tasks of one server; see `TasksExtension` for the arguments."""

    def __init__(self, store: Store, owner: Callable[[], str], budget_s: float) -> None:
        self._records = TaskRecords(store, owner)
        self._quick_s = min(_QUICK_S, budget_s / 2) if budget_s else _QUICK_S
        self._leases = Leases(store)
        self._running: dict[str, Running] = {}
        self._followers: set[asyncio.Task[None]] = set()

    async def call(self, params: CallToolRequestParams, perform: Perform) -> Any:  # noqa: ANN401  # the SDK's result
        """Return the result of a call, or the task that it has become."""
        work, outer = begin(perform)
        try:
            await asyncio.wait({work}, timeout=self._quick_s)
        except asyncio.CancelledError:
            work.cancel()
            raise
        if work.done():
            return work.result()
        try:
            task_id, row = await self._make_task(Running(params, perform, work, outer))
        except StoreError as error:
            _log.warning("a call that takes long could not become a task: %s", error.args[0])
            try:
                return await perform()  # the same call, which waits for the same work
            finally:
                work.cancel()
        return {"resultType": "task", **shown(task_id, row)}

    async def get(self, task_id: str) -> Json:
        """Return how a task stands, with its result once it is completed.

        Raises:
            MCPError: There is no such task.
        """
        kept = await self._read(task_id)
        task: Json = {"resultType": "complete", **shown(task_id, kept.row)}
        if kept.row.status == "input_required":
            return {**task, "inputRequests": kept.asked}
        return {**task, **outcome_shown(kept)}

    async def cancel(self, task_id: str) -> Json:
        """End a task: what it reads is given up, what it writes is finished and recorded, and nothing more begun.

        Raises:
            MCPError: There is no such task.
        """
        kept = await self._read(task_id)
        if not kept.row.is_over:
            await self._records.cancel(task_id)
        if (running := self._running.get(task_id)) is not None:
            running.stop()
        return {"resultType": "complete"}

    async def reply(self, task_id: str, replies: InputResponses) -> Json:
        """Go on with a task by the replies to its questions; those to others are ignored.

        Raises:
            MCPError: There is no such task.
        """
        kept = await self._read(task_id)
        known = {name: reply for name, reply in replies.items() if name in kept.asked}
        if known:
            await self._records.reply(task_id, {name: as_json(reply) for name, reply in known.items()})
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

    async def _make_task(self, running: Running) -> tuple[str, TaskRow]:
        task_id = f"task-{secrets.token_urlsafe(24)}"
        made: asyncio.Future[TaskRow] = asyncio.get_running_loop().create_future()
        follower = asyncio.create_task(self._follow(task_id, running, made))
        self._followers.add(follower)
        follower.add_done_callback(self._followers.discard)
        return task_id, await made

    async def _follow(self, task_id: str, running: Running, made: asyncio.Future[TaskRow]) -> None:
        """Hold a task's lease, make its row, and keep that as the task stands until it is over."""
        owner, tool = self._records.owner(), running.tool
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

    async def _carry_out(self, task_id: str, running: Running) -> None:
        while True:
            await self._wait_for_work(task_id, running)
            outcome = running.outcome()
            if not isinstance(outcome, InputRequiredResult):
                break
            asked = running.ask(outcome)
            await self._records.set(task_id, "input_required", "It waits for the reply to a question.", asked=asked)
            replies = await self._wait_for_replies(task_id, running)
            if not replies:
                outcome = _CANCELLED
                break
            await self._records.set(task_id, "working", f"{running.tool} is being worked on.")
            running.go_on(replies)
        status, message, result = outcome
        await self._records.set(task_id, status, message, outcome=result)

    async def _wait_for_work(self, task_id: str, running: Running) -> None:
        while not running.work.done():
            await asyncio.wait({running.work}, timeout=_LOOKED_IN_EVERY_S)
            if not running.work.done() and (await self._look_in(task_id)).is_cancelled:
                running.stop()

    async def _wait_for_replies(self, task_id: str, running: Running) -> Json | None:
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
