"""The tool that lists open tasks of many projects: MiniCRM lists those of one at a time, so each takes a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NamedTuple, cast

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.crm.fetch_many import map_bounded, read_each
from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.mcp.arguments import CallContext, JsonObject, Module
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.minicrm.models import PAGE_RULES, Project, Task
from crm_mcp.minicrm.search.by_change import newest_changed
from crm_mcp.minicrm.search.criteria import ProjectCriteria, User
from crm_mcp.minicrm.search.projects import ProjectSearch
from crm_mcp.minicrm.tools.context import MaxItems, MaxReads, ToolContext
from crm_mcp.minicrm.tools.deadlines import DUE, DueFilter, by_deadline, due_filter
from crm_mcp.rendering.shortening import cut_text

UNFINISHED = ("Open", "Lead")
"""Status groups of unfinished projects."""
_COMMENT_CHARS = 200

DueWord = Annotated[str, WithJsonSchema({"type": "string", "enum": list(DUE)})]


class OpenTasks(TypedDict):
    """Open tasks by deadline, `{id, comment, deadline, overdue, user, type, project_id, project}`; `total` were found.

    Beside them: `looked_at`, of how many of the `projects` tasks were read, `from` and `until`, the days that `due`
    means, and `note`, what was left out, always unless `exact`.
    """

    items: list[JsonObject]
    total: int
    exact: bool


class FoundTasks(NamedTuple):
    """Tasks with their projects, of which projects they were read, and why not of all, as a sentence or empty."""

    tasks: list[tuple[Task, Project]]
    read: list[Project]
    incomplete_reason: str


@dataclass(frozen=True)
class OpenTaskTools:
    """`list_open_tasks` over one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool."""
        return (build_tool(self.list_open_tasks, title="List open tasks", annotations=READ),)

    async def list_open_tasks(
        self,
        ctx: CallContext,
        user: User = "",
        due: DueWord = "all",
        module: Module = "",
        limit: MaxItems = 50,
        max_reads: MaxReads = 300,
    ) -> OpenTasks:
        """List open MiniCRM tasks across all projects; for those of one use get_project_tasks."""
        word = resolve_choice("due", due, DUE)
        search = await self.context.search_projects(ProjectCriteria(module=module), ctx)
        user_id = await self.context.directory.user_id(user) if user else ""
        now = self.context.now()
        due_word = due_filter(word, now)
        local = now.replace(tzinfo=None, microsecond=0)
        return await _list_open_tasks(search, due_word, local, user_id=user_id, limit=limit, max_reads=max_reads)


async def find_open_projects(search: ProjectSearch) -> tuple[list[Project], str]:
    """Return the unfinished projects of a search, the newest first, and why some may be missing."""
    found = await map_bounded(UNFINISHED, lambda group: search.read_all(narrower={"StatusGroup": group}))
    projects = {project["id"]: project for one in found for project in one.rows}
    return newest_first(projects.values()), next((one.incomplete_reason for one in found if one.incomplete_reason), "")


def newest_first(projects: Iterable[Project]) -> list[Project]:
    """Return projects by id, the newest first."""
    return sorted(projects, key=lambda project: int(project["id"]), reverse=True)


async def read_open_tasks(search: ProjectSearch, projects: Sequence[Project]) -> FoundTasks:
    """Read the open tasks of each project; a refusal for too many requests ends it with what there is."""
    lists = await read_each(
        projects, lambda project: search.client.recent.list_tasks(project["id"], "Open"), search.steps, _name_of
    )
    read = [(project, own) for project, own in zip(projects, lists.results, strict=True) if own is not None]
    tasks = [(task, project) for project, own in read for task in own.items if task.get("status", "Open") == "Open"]
    return FoundTasks(tasks, [project for project, _ in read], lists.incomplete_reason(PAGE_RULES.crm, _name_of))


def _name_of(project: Project) -> str:
    return f"tasks of project {project['id']}"


def task_entry(task: Task, project: Project, due: DueFilter, users: Mapping[str, str]) -> dict[str, Any]:
    """Return a task as it is listed: with its project, and `overdue` where it is."""
    entry: dict[str, Any] = {"id": task["id"], "comment": _short(task)}
    if deadline := task.get("deadline"):
        entry["deadline"] = deadline
    if due.is_overdue(task):
        entry["overdue"] = True
    if user := task.get("user") or users.get(task.get("user_id", ""), task.get("user_id")):
        entry["user"] = user
    if kind := task.get("type"):
        entry["type"] = kind
    return {**entry, "project_id": project["id"], "project": project["name"]}


def is_of_user(task: Task, user_id: str, users: Mapping[str, str]) -> bool:
    """Return whether a task is a user's; lists hold the user's id, on some servers the name."""
    return task.get("user_id") == user_id or ("user" in task and task["user"] == users.get(user_id))


def sorted_by_deadline(found: Sequence[tuple[Task, Project]]) -> list[tuple[Task, Project]]:
    """Return tasks with the nearest deadline first."""
    return sorted(found, key=lambda one: by_deadline(one[0]))


def _short(task: Task) -> str:
    return cut_text(task["comment"], _COMMENT_CHARS, f'get_task(task_id="{task["id"]}")')


class _Order(NamedTuple):
    """Projects in the order in which their tasks are read, what is left out, and how many there are in all."""

    asked: list[Project]
    problems: list[str]
    total: int


async def _choose_projects(search: ProjectSearch, now: datetime, max_reads: int) -> _Order:
    """Return at most `max_reads` projects that are not in the trash: unfinished ones, then those changed last."""
    every, (unfinished, problem) = await search.read_all(), await find_open_projects(search)
    known = {project["id"] for project in unfinished}
    finished = newest_first(project for project in every.rows if project["id"] not in known)
    problems = [every.incomplete_reason or problem]
    room = max(0, max_reads - len(unfinished))
    left_out = [
        f"{number} {kind}"
        for number, kind in (
            (len(unfinished) - max_reads, "unfinished"),
            (len(finished) - room, "finished"),
        )
        if number > 0
    ]
    if left_out:
        newest = await newest_changed(search, finished, now, room) if room and len(finished) > room else None
        finished = newest.projects if newest else finished[:room]
        problems += [newest.incomplete_reason if newest else ""]
        problems.append(f"Tasks of {' and '.join(left_out)} projects were not read: name a module, or raise max_reads.")
    return _Order([*unfinished, *finished][:max_reads], problems, len(every.ids | known))


async def _list_open_tasks(
    search: ProjectSearch, due: DueFilter, now: datetime, *, user_id: str, limit: int, max_reads: int
) -> OpenTasks:
    """Return the open tasks of the projects of a search, of `max_reads` at most, of one user or of all."""
    order = await _choose_projects(search, now, max_reads)
    users = await search.read_users()  # before the many: these may leave no time for it
    found = await read_open_tasks(search, order.asked)
    wanted = [
        (task, project)
        for task, project in sorted_by_deadline(found.tasks)
        if due.matches(task) and (not user_id or is_of_user(task, user_id, users))
    ]
    problems = [one for one in (*order.problems, found.incomplete_reason) if one]
    notes = list(problems)
    if len(wanted) > limit:
        notes.append(f"{limit} of {len(wanted)} tasks are shown: narrow `due`, `user` or `module`, or raise limit.")
    answer: dict[str, Any] = {
        "items": [task_entry(task, project, due, users) for task, project in wanted[:limit]],
        "total": len(wanted),
        "projects": order.total,
        "looked_at": len(found.read),
        "exact": not problems,
    }
    if due.first:
        answer |= {"from": due.first, "until": due.last}
    if notes:
        answer["note"] = " ".join(notes)
    return cast("OpenTasks", answer)
