"""The ToDoList and ToDo endpoints: the tasks of a project."""

from __future__ import annotations

from mockserver.minicrm import rules
from mockserver.minicrm.call import Call
from mockserver.minicrm.deviations import CLOSED_TASKS_STAY, SEARCH_IDS_ARE_INTS
from mockserver.minicrm.rules import Refusal
from mockserver.minicrm.schema import TASK_STATUSES
from mockserver.minicrm.store import Project, Task, list_rows, read_row, save_row, take_next_id
from mockserver.minicrm.values import hint_at_word, parse_value

COLUMNS = {"UserId": "user_id", "Type": "type", "Status": "status", "Deadline": "deadline", "Comment": "comment"}


def list_tasks(call: Call) -> object:
    """Answer `GET /ToDoList/{project}`: `{"Count": n, "Results": [...]}`, not paged, ids ascending (assumed).

    Source: Task Search.
    """
    project_id = call.read_target_id()
    status = call.parameters.get("Status", "All")  # that all is the default is assumed
    if status not in {*TASK_STATUSES, "All"}:
        hints = hint_at_word(status, (*TASK_STATUSES, "All"))
        raise Refusal(rules.BAD_TASK_STATUS, "Status", hints)
    tasks = list_rows(call.connection, Task, "project_id = ?", (project_id,))
    if not tasks and read_row(call.connection, Project, project_id) is None:
        raise Refusal(rules.WRONG_ID, hints=[f"it takes the id of a project; {rules.WHERE_TO_FIND['Project']}"])
    rows = [_render_row(call, task) for task in tasks if status in {"All", task.status}]
    return {"Count": call.print_count(len(rows)), "Results": rows}


def get_task(call: Call) -> object:
    """Answer `GET /ToDo/{id}`; a task without attachments has an empty list of them, as PHP prints it (assumed).

    Source: Task (GET).
    """
    task = call.read_target(Task)
    fields = call.account.task_fields
    return {
        "Id": task.id,
        "UserId": call.print_field(fields["UserId"], task.user_id),
        "ProjectId": task.project_id,
        "Type": call.print_field(fields["Type"], task.type),
        "Status": task.status,
        "Deadline": call.print_field(fields["Deadline"], task.deadline),
        "Comment": task.comment or "",
        "Attachments": task.attachments or [],
    }


def create_task(call: Call) -> object:
    """Answer `PUT /ToDo`: a new task, open and its project's user's where the body does not say else (assumed).

    Source: Task (PUT).
    """
    body = call.read_body()
    if body.get("ProjectId") in (None, "", 0):
        raise Refusal(rules.TASK_NEEDS_PROJECT, "ProjectId")
    project_id = parse_value(call.account.task_fields["ProjectId"], body.pop("ProjectId"), call.language)
    assert isinstance(project_id, int)
    project = read_row(call.connection, Project, project_id)
    if project is None:
        raise Refusal(rules.NO_SUCH_PROJECT, "ProjectId")
    if not body.get("Comment"):
        call.hints.append("a task without a Comment says nothing")
    task = Task(id=0, project_id=project_id, user_id=project.user_id, created_at=call.now)
    _write(call, task, body)
    task.id = take_next_id(call.connection, "task")
    save_row(call.connection, task)
    return {"Id": task.id}


def update_task(call: Call) -> object:
    """Answer `PUT /ToDo/{id}`: only the fields in the body change; `Status` Closed closes the task for good (observed).

    Source: Task (PUT).
    """
    task = call.read_target(Task)
    body = call.read_body()
    if task.status == "Closed" and call.observes(CLOSED_TASKS_STAY):
        raise Refusal(rules.TASK_CLOSED, hints=["create a new task: a closed one is not opened again"])
    call.refuse_move(body, call.account.task_fields["ProjectId"], task.project_id, rules.TASK_STAYS)
    _write(call, task, body)
    save_row(call.connection, task)
    return {"Id": task.id}


def _render_row(call: Call, task: Task) -> dict[str, object]:
    as_ints = call.observes(SEARCH_IDS_ARE_INTS)
    return {
        "Id": task.id if as_ints else str(task.id),
        "Status": task.status,
        "Comment": task.comment or "",
        "Deadline": task.deadline or "",
        "UserId": (task.user_id or 0) if as_ints else str(task.user_id or ""),
        "Type": str(task.type or 0),
        "Url": call.build_url("ToDo", task.id),
    }


def _write(call: Call, task: Task, body: dict[str, object]) -> None:
    known = {name: each for name, each in call.account.task_fields.items() if name in COLUMNS}
    for name, value in call.parse_fields(known, body).items():
        if name == "Status" and value not in TASK_STATUSES:
            raise Refusal(rules.ILLEGAL_VALUE, "Status", ["Status is Open or Closed"])
        setattr(task, COLUMNS[name], value)
    task.updated_at = call.now
