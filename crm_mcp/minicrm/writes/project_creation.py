"""New projects as `safe_writes` carries them out: one with the ReferenceId of another is warned of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm_mcp.crm.wording import quoted
from crm_mcp.errors import RefusedError
from crm_mcp.minicrm.writes.targets import Creation
from crm_mcp.safe_writes.draft import Change


@dataclass(kw_only=True)
class ProjectCreation(Creation):
    """New projects; MiniCRM takes one ReferenceId twice, and then finds one of the two by it."""

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
