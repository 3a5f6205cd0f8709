"""The MiniCRM tools that answer a question about many projects, or all about one contact, in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

from mcp.types import CallToolResult
from pydantic import Field, WithJsonSchema

from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.crm.progress import Steps
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import CallContext, GroupBy, Id, Limit, MaxGroups, Measures, Text
from crm_mcp.mcp.charts import check_can_draw, with_chart
from crm_mcp.mcp.parameter_objects import DescribedBy
from crm_mcp.mcp.summary_result import SummaryResult
from crm_mcp.mcp.tool import READ, CrmTool, build_tool, compact_result
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.search.criteria import (
    ContactCriteria,
    ProjectCriteria,
    contact_criteria,
    project_criteria,
)
from crm_mcp.minicrm.search.projects import ProjectSearch
from crm_mcp.minicrm.summary.summarize import parse_question, summarize
from crm_mcp.minicrm.tools.contact_overview import ContactOverview, OverviewReader
from crm_mcp.minicrm.tools.deadlines import DUE, due_filter
from crm_mcp.minicrm.tools.open_tasks import OpenTasks, list_open_tasks
from crm_mcp.minicrm.tools.stale_projects import StaleProjects, find_stale_projects
from crm_mcp.minicrm.wire.checks import check_id

MaxReads = Annotated[int, Field(ge=1, le=5000), WithJsonSchema({"type": "integer"})]
"""Most objects to read one by one in one call: 300 take five minutes at 60 requests a minute."""
Days = Annotated[int, Field(ge=1, le=3650), WithJsonSchema({"type": "integer"})]
Most = Annotated[Limit, WithJsonSchema({"type": "integer"})]
Group = Annotated[str, WithJsonSchema({"type": "string"})]
"""A status group; the schema of search_projects lists them, and a wrong one is answered with all."""
DueWord = Annotated[str, WithJsonSchema({"type": "string", "enum": list(DUE)})]


class QuestionTools:
    """The tools that read much and answer little.

    Args:
        client: Where to ask.
        directory: Where names come from.
        zone: The account's time zone.
        clock: Tells the time in a zone; another one makes tests certain.
    """

    def __init__(
        self,
        client: MinicrmClient,
        directory: Directory,
        zone: ZoneInfo,
        clock: Callable[[ZoneInfo], datetime] = datetime.now,
    ) -> None:
        self._client = client
        self._directory = directory
        self._zone = zone
        self._clock = clock

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.summarize_projects, title="Summarize projects", annotations=READ),
            build_tool(self.list_open_tasks, title="List open tasks", annotations=READ),
            build_tool(self.get_contact_overview, title="Contact overview", annotations=READ),
            build_tool(self.find_stale_projects, title="Find stale projects", annotations=READ),
        )

    async def summarize_projects(
        self,
        ctx: CallContext,
        criteria: Annotated[ProjectCriteria, DescribedBy("search_projects")],
        group_by: GroupBy = [],  # noqa: B006
        measures: Measures = [],  # noqa: B006
        max_groups: MaxGroups = 0,
        max_reads: MaxReads = 300,
        chart: bool = False,
    ) -> Annotated[CallToolResult, SummaryResult]:
        """Count, sum or average MiniCRM projects by status, user, module, status_group or any field.

        Criteria as in search_projects. Other fields cost a request a project, up to max_reads. `chart` adds a picture.
        """
        check_can_draw(chart=chart)
        question = parse_question(group_by, measures)
        api_criteria = await project_criteria(self._directory, self._zone, criteria)
        search = ProjectSearch(self._client, self._directory, api_criteria, Steps(ctx))
        answer = await summarize(search, question, self._zone, max_groups=max_groups, max_reads=max_reads)
        result = compact_result(cast("dict[str, Any]", answer))
        return with_chart(result, ctx, group_by, measures) if chart else result

    async def list_open_tasks(
        self,
        ctx: CallContext,
        user: Id = "",
        due: DueWord = "all",
        module: Id = "",
        limit: Most = 50,
        max_reads: MaxReads = 300,
    ) -> OpenTasks:
        """List open MiniCRM tasks across all unfinished projects; for one use get_project_tasks."""
        word = resolve_choice("due", due, DUE)
        criteria = await project_criteria(self._directory, self._zone, ProjectCriteria(module=module))
        user_id = await self._directory.user_id(user) if user else ""
        search = ProjectSearch(self._client, self._directory, criteria, Steps(ctx))
        tasks_due = due_filter(word, self._clock(self._zone))
        return await list_open_tasks(search, tasks_due, user_id=user_id, limit=limit, max_reads=max_reads)

    async def get_contact_overview(
        self, ctx: CallContext, contact_id: Id = "", query: Text = "", email: str = "", phone: Text = ""
    ) -> ContactOverview:
        """Read a MiniCRM contact with company or people, projects, open tasks, addresses; several give candidates."""
        all_tasks = due_filter("all", self._clock(self._zone))
        reader = OverviewReader(self._client, self._directory, Steps(ctx), all_tasks)
        if contact_id and not (query or email or phone):
            return await reader.read(check_id("contact_id", contact_id))
        if contact_id or not (query or email or phone):
            raise InputError("Give either contact_id, or query, email or phone.", hint="A name goes into query.")
        criteria = await contact_criteria(
            self._directory, self._zone, ContactCriteria(query=query, email=email, phone=phone)
        )
        found = await reader.find(criteria)
        return await reader.read(found) if isinstance(found, str) else found

    async def find_stale_projects(
        self,
        ctx: CallContext,
        module: Id = "",
        user: Id = "",
        days: Days = 30,
        status_group: Group = "Open",
        without_open_task: bool = False,
        limit: Most = 20,
    ) -> StaleProjects:
        """Find MiniCRM projects not updated for so many days."""
        criteria = await project_criteria(
            self._directory, self._zone, ProjectCriteria(module=module, user=user, status_group=status_group)
        )
        search = ProjectSearch(self._client, self._directory, criteria, Steps(ctx))
        now = self._clock(self._zone)
        return await find_stale_projects(search, now, days=days, without_open_task=without_open_task, limit=limit)
