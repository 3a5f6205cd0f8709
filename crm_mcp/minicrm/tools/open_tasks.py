"""The tool that lists open tasks of many projects: MiniCRM lists those of one at a time, so each takes a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, cast

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.crm.fetch_many import map_bounded, read_each
from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.languages import Texts
from crm_mcp.mcp.arguments import CallContext, JsonObject, Module
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.minicrm.models import PAGE_RULES, Project, Task
from crm_mcp.minicrm.search.by_change import newest_changed
from crm_mcp.minicrm.search.criteria import ProjectCriteria, User
from crm_mcp.minicrm.search.projects import ProjectSearch
from crm_mcp.minicrm.tools.context import MaxItems, MaxReads, ToolContext
from crm_mcp.minicrm.tools.deadlines import DUE, DUE_AT, DueFilter, by_deadline, due_filter
from crm_mcp.rendering.shortening import cut_text

if TYPE_CHECKING:
    from crm_mcp.minicrm.replica.questions.reads import ReplicaReads, Row

_texts = Texts(__file__)

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
        """List open MiniCRM tasks across projects; for those of one use get_project_tasks."""
        word = resolve_choice("due", due, DUE)
        search = await self.context.search_projects(ProjectCriteria(module=module), ctx)
        user_id = await self.context.directory.user_id(user) if user else ""
        lister = _Lister(search, self.context.reads(search.steps), self.context.now())
        return await lister.list_tasks(due_filter(word, self.context.now()), user_id, limit=limit, max_reads=max_reads)


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
        projects, lambda project: search.client.list_tasks(project["id"], "Open"), search.steps, _name_of
    )
    read = [(project, own) for project, own in zip(projects, lists.results, strict=True) if own is not None]
    tasks = [(task, project) for project, own in read for task in own.items if task.get("status", "Open") == "Open"]
    return FoundTasks(tasks, [project for project, _ in read], lists.incomplete_reason(PAGE_RULES.crm, _name_of))


def _name_of(project: Project) -> str:
    return _texts.later("tasks of project {id}", id=project["id"])


def task_entry(task: Task, project: Project, due: DueFilter, users: Mapping[str, str]) -> dict[str, Any]:
    """Return a task as it is listed: with its project, and `overdue` where it is."""
    entry: dict[str, Any] = {"id": task["id"], "comment": _shortened(task["comment"], task["id"])}
    if deadline := task.get("deadline"):
        entry["deadline"] = deadline
    if due.is_overdue(task):
        entry["overdue"] = True
    if user := task.get("user") or users.get(task.get("user_id", ""), task.get("user_id")):
        entry["user"] = user
    if kind := task.get("type"):
        entry["type"] = kind
    return {**entry, "project_id": project["id"], "project": project["name"]}


def sorted_by_deadline(found: Sequence[tuple[Task, Project]]) -> list[tuple[Task, Project]]:
    """Return tasks with the nearest deadline first."""
    return sorted(found, key=lambda one: by_deadline(one[0]))


def _shortened(comment: str, task_id: object) -> str:
    return cut_text(comment, _COMMENT_CHARS, f'get_task(task_id="{task_id}")')


@dataclass(frozen=True)
class _Lister:
    """Lists the open tasks of the projects of a search from the replica, at the account's time `now`."""

    search: ProjectSearch
    reads: ReplicaReads
    now: datetime

    async def list_tasks(self, due: DueFilter, user_id: str, *, limit: int, max_reads: int) -> OpenTasks:
        """Return those of one user or of all; the tasks of `max_reads` projects at most are read."""
        from crm_mcp.minicrm.replica.questions.open_tasks import find_projects, list_open_tasks

        module_id = self.search.module_id
        await self.reads.refresh_projects(module_id, ["status_group"])
        unfinished = await find_projects(self.reads, module_id, is_finished=False)
        finished = await find_projects(self.reads, module_id, is_finished=True)
        asked = await self._choose(unfinished, finished, max_reads)
        await self.reads.read_tasks(await self.reads.due_tasks(asked))
        listed = await self.reads.listed(asked)
        rows = await list_open_tasks(
            self.reads, listed, DUE_AT, due.now, due.condition, user_id=int(user_id or 0), limit=limit
        )
        total = rows[0]["total"] if rows else 0
        notes = list(problems := self.reads.problems)
        if total > limit:
            notes.append(f"{limit} of {total} tasks are shown: narrow `due`, `user` or `module`, or raise limit.")
        answer: dict[str, Any] = {
            "items": [_listed_task(row) for row in rows],
            "total": total,
            "projects": len(unfinished) + len(finished),
            "looked_at": len(listed),
            "exact": not problems,
        }
        if due.first:
            answer |= {"from": due.first, "until": due.last}
        if notes:
            answer["note"] = " ".join(notes)
        return cast("OpenTasks", answer)

    async def _choose(self, unfinished: Sequence[int], finished: Sequence[int], max_reads: int) -> list[int]:
        """Return at most `max_reads` projects: unfinished ones, then those changed last, and what is held beside."""
        room = max(0, max_reads - len(unfinished))
        chosen = [*unfinished[:max_reads], *finished[:room]]
        if room < len(finished):
            due = set(await self.reads.due_tasks(finished))
            held = [one for one in finished if one not in due]
            left = room - len(held)
            newest = await self._newest_changed([one for one in finished if one in due], left) if left > 0 else []
            chosen = [*unfinished[:max_reads], *held, *newest]
        left_out = [
            f"{number} {kind}"
            for number, kind in (
                (len(unfinished) - max_reads, "unfinished"),
                (len(finished) - max(0, len(chosen) - len(unfinished)), "finished"),
            )
            if number > 0
        ]
        if left_out:
            self.reads.problems.append(
                f"Tasks of {' and '.join(left_out)} projects were not read: name a module, or raise max_reads."
            )
        return chosen

    async def _newest_changed(self, finished: Sequence[int], most: int) -> list[int]:
        rows: list[Project] = [{"id": str(one), "name": "", "fields": {}} for one in finished]
        found = await newest_changed(self.search, rows, self.now.replace(tzinfo=None, microsecond=0), most)
        self.reads.problems += filter(None, [found.incomplete_reason])
        return [int(one["id"]) for one in found.projects]


def _listed_task(row: Row) -> dict[str, Any]:
    """Return a task as it is listed: with its project, and `overdue` where it is."""
    told = {name: row[name] for name in ("deadline", "user", "type") if row[name]}
    entry = {"id": str(row["id"]), "comment": _shortened(row["comment"] or "", row["id"]), **told}
    if row["overdue"]:
        entry["overdue"] = True
    return {**entry, "project_id": str(row["project_id"]), "project": row["project"]}
