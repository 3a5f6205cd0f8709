"""Changes of tasks as `safe_writes` carries them out: a closed one stays as it is, which an undo says beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm_mcp.minicrm.writes.targets import Record, Updates
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft

_CLOSED = "MiniCRM does not open a closed task again: create a new one with create_task."


@dataclass
class TaskUpdates(Updates):
    """Changes of existing tasks."""

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Put back what the tasks held, but for those that were closed."""
        draft = super().undoing(changes)
        undone = [
            replace(own, problem=_CLOSED) if "Status" in own.sent and not own.problem else own for own in draft.changes
        ]
        return replace(draft, changes=undone)

    async def refreshed(self, change: Change, record: Record) -> Change:
        """Refuse to put back what a task held that was closed since."""
        refreshed = await super().refreshed(change, record)
        if change.undoes and record.get("status") == "Closed":
            return replace(refreshed, problem=f"The task was closed since. {_CLOSED}")
        return refreshed
