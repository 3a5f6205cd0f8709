"""The projects of a summary by their values, read from searches and, where those lack a field, one by one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from crm_mcp.crm.fetch_many import read_details
from crm_mcp.crm.paging import Page
from crm_mcp.minicrm.field_table import PROJECT
from crm_mcp.minicrm.models import PAGE_RULES, Project
from crm_mcp.minicrm.search.projects import ProjectSearch, fields_in_rows, value_of
from crm_mcp.minicrm.summary.plan import Plan

Values = dict[str, object]
"""Values by API field name; choices by label."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Values with how many projects have them, and why projects may be missing, as a sentence.

    `is_counted` tells that the CRM counted them, and none was read.
    """

    rows: list[tuple[Values, int]]
    total: int
    incomplete_reason: str = ""
    is_counted: bool = False

    @property
    def read(self) -> int:
        """How many projects the rows count."""
        return sum(number for _, number in self.rows)


_OWN_KEYS = [field.name for field in PROJECT.keyed if not field.label_key]
"""Fields that have a key of their own in results, and no label."""


class OverlappingChoicesError(Exception):
    """A project was found under two choices of a field, given by its API name, which so is no single choice."""

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
    """Read what a plan says; `choices` are labels by id, and at most `max_reads` projects are read, the newest.

    Raises:
        OverlappingChoicesError: A field of the plan has several choices in one project.
    """
    whole = await search.read_all(first)
    await search.add_labels(whole.rows)
    told = fields_in_rows(whole.rows)
    values = {row["id"]: _row_values(row, told) for row in whole.rows}
    problems = [
        whole.incomplete_reason,
        *[await _read_per_choice(search, field, choices[field], values) for field in plan.per_choice],
    ]
    if plan.details:
        newest = sorted(values, key=int, reverse=True)[:max_reads]
        details = await read_details(newest, search.client.get_project, search.steps, crm=PAGE_RULES.crm)
        problems.append(details.incomplete_reason)
        if len(newest) < len(values):
            problems.append(
                f"Only the {len(newest)} newest of {len(values)} were read: narrow the search, or raise max_reads."
            )
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
    own = {name: value_of(project, name) for name in _OWN_KEYS}
    module_id = project.get("module_id", "")
    fields = {name: value_of(project, name) for name in project["fields"]}
    return {**fields, **own, "CategoryId": modules.get(module_id, module_id)}


async def _read_per_choice(
    search: ProjectSearch, field: str, choices: Mapping[str, str], values: Mapping[str, Values]
) -> str:
    """Add the label of a field to the values of every project, by one search for each choice."""
    problems: list[str] = []
    for choice, label in choices.items():
        found = await search.read_all(narrower={field: choice})
        problems.append(found.incomplete_reason)
        for project_id in found.ids & values.keys():
            if field in values[project_id]:
                raise OverlappingChoicesError(field)
            values[project_id][field] = label
    return next(filter(None, problems), "")
