"""What is to be known of each project for a summary: from the rows of searches, and from projects read one by one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from crm_mcp.crm.fetch_many import read_details
from crm_mcp.minicrm.models import Page, Project
from crm_mcp.minicrm.search.projects import ProjectSearch, fields_in_rows, value_of
from crm_mcp.minicrm.summary.plan import Plan
from crm_mcp.minicrm.summary.tally import Tally, Values


class SplitsOverlapError(Exception):
    """A project was found under two choices of a field, which so is no single choice.

    Attributes:
        field: The field's API name.
    """

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


async def read_projects(
    search: ProjectSearch,
    plan: Plan,
    choices: Mapping[str, Mapping[str, str]],
    first: Page[Project],
    *,
    max_reads: int,
) -> Tally:
    """Read what a plan says.

    Args:
        search: Which projects.
        plan: Which fields are learnt by searches of their own, and whether details are read.
        choices: The choices of fields, labels by id.
        first: The first page of the search.
        max_reads: Most projects to read one by one; the newest are.

    Raises:
        SplitsOverlapError: A field of the plan has several choices in one project.
        CrmError: A page could not be read.
    """
    whole = await search.read_all(first)
    await search.add_labels(whole.rows)
    told = fields_in_rows(whole.rows)
    values = {row["id"]: _row_values(row, told) for row in whole.rows}
    problems = [whole.problem, *[await _split(search, field, choices[field], values) for field in plan.splits]]
    if plan.details:
        newest = sorted(values, key=int, reverse=True)[:max_reads]
        details = await read_details(newest, search.client.get_project, search.steps)
        problems.append(details.problem)
        if len(newest) < len(values):
            problems.append(f"Only the {len(newest)} newest were read: narrow the search, or raise max_reads.")
        known = choices.get("CategoryId", {})
        values = {one: _detail_values(project, known) | values[one] for one, project in details.found.items()}
    rows = [(one, 1) for one in values.values()]
    return Tally(rows, len(whole.rows), " ".join(filter(None, problems)))


def _row_values(row: Project, told: Collection[str]) -> Values:
    values = {field: value_of(row, field) for field in told}
    values["StatusId"] = row.get("status") or row.get("status_id")
    values["UserId"] = row.get("user") or row.get("user_id")
    return values


def _detail_values(project: Project, modules: Mapping[str, str]) -> Values:
    own = {name: value_of(project, name) for name in ("Id", "Name", "ContactId", "BusinessId", "Deleted")}
    module_id = project.get("module_id", "")
    fields = {name: value_of(project, name) for name in project["fields"]}
    return {**fields, **own, "CategoryId": modules.get(module_id, module_id)}


async def _split(search: ProjectSearch, field: str, choices: Mapping[str, str], values: Mapping[str, Values]) -> str:
    """Add the label of a field to the values of every project, by one whole search for each choice."""
    problems: list[str] = []
    for choice, label in choices.items():
        found = await search.read_all(narrower={field: choice})
        problems.append(found.problem)
        for project_id in found.ids & values.keys():
            if field in values[project_id]:
                raise SplitsOverlapError(field)
            values[project_id][field] = label
    return next(filter(None, problems), "")
