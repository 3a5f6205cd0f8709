"""Wrong fakes of MiniCRM: tasks."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.minicrm import tasks
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import alter_json, forgets_unknown, replaces, replaces_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.crm.api import ApiRequest
    from mockserver.minicrm.call import Call
    from mockserver.minicrm.store import Task


@wrong_fake("minicrm.tasks-of-every-project", "minicrm.task-create.listed")
def list_all(patch: pytest.MonkeyPatch) -> None:
    """The list of a project's tasks holds those of every project."""

    @replaces(patch, tasks, "list_rows")
    def list_rows(original: Callable[..., Any], connection: Any, kind: Any, *_where: Any) -> Any:
        return original(connection, kind, "1", ())


@wrong_fake("minicrm.task-status-ignored", "minicrm.task-list.status")
def ignore_status(patch: pytest.MonkeyPatch) -> None:
    """The list of tasks ignores Status: closed ones come too."""
    _list_by_status(patch, lambda _status: "All")


@wrong_fake("minicrm.all-tasks-are-the-open-ones", "minicrm.task-list.of-both-kinds")
def take_all_as_open(patch: pytest.MonkeyPatch) -> None:
    """Status=All lists the open tasks alone."""
    _list_by_status(patch, lambda status: "Open" if status == "All" else status)


@wrong_fake("minicrm.open-and-closed-swapped", "minicrm.task-list.status")
def swap_statuses(patch: pytest.MonkeyPatch) -> None:
    """Status=Open lists the closed tasks, and the other way round."""
    _list_by_status(patch, lambda status: {"Open": "Closed", "Closed": "Open"}.get(status, status))


