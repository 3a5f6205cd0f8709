"""What became of a plan, as it stands in the store: for a call that comes later, or from another process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Target
from crm_mcp.safe_writes.saved import change_from_json
from crm_mcp.safe_writes.writing.journal import read_item, settle_item
from crm_mcp.safe_writes.writing.plans import Plan
from crm_mcp.safe_writes.writing.results import NOT_TRIED, UNKNOWN, ItemResult
from crm_mcp.safe_writes.writing.sending.lost_responses import Found, find_created, read_back
from crm_mcp.store import writes
from crm_mcp.store.engine import Store
from crm_mcp.store.transaction import Transaction
from crm_mcp.store.writes import Write

_ENDED = "The server that wrote this ended before the response came."


@dataclass(frozen=True, slots=True)
class PlanResult:
    """The result of each change of a plan, in order, and the changes that were not tried."""

    items: list[ItemResult]
    not_tried: list[Change]

    @property
    def done(self) -> int:
        """How many were written, or needed no writing."""
        return sum(item["ok"] for item in self.items)


async def read_result(store: Store, account: str, plan: Plan) -> PlanResult:
    """Return what stands in the store of a plan that was applied."""
    rows = {write.place: write for write in await store.run(lambda transaction: _rows(transaction, account, plan))}
    changes = plan.draft.changes
    return PlanResult(
        [_item(change, rows.get(change.index)) for change in changes],
        [change for change in changes if change.index not in rows],
    )


async def settle_interrupted(store: Store, plan: Plan) -> None:
    """Look for what became of the requests of a plan whose process ended before their responses came."""
    rows = await store.run(lambda transaction: writes.of_batch(transaction, plan.write_id))
    for write in [row for row in rows if row.outcome == writes.SENT]:
        change = change_from_json(write.change)
        found = await _look_for(plan.draft.target, change, write)
        if found.state == "not written" and change.record_id and not plan.draft.target.is_irrevocable:
            await store.run(lambda transaction, gone=write.write_id: writes.remove(transaction, [gone]))
            continue
        item = _settled(change, write, found)
        await store.run(lambda transaction, item=item, known=write.write_id: settle_item(transaction, known, item))


def _rows(transaction: Transaction, account: str, plan: Plan) -> Sequence[Write]:
    """Return the rows of a plan, and before them those of others under the same key."""
    under_key = writes.of_key(transaction, account, plan.tool, plan.key) if plan.key else []
    earlier = [write for write, _ in under_key if write.outcome == writes.WRITTEN]
    return [*earlier, *writes.of_batch(transaction, plan.write_id)]


def _item(change: Change, write: Write | None) -> ItemResult:
    item: ItemResult = {"index": change.index, "ok": False}
    if change.record_id:
        item["id"] = change.record_id
    if write is None:
        return {**item, "message": NOT_TRIED}
    return read_item(write) or {**item, "unknown": True, "message": UNKNOWN}


async def _look_for(target: Target, change: Change, write: Write) -> Found:
    if change.record_id:
        (found,) = await read_back(target, [change])
        return found
    before = None if write.alike is None else json.loads(write.alike)
    found = await find_created(target, change, before)
    return found._replace(state="unknown") if found.state == "not written" else found


def _settled(change: Change, write: Write, found: Found) -> ItemResult:
    item: ItemResult = {"index": change.index, "ok": found.state == "written", "write_id": write.write_id}
    if record_id := found.record_id or change.record_id:
        item["id"] = record_id
    if item["ok"]:
        item["message"] = f"{_ENDED} It was looked for and is there."
    else:
        item["unknown"] = True
        item["message"] = f"{_ENDED} {UNKNOWN} {found.why}".rstrip()
    return item
