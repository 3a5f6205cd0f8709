"""Mutants of MiniCRM: tasks."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_body,
    alter_json,
    alter_parameter,
    alter_request,
    at,
    default_keys,
    drop_keys,
    read_body,
    respond_to,
    set_query,
    with_json,
)
from tests.contract.self_test.mutants.minicrm.account import (
    Search,
    fetch,
    find_first,
    put,
    read_id,
    remember,
    succeed,
)
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_LIST = "GET ToDoList/{id}"
_CREATE = "PUT ToDo"
_UPDATE = "PUT ToDo/{id}"
_WRITE = "PUT ToDo(/{id})?"


def _list_all(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    projects = Search(ask, replace(request, path="/Api/R3/Project", query=[])).list_rows()
    lists = [fetch(ask, request, f"ToDoList/{each['Id']}", **dict(request.query)) for each in projects]
    tasks = [task for found in lists for task in found["Results"]]
    return with_json(came, {"Count": len(tasks), "Results": tasks}) if came.status == 200 else came


def _count_all(ask: Ask, request: HttpRequest) -> ApiResponse:
    total = fetch(ask, request, f"ToDoList/{read_id(request)}", Status="All")
    return alter_json(lambda found: {**found, "Count": total["Count"]})(ask, request)


def _change_closed() -> Fault:
    """Have a closed task changed outside of the fake, which refuses it."""
    written: dict[str, Row] = {}

    def write(ask: Ask, request: HttpRequest) -> ApiResponse:
        came = ask(request)
        if came.status != 400 or fetch(ask, request, f"ToDo/{read_id(request)}").get("Status") != "Closed":
            return came
        written.setdefault(request.path, {}).update(read_body(request) or {})
        return succeed(came, read_id(request))

    def read(ask: Ask, request: HttpRequest) -> ApiResponse:
        return alter_json(lambda detail: {**detail, **written.get(request.path, {})})(ask, request)

    return lambda ask, request: at(_UPDATE, write)(lambda sent: at("GET ToDo/{id}", read)(ask, sent), request)


def _create_closed(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    if came.status == 200:
        put(ask, request, f"ToDo/{json.loads(came.body)['Id']}", {"Status": "Closed"})
    return came


def _need_no_project(ask: Ask, request: HttpRequest) -> ApiResponse:
    return default_keys(ProjectId=find_first(ask, request, "Project"))(ask, request)


def _escape_comment(body: Row) -> Row:
    return {name: html.escape(str(value)) if name == "Comment" else value for name, value in body.items()}


# fmt: off
MUTANTS = (
    mutant("tasks-of-every-project", "task-create.listed",
           "The list of a project's tasks holds those of every project.",
           at(_LIST, _list_all)),
    mutant("task-status-ignored", "task-list.status", "The list of tasks ignores Status: closed ones come too.",
           at(_LIST, set_query(Status="All"))),
    mutant("all-tasks-are-the-open-ones", "task-list.of-both-kinds", "Status=All lists the open tasks alone.",
           alter_parameter("Status", lambda status: "Open" if status == "All" else status)),
    mutant("open-and-closed-swapped", "task-list.status",
           "Status=Open lists the closed tasks, and the other way round.",
           alter_parameter("Status", lambda status: {"Open": "Closed", "Closed": "Open"}.get(status, status))),
    mutant("task-count-of-all", "task-list.of-both-kinds",
           "Count of a list of tasks counts the closed ones, though only the open were asked for.",
           at(_LIST, _count_all)),
    mutant("tasks-of-unknown-project-are-none", "task-list.unknown-project",
           "The list of tasks of a project that does not exist is empty rather than not found.",
           at(_LIST, respond_to(404, {"Count": 0, "Results": []}))),
    mutant("closed-task-changes", "task-update.closed-stays", "A closed task can be changed, and opened again.",
           _change_closed()),
    mutant("task-cannot-be-closed", "task-update.closed-stays", "Status is ignored on writing: no task is ever closed.",
           at(_WRITE, drop_keys("Status"))),
    mutant("tasks-are-closed-today", "task-close.when", "ClosedAt is not looked at: a task is closed by Status alone.",
           at("POST ToDo/{id}", drop_keys("ClosedAt"))),
    mutant("tasks-are-not-posted", "task-close.when", "A POST to a task is refused, as to every other address.",
           at("POST ToDo/{id}", alter_request(lambda request: replace(request, path="/Api/R3/ToDo")))),
    mutant("task-update-blanks-the-comment", "task-update.only-what-is-sent",
           "An update that does not name Comment empties it.",
           at(_UPDATE, default_keys(Comment=""))),
    mutant("task-update-blanks-the-deadline", "task-update.only-what-is-sent",
           "An update that does not name Deadline empties it.",
           at(_UPDATE, default_keys(Deadline=""))),
    mutant("task-update-drops-the-deadline", "task-update.only-what-is-sent", "Deadline is ignored on writing.",
           at(_WRITE, drop_keys("Deadline"))),
    mutant("task-moves", "task-update.project-stays", "An update moves a task to another project.",
           remember("ToDo", "ProjectId")),
    mutant("task-needs-no-project", "task-create.needs-project",
           "A task is created without a ProjectId, in the first project.",
           at(_CREATE, _need_no_project)),
    mutant("task-detail-of-another-project", "task-list.own-tasks",
           "The detail of a task names another project than the one that lists it.",
           at("GET ToDo/{id}", alter_json(lambda detail: {**detail, "ProjectId": detail["ProjectId"] + 1}))),
    mutant("new-task-is-closed", "task-update.closed-stays", "A new task is closed.",
           at(_CREATE, _create_closed)),
    mutant("task-comment-html-escaped", "task-create.kept-as-sent", "The comment of a task is stored escaped for HTML.",
           at(_WRITE, alter_body(_escape_comment))),
    mutant("task-user-ignored", "task-create.kept-as-sent",
           "UserId of a task is ignored on writing: it goes to the project's user.",
           at(_WRITE, drop_keys("UserId"))),
)
# fmt: on