def _list_by_status(patch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    @replaces_endpoint(patch, "ToDoList/{id}", "GET")
    def list_tasks(original: Callable[[Call], object], call: Call) -> object:
        status = call.parameters.get("Status")
        return original(call if status is None else replace(call, parameters={"Status": change(status)}))


@wrong_fake("minicrm.task-count-of-all", "minicrm.task-list.of-both-kinds")
def count_all(patch: pytest.MonkeyPatch) -> None:
    """Count of a list of tasks counts the closed ones, though only the open were asked for."""

    @replaces_endpoint(patch, "ToDoList/{id}", "GET")
    def list_tasks(original: Callable[[Call], Any], call: Call) -> object:
        found = original(call)
        where = "SELECT count(*) FROM minicrm_task WHERE project_id = ?"
        total = call.connection.execute(where, (int(call.target),)).fetchone()[0]
        return {**found, "Count": total}


@wrong_fake("minicrm.tasks-of-unknown-project-are-none", "minicrm.task-list.unknown-project")
def list_none(patch: pytest.MonkeyPatch) -> None:
    """The list of tasks of a project that does not exist is empty rather than not found."""
    forgets_unknown(patch, "ToDoList/{id}")


@wrong_fake("minicrm.closed-task-changes", "minicrm.task-update.closed-stays")
def change_closed(patch: pytest.MonkeyPatch) -> None:
    """A closed task can be changed, and opened again."""

    @replaces_endpoint(patch, "ToDo/{id}", "PUT")
    def update(original: Callable[[Call], object], call: Call) -> object:
        task = call.read_target(tasks.Task)
        if task.status == "Closed":
            call.connection.execute("UPDATE minicrm_task SET status = 'Open' WHERE id = ?", (task.id,))
            if b'"Status"' not in call.body:
                answer = original(call)
                call.connection.execute("UPDATE minicrm_task SET status = 'Closed' WHERE id = ?", (task.id,))
                return answer
        return original(call)


@wrong_fake("minicrm.task-cannot-be-closed", "minicrm.task-update.closed-stays")
def keep_open(patch: pytest.MonkeyPatch) -> None:
    """Status is ignored on writing: no task is ever closed."""
    _write_otherwise(patch, lambda _task, body: body.pop("Status", None))


@wrong_fake("minicrm.task-update-blanks-the-comment", "minicrm.task-update.only-what-is-sent")
def blank_comment(patch: pytest.MonkeyPatch) -> None:
    """An update that does not name Comment empties it."""

    def change(task: Task, _body: dict[str, object]) -> None:
        task.comment = None

    _write_otherwise(patch, change)


@wrong_fake("minicrm.task-update-blanks-the-deadline", "minicrm.task-update.only-what-is-sent")
def blank_deadline(patch: pytest.MonkeyPatch) -> None:
    """An update that does not name Deadline empties it."""

    def change(task: Task, _body: dict[str, object]) -> None:
        task.deadline = None

    _write_otherwise(patch, change)


@wrong_fake("minicrm.task-update-drops-the-deadline", "minicrm.task-update.only-what-is-sent")
def drop_deadline(patch: pytest.MonkeyPatch) -> None:
    """Deadline is ignored on writing."""
    _write_otherwise(patch, lambda _task, body: body.pop("Deadline", None))


def _write_otherwise(patch: pytest.MonkeyPatch, change: Callable[[Task, dict[str, object]], object]) -> None:
    """Have `change` at a task and what is to be written into it before it is written."""

    @replaces(patch, tasks, "_write")
    def write(original: Callable[..., None], call: Call, task: Task, body: dict[str, object]) -> None:
        change(task, body)
        original(call, task, body)


@wrong_fake("minicrm.task-moves", "minicrm.task-update.project-stays")
def move_task(patch: pytest.MonkeyPatch) -> None:
    """An update moves a task to another project."""

    @replaces_endpoint(patch, "ToDo/{id}", "PUT")
    def update(original: Callable[[Call], object], call: Call) -> object:
        given = call.read_body().get("ProjectId")
        if given is not None:
            task = call.read_target(tasks.Task)
            call.connection.execute("UPDATE minicrm_task SET project_id = ? WHERE id = ?", (given, task.id))
        return original(call)


@wrong_fake("minicrm.task-needs-no-project", "minicrm.task-create.needs-project")
def need_no_project(patch: pytest.MonkeyPatch) -> None:
    """A task is created without a ProjectId, in the first project."""

    @replaces_endpoint(patch, "ToDo", "PUT")
    def create(original: Callable[[Call], object], call: Call) -> object:
        first = call.connection.execute("SELECT min(id) FROM minicrm_project").fetchone()[0]
        return original(replace(call, body=json.dumps({"ProjectId": first, **call.read_body()}).encode()))


@wrong_fake("minicrm.task-detail-of-another-project", "minicrm.task-list.own-tasks")
def tell_another_project(patch: pytest.MonkeyPatch) -> None:
    """The detail of a task names another project than the one that lists it."""

    def change(request: ApiRequest, answer: Any) -> Any:
        is_detail = request.method == "GET" and "/ToDo/" in request.path
        return {**answer, "ProjectId": answer["ProjectId"] + 1} if is_detail else answer

    alter_json(patch, "minicrm", change)


@wrong_fake("minicrm.new-task-is-closed", "minicrm.task-update.closed-stays")
def create_closed(patch: pytest.MonkeyPatch) -> None:
    """A new task is closed."""

    @replaces_endpoint(patch, "ToDo", "PUT")
    def create(original: Callable[[Call], Any], call: Call) -> object:
        made = original(call)
        call.connection.execute("UPDATE minicrm_task SET status = 'Closed' WHERE id = ?", (made["Id"],))
        return made


@wrong_fake("minicrm.task-comment-html-escaped", "minicrm.task-create.kept-as-sent")
def escape_comment(patch: pytest.MonkeyPatch) -> None:
    """The comment of a task is stored escaped for HTML."""

    @replaces(patch, tasks, "_write")
    def write(original: Callable[..., None], call: Call, task: Task, body: dict[str, object]) -> None:
        original(call, task, body)
        task.comment = html.escape(task.comment or "")


@wrong_fake("minicrm.task-user-ignored", "minicrm.task-create.kept-as-sent")
def ignore_user(patch: pytest.MonkeyPatch) -> None:
    """UserId of a task is ignored on writing: it goes to the project's user."""
    _write_otherwise(patch, lambda _task, body: body.pop("UserId", None))
