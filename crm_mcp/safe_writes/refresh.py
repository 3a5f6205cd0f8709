"""Looks at every record of a draft before it is shown, asked about or written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from crm_mcp.errors import NotFoundError
from crm_mcp.safe_writes.draft import Change, Draft

Report = Callable[[int, int], Awaitable[None]]
"""Takes how many records are done, and of how many."""


async def refresh(draft: Draft, report: Report) -> Draft:
    """Return a draft with every record looked at; what speaks against one of several is a problem of its own.

    Raises:
        NotFoundError: The only record is not there.
        InputError: A record cannot take these values.
    """
    changes: list[Change] = []
    size = draft.target.batch_size
    for start in range(0, len(draft.changes), size):
        changes += await _refresh_batch(draft, draft.changes[start : start + size])
        if len(draft.changes) > size:
            await report(len(changes), len(draft.changes))
    return replace(draft, changes=changes)


async def _refresh_batch(draft: Draft, batch: Sequence[Change]) -> list[Change]:
    """Return a batch with those looked at that nothing speaks against yet."""
    unproblematic = [change for change in batch if not change.problem]
    if not unproblematic:
        return list(batch)
    try:
        refreshed = iter(await draft.target.refresh(unproblematic))
    except NotFoundError as error:
        if not draft.is_batch or len(batch) > 1:
            raise
        return [replace(batch[0], problem=str(error))]
    return [change if change.problem else next(refreshed) for change in batch]
