"""Reads the records of a draft before it is written."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

from crm_mcp.errors import InputError, NotFoundError
from crm_mcp.safe_writes.changes import Change, lost_texts
from crm_mcp.safe_writes.draft import Draft, ReportProgress, Target
from crm_mcp.safe_writes.taking_back import check_left

_FEW = 10
"""Of more changes not each one says what can be done about a problem that several have."""


async def refresh_changes(target: Target, changes: Sequence[Change]) -> list[Change]:
    """Return at most `batch_size` changes as their records are now; see `Target.refresh`."""
    return [check_left(change) for change in await target.refresh(changes)]


async def refresh(draft: Draft, report: ReportProgress, within_s: float = math.inf) -> Draft:
    """Return a draft with the present state of every record; in a batch, what one lacks is a problem of its own.

    `within_s` is as in `Target.prepared`: what is left over must be refreshed again before it is written.

    Raises:
        NotFoundError: The only record does not exist.
        InputError: It cannot take these values.
    """
    changes: list[Change] = []
    size = draft.target.batch_size
    began_s = time.time()
    target = await draft.target.prepared(draft.open_changes, within_s)
    for start in range(0, len(draft.changes), size):
        changes += await _refresh_batch(draft, target, draft.changes[start : start + size])
        if len(draft.changes) > size:
            await report(len(changes), len(draft.changes))
    if len(changes) > _FEW:
        changes = _with_ways_on_once(changes)
    return replace(draft, changes=changes, read_at_s=draft.target.crm_time(began_s))


def _with_ways_on_once(changes: Sequence[Change]) -> list[Change]:
    """Return many changes, of which only the first one of a kind says what can be done about its problem."""
    told: set[str] = set()
    short: list[Change] = []
    for change in changes:
        short.append(replace(change, way_on="") if change.way_on in told else change)
        told.add(change.way_on)
    return short


async def _refresh_batch(draft: Draft, target: Target, batch: Sequence[Change]) -> list[Change]:
    open_changes = [change for change in batch if change.is_open]
    if not open_changes:
        return list(batch)
    try:
        refreshed = iter(await refresh_changes(target, open_changes))
    except (NotFoundError, InputError) as error:
        if not draft.is_batch or len(batch) > 1 or (isinstance(error, InputError) and not draft.is_mixed):
            raise
        return [replace(batch[0], problem=str(error.args[0]), way_on=error.hint)]
    return [_with_losses(next(refreshed)) if change.is_open else change for change in batch]


def _with_losses(change: Change) -> Change:
    """Return a change whose notes say which long texts it empties."""
    lost = [f"{name} ({size} characters)" for name, size in lost_texts(change).items()]
    if not lost:
        return change
    return replace(change, notes=(*change.notes, f"Emptying {', '.join(lost)}, which undo_write can bring back."))
