"""The rows of tasks in the store: any process of the same login can read how one stands. See `records` for seals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crm_mcp.store.transaction import Transaction

Status = Literal["working", "input_required", "completed", "failed", "cancelled"]
TTL_S = 3_600.0
"""How long a task can be asked for after it was made; one that is worked on is kept longer."""
_COLUMNS = "task_id, owner, tool, status, message, made_at, updated_at, expires_at, outcome, is_cancelled, asked"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task.

    Attributes:
        task_id: A hash of its id, which nobody can guess.
        owner: The logins that it was made with, and over HTTP the user who made it.
        tool: The tool that was called.
        status: As the protocol names it.
        message: How it stands, for people and models.
        made_at: When it was made, in seconds since 1970.
        updated_at: When its status last changed.
        expires_at: Until when it is kept.
        outcome: The result or the error, sealed; None before.
        is_cancelled: Whether the client wants it ended.
        asked: The questions that wait for a reply, sealed; None where there are none.
    """

    task_id: str
    owner: str
    tool: str
    status: Status
    message: str
    made_at: float
    updated_at: float
    expires_at: float
    outcome: str | None = None
    is_cancelled: int = 0
    asked: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will become of it."""
        return self.status in ("completed", "failed", "cancelled")


def add(transaction: Transaction, task_id: str, owner: str, tool: str, message: str) -> TaskRow:
    """Add a task that is worked on; forget those that are too old."""
    now = transaction.now()
    transaction.execute("delete from tasks where expires_at < ?", (now,))
    row = TaskRow(task_id, owner, tool, "working", message, now, now, now + TTL_S)
    transaction.execute(
        f"insert into tasks ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (task_id, owner, tool, row.status, message, now, now, row.expires_at, None, 0, None),
    )
    return row


def read(transaction: Transaction, owner: str, task_id: str) -> TaskRow | None:
    """Return a task of these logins; None where there is none, or it is too old."""
    rows = transaction.execute(
        f"select {_COLUMNS} from tasks where owner = ? and task_id = ? and expires_at >= ?",  # noqa: S608
        (owner, task_id, transaction.now()),
    )
    return TaskRow(*rows[0]) if rows else None


def update(
    transaction: Transaction,
    task_id: str,
    status: Status,
    message: str,
    outcome: str | None = None,
    asked: str | None = None,
) -> None:
    """Say how a task stands that is not over; it is kept for its whole time from now on."""
    now = transaction.now()
    transaction.execute(
        "update tasks set status = ?, message = ?, outcome = ?, asked = ?, replies = null, updated_at = ?, "
        "expires_at = ? where task_id = ? and status in ('working', 'input_required')",
        (status, message, outcome, asked, now, now + TTL_S, task_id),
    )


def look_in(transaction: Transaction, task_id: str) -> tuple[bool, str | None]:
    """Keep a task that is worked on from being forgotten; return whether its client wants it ended, and replies."""
    rows = transaction.execute(
        "update tasks set expires_at = ? where task_id = ? returning is_cancelled, replies",
        (transaction.now() + TTL_S, task_id),
    )
    return (bool(rows[0][0]), rows[0][1]) if rows else (False, None)


def cancel(transaction: Transaction, task_id: str) -> None:
    """Say that the client wants a task ended."""
    transaction.execute("update tasks set is_cancelled = 1 where task_id = ?", (task_id,))


def reply(transaction: Transaction, task_id: str, replies: str | None) -> None:
    """Leave replies to the questions of a task, in place of others that were not taken yet."""
    transaction.execute(
        "update tasks set replies = ? where task_id = ? and status = 'input_required'", (replies, task_id)
    )
