"""What the store holds of tasks: how each stands, readable, and its questions, replies and outcome, sealed.

The key is made of the task's id, which the store does not hold. So every process gives a task's result to whoever has
its id, also where nothing that was read may be kept on disk.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm_mcp.call_tasks import rows
from crm_mcp.call_tasks.rows import Status, TaskRow
from crm_mcp.store.engine import Store
from crm_mcp.store.sealing import Seal

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """How a task stands.

    Attributes:
        row: Its row.
        outcome: The result or the error by its name; None where there is none yet.
        asked: The questions that wait for a reply, by name.
    """

    row: TaskRow
    outcome: Json | None
    asked: Json


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the client wants of a task, whichever process it told; `replies` are those to its questions, by name."""

    is_cancelled: bool = False
    replies: Json | None = None


class TaskRecords:
    """The tasks in one store; `owner` returns whose tasks the present call may see."""

    def __init__(self, store: Store, owner: Callable[[], str]) -> None:
        self._store = store
        self.owner = owner

    async def add(self, task_id: str, owner: str, tool: str, message: str) -> TaskRow:
        """Add a task that is worked on."""
        row_id = Seal(task_id).row_id
        return await self._store.run(lambda transaction: rows.add(transaction, row_id, owner, tool, message))

    async def read(self, task_id: str) -> Kept | None:
        """Return how a task of the caller stands; None where there is none."""
        seal, owner = Seal(task_id), self.owner()
        row = await self._store.run(lambda transaction: rows.read(transaction, owner, seal.row_id))
        return row and Kept(row, _opened(seal, row.outcome, "outcome"), _opened(seal, row.asked, "questions") or {})

    async def set(
        self, task_id: str, status: Status, message: str, *, outcome: Json | None = None, asked: Json | None = None
    ) -> None:
        """Say how a task stands that is not over."""
        seal = Seal(task_id)
        sealed = (_sealed(seal, outcome, "outcome"), _sealed(seal, asked, "questions"))
        await self._store.run(lambda transaction: rows.update(transaction, seal.row_id, status, message, *sealed))

    async def look_in(self, task_id: str) -> Wishes:
        """Keep a task that is worked on from being forgotten; return what its client wants."""
        seal = Seal(task_id)
        is_cancelled, replies = await self._store.run(lambda transaction: rows.look_in(transaction, seal.row_id))
        return Wishes(is_cancelled, _opened(seal, replies, "replies"))

    async def cancel(self, task_id: str) -> None:
        """Say that the client wants a task ended."""
        row_id = Seal(task_id).row_id
        await self._store.run(lambda transaction: rows.cancel(transaction, row_id))

    async def reply(self, task_id: str, replies: Json) -> None:
        """Leave replies for the process that works on a task."""
        seal = Seal(task_id)
        sealed = _sealed(seal, replies, "replies")
        await self._store.run(lambda transaction: rows.reply(transaction, seal.row_id, sealed))


def lease_of(task_id: str) -> str:
    """Return the name of the lease that is held while a task is worked on."""
    return f"task {Seal(task_id).row_id}"


def _sealed(seal: Seal, value: Json | None, what: str) -> str | None:
    return None if value is None else base64.b64encode(seal.close(json.dumps(value).encode(), what)).decode()


def _opened(seal: Seal, sealed: str | None, what: str) -> Json | None:
    opened = seal.open(base64.b64decode(sealed), what) if sealed else None
    return None if opened is None else json.loads(opened)
