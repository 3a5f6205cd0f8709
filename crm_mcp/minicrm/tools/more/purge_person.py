"""The tool that deletes a person for good: asked about whatever is set, never repeated, and forgotten here too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_mcp.mcp.arguments import Id
from crm_mcp.mcp.tool import UPDATE, CrmTool
from crm_mcp.minicrm.clients.people import PeopleClient
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.minicrm.writes.people.person_purge import Memory, PersonPurge
from crm_mcp.safe_writes.draft import Draft, Target
from crm_mcp.safe_writes.tool import WriteTool


@dataclass(frozen=True)
class PurgePersonTools:
    """The tool that deletes people of one account for good."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool."""
        tool = WriteTool.build(
            self.purge_person,
            self.context.writer,
            title="Delete a MiniCRM person for good",
            annotations=UPDATE,
            restore=self._restore,
            is_bulk=True,
            is_irrevocable=True,
        )
        return (tool,)

    async def purge_person(self, person_id: Id) -> Draft:
        """Delete a person for good, as data protection asks for; also from what this server remembers.

        Cannot be undone; the user is always asked. Companies and primary contacts are refused.
        """
        return self._target(check_id("person_id", person_id)).draft()

    async def _restore(self, saved: Mapping[str, Any]) -> Target:
        return self._target(str(saved["person_id"]))

    def _target(self, person_id: str) -> PersonPurge:
        context = self.context
        memory = Memory(context.writer, context.source, self._forget)
        return PersonPurge(context.client, PeopleClient(context.client.sender), memory, person_id)

    def _forget(self) -> None:
        """Forget what was read: names of contacts, pages of searches, exports."""
        self.context.directory.contact_names.clear()
        self.context.page_cache.clear()
        self.context.writer.when_erased()
