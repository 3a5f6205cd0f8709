"""Tasks: the list of a project's, one, and writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.harness.accounts.minicrm_account import ROOT, expect_nothing, read_found, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import Found, MinicrmAccount

_LIST = "Task Search"
_DETAIL = "Task (GET)"
_WRITE = "Task (PUT)"
_CHANGING = frozenset({"UpdatedAt", "UpdatedBy", "ClosedAt", "ClosedBy"})


def _list(minicrm: MinicrmAccount, project_id: str, **query: str) -> Found:
    return read_found(minicrm.get(f"{ROOT}/ToDoList/{project_id}", **query))


def _find_tasks(minicrm: MinicrmAccount, need: tuple[str, ...] = ("Open",)) -> str:
    """Return a project that has tasks of some statuses.

    Raises:
        NotTestedError: None of the first projects has.
    """
    projects = list(minicrm.list_projects())
    for project_id in projects[:15]:
        statuses = {row["Status"] for row in _list(minicrm, project_id, Status="All").rows.values()}
        if statuses.issuperset(need):
            return project_id
    raise NotTestedError(f"none of the first projects has tasks that are {' and '.join(need)}")


def _make(minicrm: MinicrmAccount, **fields: object) -> tuple[str, str]:
    """Create a task, and return its id and its project's."""
    project_id = minicrm.make_project()
    comment = f"{minicrm.sandbox.prefix}{fields.pop('Comment', 'task')}"
    return minicrm.save("ToDo", {"ProjectId": int(project_id), "Comment": comment, **fields}), project_id


def _read(minicrm: MinicrmAccount, task_id: str) -> dict[str, Any]:
    """Return the detail of a task without what tells who wrote it when."""
    return {name: value for name, value in minicrm.fetch("ToDo", task_id).items() if name not in _CHANGING}


@rule("minicrm.task-list.shape", source=_LIST)
def check_list_shape(minicrm: MinicrmAccount) -> None:
    """ToDoList answers Count and a list of tasks with Id, Status, Comment, Deadline, UserId, Type and Url."""
    response = minicrm.get(f"{ROOT}/ToDoList/{_find_tasks(minicrm)}", Status="Open")
    found = read_object(response)
    rows: Any = found["Results"]
    expect(isinstance(rows, list), "Results to be a list", response.describe(), response)
    expect_equal(found["Count"], len(rows), "Count", response)
    keys = ("Id", "Status", "Comment", "Deadline", "UserId", "Type", "Url")
    for row in rows:
        missing = [name for name in keys if name not in row]
        expect(not missing, f"the keys {', '.join(keys)}", f"a task without {', '.join(missing)}", response)
        url = str(row["Url"])
        expect(url.endswith(f"{ROOT}/ToDo/{row['Id']}"), f"the Url to end with {ROOT}/ToDo/{row['Id']}", url, response)


@rule("minicrm.task-list.types", source=_LIST)
def check_list_types(minicrm: MinicrmAccount) -> None:
    """Every value of a task in the list is text, its ids included."""
    response = minicrm.get(f"{ROOT}/ToDoList/{_find_tasks(minicrm)}", Status="All")
    for row in read_object(response)["Results"]:
        for name, value in row.items():
            expect(isinstance(value, str), f"{name} to be text", repr(value), response,
                   live="observed, grade A: ids are numbers")  # fmt: skip


@rule("minicrm.task-list.status", source=_LIST)
def check_list_status(minicrm: MinicrmAccount) -> None:
    """Status Open, Closed and All show the tasks of that status, and all."""
    project_id = _find_tasks(minicrm, ("Open", "Closed"))
    found = {status: _list(minicrm, project_id, Status=status) for status in ("Open", "Closed", "All")}
    for status in ("Open", "Closed"):
        others = {row["Status"] for row in found[status].rows.values()} - {status}
        expect(not others, f"only tasks that are {status}", sorted(others), found[status].response)
        expect_equal(found[status].count, len(found[status].rows), f"Count for Status={status}", found[status].response)
    both = [*found["Open"].ids, *found["Closed"].ids]
    expect_same_ids(found["All"].ids, both, "the tasks for Status=All", found["All"].response)


