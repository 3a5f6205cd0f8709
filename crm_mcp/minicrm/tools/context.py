"""What every MiniCRM tool works with: the client of one account, and what is known of the account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from crm_mcp.crm.page_cache import PageCache
from crm_mcp.crm.progress import Steps
from crm_mcp.mcp.arguments import CallContext
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.written_fields import WrittenFields
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import PAGE_RULES
from crm_mcp.minicrm.search.criteria import ProjectCriteria, project_criteria
from crm_mcp.minicrm.search.projects import ProjectSearch
from crm_mcp.safe_writes.gate import SafeWriter


@dataclass(frozen=True)
class ToolContext:
    """What the tools of one account share; `clock` returns the time in a zone."""

    client: MinicrmClient
    directory: Directory
    zone: ZoneInfo
    clock: Callable[[ZoneInfo], datetime] = datetime.now
    page_cache: PageCache = field(default_factory=lambda: PageCache(PAGE_RULES))
    writer: SafeWriter = field(default_factory=SafeWriter)

    @property
    def written_fields(self) -> WrittenFields:
        """What resolves and checks the fields of a write."""
        return WrittenFields(self.directory, self.zone)

    def now(self) -> datetime:
        """Return the account's local time."""
        return self.clock(self.zone)

    async def search_projects(self, criteria: ProjectCriteria, call: CallContext) -> ProjectSearch:
        """Return a search of projects whose progress is reported to the call.

        Raises:
            InputError: A criterion is wrong.
        """
        api_criteria = await project_criteria(self.directory, self.zone, criteria)
        return ProjectSearch(self.client, self.directory, api_criteria, Steps(call))
