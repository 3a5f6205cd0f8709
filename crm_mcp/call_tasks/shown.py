"""Tasks as a client is shown them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from mcp.types import INTERNAL_ERROR
from pydantic import BaseModel

from crm_mcp.call_tasks.records import Kept
from crm_mcp.call_tasks.rows import TaskRow

Json = dict[str, Any]

_POLLED_EVERY_MS = 1_000


def shown(task_id: str, row: TaskRow) -> Json:
    """Return how a task stands."""
    return {
        "taskId": task_id,
        "status": row.status,
        "statusMessage": row.message,
        "createdAt": _moment(row.made_at),
        "lastUpdatedAt": _moment(row.updated_at),
        "ttlMs": round((row.expires_at - row.made_at) * 1000),
        "pollIntervalMs": _POLLED_EVERY_MS,
    }


def outcome_shown(kept: Kept) -> Json:
    """Return the result or the error of a task that is over."""
    if kept.outcome is not None:
        return kept.outcome
    row = kept.row
    return {"error": {"code": INTERNAL_ERROR, "message": row.message}} if row.status == "failed" else {}


def as_json(result: object) -> Json:
    """Return a result of the SDK's as it goes to the client."""
    if isinstance(result, BaseModel):
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dict(cast("Mapping[str, Any]", result)) if isinstance(result, Mapping) else {}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
