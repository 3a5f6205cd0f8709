"""New projects as `safe_writes` carries them out: one with the ReferenceId of another is warned of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from crm_mcp.crm.wording import quoted
from crm_mcp.errors import RefusedError
from crm_mcp.minicrm.writes.targets import Creation, Updates
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft


@dataclass(kw_only=True)
class ProjectCreation(Creation):
    """New projects; MiniCRM takes one ReferenceId twice, and then finds one of the two by it.

    `updates` moves one to the trash again.
    """

    updates: Updates

    async def find_moved(self, changes: Sequence[Change], since_s: float) -> Collection[int] | None:
        """Name also those with a ReferenceId, which somebody may have taken meanwhile."""
        moved = await super().find_moved(changes, since_s)
        return None if moved is None else {*moved, *(one.index for one in changes if one.sent.get("ReferenceId"))}

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read what the project is linked to, and whether its ReferenceId is taken."""
        (change,) = await super().refresh(changes)
        reference = str(change.sent.get("ReferenceId") or "").strip()
        if not reference:
            return [change]
        try:
            taken = await self.client.get_project_by_reference(reference)
        except RefusedError:  # there is none, or it cannot be read
            return [change]
        note = f"ReferenceId {quoted(reference)} is that of {quoted(taken['name'])} ({taken['id']}) already."
        return [replace(change, notes=tuple(dict.fromkeys((note, *change.notes))))]

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Move the new projects to the trash."""
        return Draft(self.updates, [_to_trash(change) for change in changes], is_batch=True, is_mixed=True)


def _to_trash(change: Change) -> Change:
    trash, there = {"Deleted": 1}, {"Deleted": 0}
    return Change(
        trash,
        trash,
        record_id=change.record_id,
        name=change.name or str(change.sent.get("Name") or ""),
        index=change.index,
        trashes=True,
        left=there,
        left_shown=there,
    )
