"""The tool that finds projects that were not updated for a while: all that match, less those updated since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, cast

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.crm.expiring import RECENT_S, ExpiringMap
from crm_mcp.crm.fetch_many import map_bounded, read_details
from crm_mcp.mcp.arguments import CallContext, JsonObject, Module
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.minicrm.models import PAGE_RULES, Project
from crm_mcp.minicrm.search.by_change import Parted, longest_untouched
from crm_mcp.minicrm.search.criteria import ProjectCriteria, User
from crm_mcp.minicrm.search.projects import ProjectSearch, project_entry, value_of
from crm_mcp.minicrm.tools.context import MaxItems, StatusGroupName, ToolContext
from crm_mcp.minicrm.tools.open_tasks import read_open_tasks

Days = Annotated[int, Field(ge=0, le=3650), WithJsonSchema({"type": "integer"})]
MAX_TASK_READS = 100
"""Most stale projects whose open tasks are read."""
MAX_DETAIL_READS = 300
"""Most stale projects whose dates are read; only where the CRM's counts are wrong are there so many."""
_LAST = "9999"


class StaleProjects(TypedDict):
    """Projects that were not updated, `{id, name, module, status, user, updated_at}`; `total` were found.

    Beside it stand `cutoff`, the time since when, `projects`, how many were looked at, and in `note` what was left out,
    always unless `exact`.
    """

    items: list[JsonObject]
    total: int
    exact: bool


@dataclass(frozen=True)
class StaleProjectTools:
    """`find_stale_projects` over one account."""

    context: ToolContext
    _moments: ExpiringMap[str, datetime] = field(default_factory=lambda: ExpiringMap(RECENT_S))

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool."""
        return (build_tool(self.find_stale_projects, title="Find stale projects", annotations=READ),)

    async def find_stale_projects(
        self,
        ctx: CallContext,
        module: Module = "",
        user: User = "",
        days: Days = 30,
        status_group: StatusGroupName = "Open",
        without_open_task: bool = False,
        limit: MaxItems = 20,
    ) -> StaleProjects:
        """Find MiniCRM projects not updated for so many days."""
        criteria = ProjectCriteria(module=module, user=user, status_group=status_group)
        search = await self.context.search_projects(criteria, ctx)
        now = self._now()
        return await _find_stale_projects(search, now, days=days, without_open_task=without_open_task, limit=limit)

    def _now(self) -> datetime:
        """Return the time, the same for a minute, so that searches since a moment are not made again."""
        now = self._moments.get("now") or self.context.now()
        if self._moments.get("now") is None:
            self._moments.put("now", now)
        return now


async def _find_stale_projects(
    search: ProjectSearch, now: datetime, *, days: int, without_open_task: bool, limit: int
) -> StaleProjects:
    """Return the projects of a search that were not updated for so many days before `now`, the account's local time.

    The longest untouched are shown. `without_open_task` leaves out those that have an open task.
    """
    until = now.replace(tzinfo=None, microsecond=0) - timedelta(days)
    cutoff = until.isoformat(" ", "seconds")
    every, fresh = await map_bounded(
        ({}, {"UpdatedSince": cutoff}), lambda narrower: search.read_all(narrower=cast("dict[str, object]", narrower))
    )
    stale = [row for row in every.rows if row["id"] not in fresh.ids]
    await search.add_labels(stale)  # before the many: these may leave no time for it
    problems = [every.incomplete_reason or fresh.incomplete_reason]
    if without_open_task:
        stale, problem = await _without_open_task(search, stale, until)
        problems.append(problem)
    oldest = await longest_untouched(search, stale, until, limit) if not without_open_task else Parted(stale, "")
    entries, problem = await _read_entries(search, oldest.projects[:MAX_DETAIL_READS])
    answer: dict[str, Any] = {
        "items": entries[:limit],
        "total": len(stale),
        "projects": len(every.rows),
        "cutoff": cutoff,
        "exact": not any((*problems, oldest.incomplete_reason, problem)),
    }
    problems += [oldest.incomplete_reason, problem]
    if len(stale) > limit:
        problems.append(
            f"The {limit} longest untouched of {len(stale)} are shown: name a module or user, or raise limit."
        )
    if note := " ".join(filter(None, problems)):
        answer["note"] = note
    return cast("StaleProjects", answer)


async def _without_open_task(search: ProjectSearch, stale: list[Project], until: datetime) -> tuple[list[Project], str]:
    """Return the projects that have no open task, of the longest untouched ones that are asked for theirs."""
    oldest = await longest_untouched(search, stale, until, min(MAX_TASK_READS, len(stale)))
    asked = oldest.projects[:MAX_TASK_READS]
    found = await read_open_tasks(search, asked)
    busy = {project["id"] for _, project in found.tasks}
    problems = [oldest.incomplete_reason, found.incomplete_reason]
    if len(stale) > len(asked):
        problems.append(
            f"Only the {len(asked)} longest untouched of {len(stale)} were checked for tasks: name a module or user."
        )
    return [one for one in found.read if one["id"] not in busy], " ".join(filter(None, problems))


async def _read_entries(search: ProjectSearch, projects: list[Project]) -> tuple[list[dict[str, Any]], str]:
    """Return labelled projects as they are listed, the longest untouched first, and why some may lack their dates."""
    details = await read_details(
        [row["id"] for row in projects], search.client.get_project, search.steps, crm=PAGE_RULES.crm
    )
    entries = [_entry(row, details.found.get(row["id"])) for row in projects]
    entries.sort(key=lambda entry: entry.get("updated_at", _LAST))
    problem = details.incomplete_reason
    if len(entries) > 1 and not any("updated_at" in entry for entry in entries):
        problem = problem or "MiniCRM does not say when these were changed, so their order is unknown."
    return entries, problem


def _entry(row: Project, detail: Project | None) -> dict[str, Any]:
    updated_at = None if detail is None else value_of(detail, "UpdatedAt")
    return {**project_entry(row), **({"updated_at": updated_at} if updated_at else {})}
