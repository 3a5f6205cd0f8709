"""The tool that counts and adds up projects: over all that match, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast

from mcp.types import CallToolResult

from crm_mcp.mcp.arguments import CallContext, DescribedBy, GroupBy, MaxGroups, Measures
from crm_mcp.mcp.charts import check_can_draw, with_chart
from crm_mcp.mcp.summary_result import SummaryResult
from crm_mcp.mcp.tool import READ, CrmTool, build_tool, compact_result
from crm_mcp.minicrm.search.criteria import ProjectCriteria
from crm_mcp.minicrm.summary.summarize import order_of_choices, parse_question, summarize
from crm_mcp.minicrm.tools.context import MaxReads, ToolContext


@dataclass(frozen=True)
class SummaryTools:
    """`summarize_projects` over one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool."""
        return (build_tool(self.summarize_projects, title="Summarize projects", annotations=READ),)

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
        question = parse_question(group_by, measures, self.context.directory.labels)
        search = await self.context.search_projects(criteria, ctx)
        answer = await summarize(search, question, self.context.zone, max_groups=max_groups, max_reads=max_reads)
        result = compact_result(cast("dict[str, Any]", answer))
        if not chart:
            return result
        return with_chart(
            result, ctx, question.key_names, question.measure_names, order=await order_of_choices(search, question)
        )
