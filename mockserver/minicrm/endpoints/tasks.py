"""The ToDoList and ToDo endpoints: the tasks of a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from mockserver.minicrm import rules
from mockserver.minicrm.deviations import CLOSED_TASKS_STAY, SEARCH_IDS_ARE_INTS, TASK_FROM_QUERY
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.responses import render_list
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Account, Field
from mockserver.minicrm.store import Row, Table, list_rows, read_row, save_row, take_next_id
from mockserver.minicrm.suggestions import suggest_word
from mockserver.minicrm.values import parse_value

COLUMNS = {"UserId": "user_id", "Type": "type", "Status": "status", "Deadline": "deadline", "Comment": "comment"}

TASK_STATUSES = ("Open", "Closed")


@dataclass(slots=True, kw_only=True)
class Task(Row):
    """One task of a project."""

    TABLE: ClassVar[Table] = Table("task", "tasks", {"by_project": "(project_id, status)"})
    project_id: int
    user_id: int | None = None
    type: int | None = None
    status: str = "Open"
    deadline: str | None = None
    comment: str | None = None
    attachments: dict[str, object] = field(default_factory=dict[str, object])
    created_at: str = ""
    updated_at: str = ""


def build_task_fields(account: Account) -> dict[str, Field]:
    """Return the fields that a task can be given."""
    fields = (
        Field("ProjectId", "Int"),
        Field("UserId", "Enum", choices=account.users),
        Field("Type", "Enum", choices=account.task_types),
        Field("Status", "Text"),
        Field("Deadline", "DateTime"),
        Field("Comment", "Text"),
    )
    return {each.name: each for each in fields}


def list_tasks(context: RequestContext) -> object:
    """Answer `GET /ToDoList/{project}`: `{"Count": n, "Results": [...]}`, not paged, ids ascending (assumed).

    Source: Task Search.
    """
    project_id = context.read_target_id()
    status = context.parameters.get("Status", "All")  # that all is the default is assumed
    if status not in {*TASK_STATUSES, "All"}:
        hints = suggest_word(status, (*TASK_STATUSES, "All"))
        raise RefusalError(rules.BAD_TASK_STATUS, "Status", hints)
    tasks = list_rows(context.connection, Task, "project_id = ?", (project_id,))
    if not tasks and read_row(context.connection, Project, project_id) is None:
        raise RefusalError(rules.WRONG_ID, hints=[f"it takes the id of a project; {rules.WHERE_TO_FIND['Project']}"])
    rows = [_render_row(context, task) for task in tasks if status in {"All", task.status}]
    return render_list(context.profile, len(rows), rows)


def get_task(context: RequestContext) -> object:
    """Answer `GET /ToDo/{id}`; a task without attachments has an empty list of them, as PHP prints it (assumed).

    Source: Task (GET).
    """
    task = context.read_target(Task)
    fields = build_task_fields(context.account)
    return {
        "Id": task.id,
        "UserId": context.print_field(fields["UserId"], task.user_id),
        "ProjectId": task.project_id,
        "Type": context.print_field(fields["Type"], task.type),
        "Status": task.status,
        "Deadline": context.print_field(fields["Deadline"], task.deadline),
        "Comment": task.comment or "",
        "Attachments": task.attachments or [],
    }


def create_task(context: RequestContext) -> object:
    """Answer `PUT /ToDo`: a new task, open and its project's user's where the body does not say else (assumed).

    Source: Task (PUT).
    """
    body = _read_task(context)
    if body.get("ProjectId") in (None, "", 0):
        raise RefusalError(rules.TASK_NEEDS_PROJECT, "ProjectId")
    project_id = parse_value(build_task_fields(context.account)["ProjectId"], body.pop("ProjectId"), context.language)
    assert isinstance(project_id, int)
    project = read_row(context.connection, Project, project_id)
    if project is None:
        raise RefusalError(rules.NO_SUCH_PROJECT, "ProjectId")
    if not body.get("Comment"):
        context.hints.append("a task without a Comment says nothing")
    task = Task(id=0, project_id=project_id, user_id=project.user_id, created_at=context.now)
    _write(context, task, body)
    task.id = take_next_id(context.connection, Task)
    save_row(context.connection, task)
    return {"Id": task.id}


def update_task(context: RequestContext) -> object:
    """Answer `PUT /ToDo/{id}`: only the fields in the body change; `Status` Closed closes the task for good (observed).

    Source: Task (PUT).
    """
    task = context.read_target(Task)
    body = context.read_body()
    if task.status == "Closed" and context.observes(CLOSED_TASKS_STAY):
        raise RefusalError(rules.TASK_CLOSED, hints=["create a new task: a closed one is not opened again"])
    context.refuse_move(body, build_task_fields(context.account)["ProjectId"], task.project_id, rules.TASK_STAYS)
    _write(context, task, body)
    save_row(context.connection, task)
    return {"Id": task.id}


def _read_task(context: RequestContext) -> dict[str, object]:
    """Return the fields of a new task, those of the query where there is no body and the account takes that."""
    if context.body or not context.parameters or not context.observes(TASK_FROM_QUERY):
        return context.read_body()
    context.hints[:] = ["the task was made of the query (observed)"]
    return dict(context.parameters)


def _render_row(context: RequestContext, task: Task) -> dict[str, object]:
    as_ints = context.observes(SEARCH_IDS_ARE_INTS)
    return {
        "Id": task.id if as_ints else str(task.id),
        "Status": task.status,
        "Comment": task.comment or "",
        "Deadline": task.deadline or "",
        "UserId": (task.user_id or 0) if as_ints else str(task.user_id or ""),
        "Type": str(task.type or ("" if as_ints else 0)),
        "Url": context.build_url("ToDo", task.id),
    }


def _write(context: RequestContext, task: Task, body: dict[str, object]) -> None:
    known = {name: each for name, each in build_task_fields(context.account).items() if name in COLUMNS}
    for name, value in context.parse_fields(known, body).items():
        if name == "Status" and value not in TASK_STATUSES:
            raise RefusalError(rules.ILLEGAL_VALUE, "Status", ["Status is Open or Closed"])
        setattr(task, COLUMNS[name], value)
    task.updated_at = context.now
