"""POST ToDo: a task that is closed with a date of choice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.contract.harness.accounts.minicrm_account import ROOT, read_found, read_object
from tests.contract.harness.checks import expect_equal, expect_status
from tests.contract.harness.rules import MANUAL, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_rule = partial(rule, source="ToDo", document=MANUAL, provenance="observed", writes=True)


def _make(minicrm: MinicrmAccount) -> tuple[str, str]:
    minicrm.need_home("a sandbox lets through nothing but PUT")
    project = minicrm.make_project()
    task = {"ProjectId": int(project), "Comment": f"{minicrm.sandbox.prefix}task", "Deadline": "2030-01-02 03:04:05"}
    return minicrm.save("ToDo", task), project


@_rule("minicrm.task-close.with-date")
def check_with_date(minicrm: MinicrmAccount) -> None:
    """POST closes a task by Status and ClosedAt, or by ClosedAt alone, and answers its Id (grades B, C)."""
    for body in ({"Status": "Closed", "ClosedAt": "2026-11-19"}, {"ClosedAt": "2026-11-19"}, {"Status": "Closed"}):
        task, project = _make(minicrm)
        response = minicrm.send("POST", f"{ROOT}/ToDo/{task}", body=body)
        expect_status(response, 200)
        expect_equal(read_object(response), {"Id": int(task)}, "the answer", response)
        expect_equal(minicrm.fetch("ToDo", task)["Status"], "Closed", f"Status after {body}")
        closed = read_found(minicrm.get(f"{ROOT}/ToDoList/{project}", Status="Closed"))
        expect_equal(closed.ids, [task], "the closed tasks of the project")


@_rule("minicrm.task-close.only-that-one")
def check_only_that_one(minicrm: MinicrmAccount) -> None:
    """POST closes its task and no other (grade B)."""
    task, project = _make(minicrm)
    other = minicrm.save("ToDo", {"ProjectId": int(project), "Comment": f"{minicrm.sandbox.prefix}other"})
    expect_status(minicrm.send("POST", f"{ROOT}/ToDo/{task}", body={"ClosedAt": "2026-11-19"}), 200)
    expect_equal(minicrm.fetch("ToDo", other)["Status"], "Open", "Status of the other task")


@_rule("minicrm.task-close.unknown-id", provenance="assumed")
def check_unknown_id(minicrm: MinicrmAccount) -> None:
    """A task that does not exist is not found: status 404."""
    minicrm.need_home("a sandbox lets through nothing but PUT")
    expect_status(minicrm.send("POST", f"{ROOT}/ToDo/999999989", body={"Status": "Closed"}), 404)


@_rule("minicrm.task-close.without-id")
def check_without_id(minicrm: MinicrmAccount) -> None:
    """POST without an id makes no task: status 405 (grade A)."""
    minicrm.need_home("a sandbox lets through nothing but PUT")
    body = {"ProjectId": int(minicrm.make_project()), "Comment": f"{minicrm.sandbox.prefix}task"}
    expect_status(minicrm.send("POST", f"{ROOT}/ToDo", body=body), 405)