@rule("minicrm.task-list.default", source=_LIST, provenance="assumed")
def check_list_default(minicrm: MinicrmAccount) -> None:
    """Without Status all tasks are listed."""
    project_id = _find_tasks(minicrm, ("Open", "Closed"))
    expect_equal(
        _list(minicrm, project_id).ids, _list(minicrm, project_id, Status="All").ids, "the tasks without Status"
    )


@rule("minicrm.task-list.unknown-status", source="Error handling")
def check_list_unknown_status(minicrm: MinicrmAccount) -> None:
    """Possible values of Status are Open, Closed and All: another is illegal, refused with 400."""
    project_id = next(iter(minicrm.need_projects(1)))
    for status in ("Done", "open", "ALL", ""):
        response = minicrm.send("GET", f"{ROOT}/ToDoList/{project_id}", {"Status": status})
        expect(response.status == 400, f"status 400 for Status={status}", response.describe(), response)


@rule("minicrm.task-list.own-tasks", source=_LIST)
def check_list_own_tasks(minicrm: MinicrmAccount) -> None:
    """The list has the tasks of its project: each says so in its detail, and no task is in two lists."""
    first = _find_tasks(minicrm)
    rows = _list(minicrm, first, Status="All").rows
    for task_id, row in list(rows.items())[:4]:
        detail = minicrm.fetch("ToDo", task_id)
        expect_equal(str(detail["ProjectId"]), first, f"ProjectId of task {task_id}")
        for name in ("Status", "Comment", "Deadline"):
            expect_equal(detail[name], row[name], f"{name} of task {task_id} in its detail")
    for other in [one for one in minicrm.list_projects() if one != first][:6]:
        both = sorted(set(rows) & set(_list(minicrm, other, Status="All").rows))
        expect(not both, f"no task of project {first} in the list of project {other}", both)


@rule("minicrm.task-list.empty", source=_LIST)
def check_list_empty(minicrm: MinicrmAccount) -> None:
    """A project without tasks has a Count of 0 and no Results."""
    for project_id in list(minicrm.list_projects())[:15]:
        response = minicrm.get(f"{ROOT}/ToDoList/{project_id}", Status="Closed")
        found = read_found(response)
        if not found.rows:
            expect_nothing(found, "closed tasks")
            return
    raise NotTestedError("each of the first projects has closed tasks")


@rule("minicrm.task-list.unknown-project", source="Error handling")
def check_list_unknown_project(minicrm: MinicrmAccount) -> None:
    """The tasks of a project that does not exist are not found: status 404."""
    response = minicrm.send("GET", f"{ROOT}/ToDoList/999999989", {"Status": "All"})
    expect(response.status == 404, "status 404", response.describe(), response)


@rule("minicrm.task.detail", source=_DETAIL)
def check_detail(minicrm: MinicrmAccount) -> None:
    """The detail of a task has the eight documented keys; Id and ProjectId are numbers, UserId is a name."""
    task_id, row = next(iter(_list(minicrm, _find_tasks(minicrm), Status="Open").rows.items()))
    response = minicrm.get(f"{ROOT}/ToDo/{task_id}")
    detail = read_object(response)
    keys = ("Id", "UserId", "ProjectId", "Type", "Status", "Deadline", "Comment", "Attachments")
    missing = [name for name in keys if name not in detail]
    expect(not missing, f"the keys {', '.join(keys)}", f"a task without {', '.join(missing)}", response)
    for name in ("Id", "ProjectId"):
        expect(isinstance(detail[name], int), f"{name} to be a number", repr(detail[name]), response)
    for name in ("UserId", "Type", "Status", "Deadline", "Comment"):
        expect(isinstance(detail[name], str), f"{name} to be text", repr(detail[name]), response)
    expect(detail["UserId"] != str(row["UserId"]), "UserId to be the user's name", detail["UserId"], response)


