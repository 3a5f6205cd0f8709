"""Attempts to create of which nobody knows yet what became: read from the store, and looked for in the CRM."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Target
from crm_mcp.safe_writes.saved import Restore, change_from_json
from crm_mcp.safe_writes.writing.results import ItemResult
from crm_mcp.safe_writes.writing.sending.lost_responses import find_created
from crm_mcp.store import writes
from crm_mcp.store.writes import Write

MAX_UNDER_WAY_S = 60.0
"""How long the CRM may still be processing a request that was given up (assumed)."""
STILL_CREATING = "It is not there, but the CRM may still be creating it."
_CREATED_BEFORE = "The first attempt created it; nothing was sent now."
_NOT_CREATED = "It was looked for and is not there: it was not created."


@dataclass(frozen=True, slots=True)
class Attempt:
    """The creation of one record that was begun under a key.

    Attributes:
        write_id: The row that was written down of it.
        change: What was sent.
        target: Where to.
        alike_before: The records that matched it before; None where it cannot be searched.
        is_under_way: Whether the CRM may still be processing it.
    """

    write_id: str
    change: Change
    target: Target
    alike_before: Sequence[str] | None
    is_under_way: bool


async def attempt_of(write: Write, target: str, restore: Restore, now_s: float) -> Attempt:
    """Return the attempt that a row of the audit stands for; `target` is the JSON of what it was sent to."""
    given_up_at = write.timed_out_at if write.outcome == writes.UNKNOWN else write.at
    is_under_way = given_up_at is not None and now_s - given_up_at < MAX_UNDER_WAY_S
    alike = None if write.alike is None else json.loads(write.alike)
    made_again = await restore(json.loads(target))
    return Attempt(write.write_id, change_from_json(write.change), made_again, alike, is_under_way)


async def look_for(attempt: Attempt, others: Sequence[str] = ()) -> tuple[ItemResult | None, str]:
    """Return what became of an attempt, None where that cannot be told, and why it cannot.

    `others` are the ids of the other records of its call.
    """
    place = attempt.change.index
    item: ItemResult = {"index": place, "ok": False, "write_id": attempt.write_id, "message": _NOT_CREATED}
    found = await find_created(attempt.target, attempt.change, attempt.alike_before, others)
    if found.state == "written":
        said = await attempt.target.describe_written(found.record_id)
        return {**item, "ok": True, "id": found.record_id, "message": f"{_CREATED_BEFORE} {said}".rstrip()}, ""
    if found.state == "unknown":
        return None, found.why
    return (None, STILL_CREATING) if attempt.is_under_way else (item, "")
