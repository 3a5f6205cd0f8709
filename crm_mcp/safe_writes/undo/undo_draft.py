"""From what was written to the draft that takes it back: each record by the values that it held before.

A record that holds something else than what the write left stays as it is. A write of which nobody knows whether it was
made is looked at: what was there before is put back where the record holds what it was to write.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from crm_mcp.errors import CrmError
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft, Target
from crm_mcp.safe_writes.saved import change_from_saved
from crm_mcp.safe_writes.taking_back import NEEDLESS
from crm_mcp.store.audit.calls import AuditedCall, AuditedWrite

_NOT_WRITTEN = f"It was not written, {NEEDLESS}"


async def build_undo(call: AuditedCall, target: Target) -> Draft:
    """Return the draft that takes back the records of a call; the target is that which they were written to."""
    known = {write.record_id for write in call.writes}
    changes = [await _written_change(write, target, known) for write in call.writes]
    is_open = [not change.settled and not change.problem for change in changes]
    draft = target.undoing([change for change, is_it in zip(changes, is_open, strict=True) if is_it])
    undone = iter(draft.changes)
    whole = [next(undone) if is_it else change for change, is_it in zip(changes, is_open, strict=True)]
    numbered = [
        replace(change, index=at, undoes=write.write_id, notes=change.notes if change.is_open else ())
        for at, (change, write) in enumerate(zip(whole, call.writes, strict=True))
    ]
    return replace(draft, changes=numbered, is_batch=True, is_mixed=True, needs_refresh=True)


async def _written_change(write: AuditedWrite, target: Target, others: Collection[str]) -> Change:
    """Return the change of a record as it was written, with its id; or why there is nothing to take back."""
    change = change_from_saved(write.change)
    if write.undone_by:
        return replace(change, settled=f"It was undone already, by {write.undone_by}.")
    if change.is_erased:
        return replace(change, problem="What it held of a person who was purged was erased: it cannot be put back.")
    if write.outcome in ("refused", "skipped"):
        return replace(change, settled=_NOT_WRITTEN, problem="")
    if record_id := change.record_id or write.record_id:
        return replace(change, record_id=record_id)
    return await _find_created(change, write, target, others)


async def _find_created(change: Change, write: AuditedWrite, target: Target, others: Collection[str]) -> Change:
    """Return the change of a new record with its id, where exactly one is new since that can be it."""
    try:
        alike = None if write.alike is None else await target.find_alike(change)
    except CrmError as error:
        return replace(change, problem=str(error))
    new = {} if alike is None else {one: same for one, same in alike.items() if one not in (write.alike or ())}
    found = [one for one in new if one not in others]
    if alike is not None and not found:
        return replace(change, settled=f"It is not there: it was not created, {NEEDLESS}")
    if len(found) == 1 and new[found[0]]:
        return replace(change, record_id=found[0])
    which = f"it could be {' or '.join(found)}" if found else "the CRM cannot be searched for it"
    return replace(change, problem=f"Whether it was created is not known: {which}. Look for it in the CRM.")
