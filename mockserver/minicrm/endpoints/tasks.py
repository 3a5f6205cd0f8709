"""The ToDoList and ToDo endpoints: the tasks of a project."""

from __future__ import annotations

from mockserver.minicrm import rules
from mockserver.minicrm.deviations import (
    CLOSED_TASKS_STAY,
    DETAIL_SHOWS_EVERY_FIELD,
    SEARCH_IDS_ARE_INTS,
    TASK_FROM_QUERY,
)
from mockserver.minicrm.endpoints.addresses import Address
from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext, name_writer, render_history
from mockserver.minicrm.endpoints.task_row import (
    COLUMNS,
    LIVE_NUMBERS,
    TASK_STATUSES,
    Task,
    build_task_fields,
    parse_files,
    parse_members,
)
from mockserver.minicrm.responses import render_list
from mockserver.minicrm.routing.suggestions import suggest_word
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Field
from mockserver.minicrm.store import list_rows, read_row, take_next_id
from mockserver.minicrm.values import ZERO_DATES, parse_value

_NO_DEADLINE = "1970-01-01 01:00:00"  # observed, grade B
_NOT_CLOSED = "0000-00-00 00:00:00"  # observed, grade B
_CLOSED_AT = Field("ClosedAt", "DateTime")


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
    """Answer `GET /ToDo/{id}`: the documented keys, then others that the task holds; live servers print all.

    A task without attachments has an empty list of them, as PHP prints it (assumed).

    Source: Task (GET).
    """
    task = context.read_target(Task)
    fields = build_task_fields(context.account)
    detail = {
        "Id": task.id,
        "UserId": context.print_field(fields["UserId"], task.user_id),
        "ProjectId": task.project_id,
        "Type": context.print_field(fields["Type"], task.type),
        "Status": task.status,
        "Deadline": context.print_field(fields["Deadline"], task.deadline),
        "Comment": task.comment or "",
        "Attachments": _render_attachments(context, task),
    }
    live = _render_live(context, task)
    if context.observes(DETAIL_SHOWS_EVERY_FIELD):
        return {**detail, "Deadline": detail["Deadline"] or _NO_DEADLINE, **live}
    return {**detail, **{name: live[name] for name in (*LIVE_NUMBERS, "Members") if live[name]}}


def _render_attachments(context: RequestContext, task: Task) -> object:
    if not task.attachments:
        return []
    return {name: context.print_file(value) for name, value in task.attachments.items()}


def _render_live(context: RequestContext, task: Task) -> dict[str, object]:
    """Return what the document does not show of a task (observed, grade B).

    An open one has a date of zeros for ClosedAt, and its creator for ClosedBy (assumed).
    """
    closed_by = task.closed_by if task.closed_at else task.created_by
    return {
        **{name: getattr(task, COLUMNS[name]) or 0 for name in LIVE_NUMBERS},
        "SenderUserId": task.created_by or 0,
        "Mode": task.mode,
        **render_history(context.account, task),
        "ClosedBy": name_writer(context.account, closed_by),
        "ClosedAt": task.closed_at or _NOT_CLOSED,
        "Members": task.members,
        "Notes": task.notes,
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
    write_task(context, task, body)
    task.id = take_next_id(context.connection, Task)
    context.save(task)
    return {"Id": task.id}


def update_task(context: RequestContext) -> object:
    """Answer `PUT /ToDo/{id}`: only the fields in the body change; `Status` Closed closes the task for good (observed).

    Source: Task (PUT).
    """
    task = context.read_target(Task)
    _change(context, task, context.read_body())
    return {"Id": task.id}


def close_task(context: RequestContext) -> object:
    """Answer `POST /ToDo/{id}`: an update that may also say when the task was closed, and closes it then.

    Observed, grades B and C. A `Status` of Open beside `ClosedAt` leaves the task open, and so does the
    date of zeros that the detail of an open task prints (assumed).
    """
    task = context.read_target(Task)
    body = context.read_body()
    closed_at = body.pop("ClosedAt", None)
    if closed_at in (None, "", *ZERO_DATES):
        _change(context, task, body)
    else:
        moment = parse_value(_CLOSED_AT, closed_at, context.language)
        _change(context, task, {"Status": "Closed", **body})
        if task.status == "Closed":
            task.closed_at = str(moment)
            context.save(task)
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


def _change(context: RequestContext, task: Task, body: dict[str, object]) -> None:
    if task.status == "Closed" and context.observes(CLOSED_TASKS_STAY):
        raise RefusalError(rules.TASK_CLOSED, hints=["create a new task: a closed one is not opened again"])
    context.refuse_move(body, build_task_fields(context.account)["ProjectId"], task.project_id, rules.TASK_STAYS)
    write_task(context, task, body)
    context.save(task)


def write_task(context: RequestContext, task: Task, body: dict[str, object]) -> None:
    """Give a task the values of a body, which the API did now; `body` may be changed.

    Raises:
        RefusalError: A value does not fit.
    """
    known = {name: each for name, each in build_task_fields(context.account).items() if name in COLUMNS}
    files, members = body.pop("Attachments", None), body.pop("Members", task.members)
    for name, value in context.parse_fields(known, body).items():
        if name == "Status" and value not in TASK_STATUSES:
            raise RefusalError(rules.ILLEGAL_VALUE, "Status", ["Status is Open or Closed"])
        setattr(task, COLUMNS[name], value)
    _refuse_strangers(context, task)
    if files not in (None, ""):
        task.attachments = parse_files(files)
    task.members = parse_members([] if members is None else members)
    if task.status == "Closed" and not task.closed_at:
        task.closed_at = context.now
    elif task.status == "Open":
        task.closed_at = ""
    task.updated_at = context.now
    task.updated_by = None


def _refuse_strangers(context: RequestContext, task: Task) -> None:
    """Refuse an address or a contact that does not exist (assumed)."""
    if task.contact_id and read_row(context.connection, Contact, task.contact_id) is None:
        raise RefusalError(rules.NO_SUCH_CONTACT, "ContactId")
    if task.address_id and read_row(context.connection, Address, task.address_id) is None:
        raise RefusalError(rules.NO_SUCH_ADDRESS, "AddressId")