@rule("minicrm.task.other-spelling", source=_DETAIL, provenance="observed")
def check_other_spelling(minicrm: MinicrmAccount) -> None:
    """Todo and TodoList, as the official manual also spells them, are ToDo and ToDoList (grade B)."""
    project_id = _find_tasks(minicrm)
    listed = read_object(minicrm.get(f"{ROOT}/ToDoList/{project_id}"))
    expect_equal(read_object(minicrm.get(f"{ROOT}/TodoList/{project_id}")), listed, "the answer of TodoList")
    task_id = listed["Results"][0]["Id"]
    expect_equal(minicrm.fetch("Todo", task_id), minicrm.fetch("ToDo", task_id), "the answer of Todo")


@rule("minicrm.task.attachments", source=_DETAIL)
def check_attachments(minicrm: MinicrmAccount) -> None:
    """Attachments of a task that has one is an object with FileName and Url."""
    for project_id in list(minicrm.list_projects())[:6]:
        for task_id in _list(minicrm, project_id, Status="All").ids:
            attachments = minicrm.fetch("ToDo", task_id)["Attachments"]
            if attachments:
                expect_equal(sorted(attachments), ["FileName", "Url"], "the keys of Attachments")
                return
    raise NotTestedError("none of the first tasks has an attachment")


@rule("minicrm.task-update.only-what-is-sent", source=_WRITE, writes=True)
def check_update(minicrm: MinicrmAccount) -> None:
    """A PUT with an id changes the fields that were sent and no others, and answers the task's Id."""
    task_id, project_id = _make(minicrm, Deadline="2031-01-17 23:59:00")
    before = _read(minicrm, task_id)
    for change in ({"Comment": "Do something more."}, {"Deadline": "2031-01-25 13:30:00"}):
        response = minicrm.put(f"ToDo/{task_id}", change)
        expect_equal(read_object(response), {"Id": int(task_id)}, "the answer", response)
        before |= change
        expect_equal(_read(minicrm, task_id), before, "the task after the update")
    row = _list(minicrm, project_id, Status="All").rows[task_id]
    expect_equal(row["Deadline"], "2031-01-25 13:30:00", "the Deadline in the list")


@rule("minicrm.task-update.unknown-id", source="Error handling", writes=True)
def check_update_unknown_id(minicrm: MinicrmAccount) -> None:
    """An update of a task that does not exist is answered with 404."""
    response = minicrm.put("ToDo/999999989", {"Comment": "x"})
    expect(response.status == 404, "status 404", response.describe(), response)


@rule("minicrm.task-update.refused-changes-nothing", source="Error handling", writes=True)
def check_update_refused(minicrm: MinicrmAccount) -> None:
    """An update with an illegal value is refused with 400, and stores none of its fields."""
    task_id, _ = _make(minicrm)
    before = minicrm.fetch("ToDo", task_id)
    for wrong in ({"Deadline": "tomorrow"}, {"Status": "Done"}, {"NoSuchFieldHere": 1}):
        for body in ({"Comment": "x", **wrong}, {**wrong, "Comment": "x"}):
            response = minicrm.put(f"ToDo/{task_id}", body)
            expect(response.status == 400, f"status 400 for {wrong}", response.describe(), response)
            expect_equal(minicrm.fetch("ToDo", task_id), before, "the task")


@rule("minicrm.task-create.listed", source=_WRITE, provenance="observed", writes=True)
def check_create(minicrm: MinicrmAccount) -> None:
    """A PUT without an id creates an open task, which its project's list shows (grades A, B)."""
    task_id, project_id = _make(minicrm, Deadline="2031-01-17 23:59:00", Comment="ő 🎉")
    found = _list(minicrm, project_id, Status="Open")
    expect_equal(found.ids, [task_id], "the open tasks of the project", found.response)
    row = found.rows[task_id]
    wanted = (f"{minicrm.sandbox.prefix}ő 🎉", "2031-01-17 23:59:00")
    expect_equal((row["Comment"], row["Deadline"]), wanted, "Comment and Deadline", found.response)


@rule("minicrm.task-create.needs-project", source=_WRITE, provenance="observed", writes=True)
def check_create_needs_project(minicrm: MinicrmAccount) -> None:
    """A new task needs the ProjectId of a project (grade B)."""
    for project in ({}, {"ProjectId": 999999989}):
        response = minicrm.put("ToDo", {"Comment": f"{minicrm.sandbox.prefix}x", **project})
        expect(response.status == 400, f"status 400 for {project or 'no ProjectId'}", response.describe(), response)


@rule("minicrm.task-update.live-fields", source=_WRITE, provenance="observed", writes=True)
def check_live_fields(minicrm: MinicrmAccount) -> None:
    """A task keeps its Duration and Reminder, in minutes, and shows the latest of the files it is given (grade B)."""
    task_id, _ = _make(minicrm, Duration=45)
    files = "https://files.example/plan.pdf,https://files.example/offer.pdf"
    minicrm.save(f"ToDo/{task_id}", {"Reminder": 10, "Attachments": files})
    detail = minicrm.fetch("ToDo", task_id)
    expect_equal((detail.get("Duration"), detail.get("Reminder")), (45, 10), "Duration and Reminder")
    expect_equal(detail["Attachments"].get("FileName"), "offer.pdf", "the FileName of the attachment")


@rule("minicrm.task-update.close", source=_WRITE, provenance="observed", writes=True)
def check_close(minicrm: MinicrmAccount) -> None:
    """Status Closed closes a task: it leaves the open for the closed ones, and nothing else changes (grades A, B)."""
    task_id, project_id = _make(minicrm, Deadline="2031-01-17 23:59:00")
    before = _read(minicrm, task_id)
    minicrm.save(f"ToDo/{task_id}", {"Status": "Closed"})
    expect_equal(_read(minicrm, task_id), {**before, "Status": "Closed"}, "the closed task")
    expect_equal(_list(minicrm, project_id, Status="Open").ids, [], "the open tasks of the project")
    expect_equal(_list(minicrm, project_id, Status="Closed").ids, [task_id], "the closed tasks of the project")


@rule("minicrm.task-close.when", source=_WRITE, provenance="observed", writes=True)
def check_close_when(minicrm: MinicrmAccount) -> None:
    """A POST to a task with ClosedAt closes it as of that day, whether it says Status or not (grades B, C)."""
    for said in ({"Status": "Closed"}, {}):
        task_id, project_id = _make(minicrm)
        response = minicrm.send("POST", f"{ROOT}/ToDo/{task_id}", body={**said, "ClosedAt": "2009-01-09"})
        expect_equal(read_object(response), {"Id": int(task_id)}, "the answer", response)
        detail = minicrm.fetch("ToDo", task_id)
        expect_equal(detail["Status"], "Closed", "Status of the task")
        expect_equal(detail.get("ClosedAt", "2009-01-09")[:10], "2009-01-09", "the day of ClosedAt, where it is shown")
        expect_equal(_list(minicrm, project_id, Status="Closed").ids, [task_id], "the closed tasks of the project")


@rule("minicrm.task-update.closed-stays", source=_WRITE, provenance="observed", writes=True)
def check_closed_stays(minicrm: MinicrmAccount) -> None:
    """A closed task can not be changed nor opened again (grade B)."""
    task_id, _ = _make(minicrm)
    minicrm.save(f"ToDo/{task_id}", {"Status": "Closed"})
    before = minicrm.fetch("ToDo", task_id)
    for body in ({"Comment": "x"}, {"Status": "Open"}):
        response = minicrm.put(f"ToDo/{task_id}", body)
        expect(response.status >= 400, f"a refusal of {body}", response.describe(), response)
        expect_equal(minicrm.fetch("ToDo", task_id), before, "the task")


@rule("minicrm.task-update.project-stays", source=_WRITE, provenance="observed", writes=True)
def check_project_stays(minicrm: MinicrmAccount) -> None:
    """The ProjectId of a task can not be changed (grade B)."""
    task_id, project_id = _make(minicrm)
    other = minicrm.make_project()
    response = minicrm.put(f"ToDo/{task_id}", {"ProjectId": int(other)})
    expect(response.status >= 400, "a refusal", response.describe(), response)
    expect_equal(str(minicrm.fetch("ToDo", task_id)["ProjectId"]), project_id, "ProjectId of the task")
