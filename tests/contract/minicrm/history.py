"""ProjectHistory: the statuses that a card had."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING, cast

from tests.contract.harness.accounts.minicrm_account import ROOT, read_found, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_status
from tests.contract.harness.rules import MANUAL, NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount, Row
    from tests.contract.harness.responses import CrmResponse

_KEYS = ("Id", "ProjectId", "Type", "UserId", "ClosedAt", "Status_Old_Id", "Status_New_Id", "Status_Old_Name",
         "Status_New_Name")  # fmt: skip
_rule = partial(rule, source="ProjectHistory", document=MANUAL, provenance="observed")


def _ask(minicrm: MinicrmAccount, project_id: str) -> CrmResponse:
    return minicrm.get_further(f"{ROOT}/ProjectHistory/{project_id}", Type="StatusHistory")


def _list(minicrm: MinicrmAccount, project_id: str) -> list[Row]:
    return list(read_found(_ask(minicrm, project_id)).rows.values())


def _find(minicrm: MinicrmAccount, least: int = 1) -> tuple[str, list[Row]]:
    """Return a card with some changes of status, and these.

    Raises:
        NotTestedError: None of the first cards has so many.
    """
    for project_id in list(minicrm.list_projects())[:15]:
        rows = _list(minicrm, project_id)
        if len(rows) >= least:
            return project_id, rows
    raise NotTestedError(f"none of the first cards has {least} changes of status")


def _change_status(minicrm: MinicrmAccount) -> tuple[str, list[str]]:
    """Make a card that is given two statuses one after the other; return it and these."""
    schema = read_object(minicrm.get(f"{ROOT}/Schema/Project/{minicrm.writable_module}"))
    statuses = list(cast("dict[str, str]", schema["StatusId"]))[:2]
    if len(statuses) < 2:
        raise NotTestedError("the module has one status")
    made = minicrm.make_project(StatusId=int(statuses[0]))
    minicrm.save(f"Project/{made}", {"StatusId": int(statuses[1])})
    return made, statuses


@_rule("minicrm.project-history.shape")
def check_shape(minicrm: MinicrmAccount) -> None:
    """ProjectHistory answers Count and an object of rows by their ids; all of it is text, Count too (grade B)."""
    project_id, _ = _find(minicrm)
    response = _ask(minicrm, project_id)
    found = read_object(response)
    results = found["Results"]
    expect(isinstance(results, dict), "Results to be an object", response.describe(), response)
    expect_equal(found["Count"], str(len(results)), "Count", response)
    for key, row in cast("dict[str, Row]", results).items():
        expect_equal(sorted(set(_KEYS) - set(row)), [], "the keys that are missing", response)
        expect_equal(row["Id"], key, "Id of the row under its key", response)
        expect_equal(row["Type"], "StatusHistory", "Type", response)
        for name in _KEYS:
            expect(isinstance(row[name], str), f"{name} to be text", repr(row[name]), response)


@_rule("minicrm.project-history.newest-first")
def check_newest_first(minicrm: MinicrmAccount) -> None:
    """The newest change comes first, by its moment (grade B)."""
    _, rows = _find(minicrm, 3)
    moments = [row["ClosedAt"] for row in rows]
    expect_equal(moments, sorted(moments, reverse=True), "the moments in the order of the rows")


@_rule("minicrm.project-history.own-card")
def check_own_card(minicrm: MinicrmAccount) -> None:
    """A history has the changes of its card alone (grade B)."""
    first, rows = _find(minicrm, 2)
    expect_equal({row["ProjectId"] for row in rows}, {first}, "the ProjectId of all rows")
    for other in [one for one in minicrm.list_projects() if one != first][:4]:
        both = {row["Id"] for row in rows} & {row["Id"] for row in _list(minicrm, other)}
        expect(not both, f"no change of card {first} in the history of {other}", sorted(both))


@_rule("minicrm.project-history.first-row")
def check_first_row(minicrm: MinicrmAccount) -> None:
    """The first status of a card has no old one: both Status_Old_Id and Status_Old_Name are empty (grade B)."""
    _, rows = _find(minicrm, 2)
    oldest = rows[-1]
    expect_equal((oldest["Status_Old_Id"], oldest["Status_Old_Name"]), ("", ""), "the old status of the oldest row")
    for row in rows[:-1]:
        expect(row["Status_Old_Id"] != "", "an old status in each later row", row)


@_rule("minicrm.project-history.chain", provenance="assumed")
def check_chain(minicrm: MinicrmAccount) -> None:
    """Each change begins with the status that the change before ended with, and the newest with the card's own."""
    project_id, rows = _find(minicrm, 2)
    for newer, older in itertools.pairwise(rows):
        expect_equal(newer["Status_Old_Id"], older["Status_New_Id"], f"Status_Old_Id of change {newer['Id']}")
    status = str(minicrm.list_projects()[project_id]["StatusId"])
    expect_equal(rows[0]["Status_New_Id"], status, "the status of the newest change")


@_rule("minicrm.project-history.labels")
def check_labels(minicrm: MinicrmAccount) -> None:
    """Ids of statuses come with their labels (grade B)."""
    project_id, rows = _find(minicrm, 2)
    module = minicrm.list_projects()[project_id]["CategoryId"]
    labels = read_object(minicrm.get(f"{ROOT}/Schema/Project/{module}"))["StatusId"]
    for row in rows:
        for which in ("Old", "New"):
            status = row[f"Status_{which}_Id"]
            if status in labels or not status:
                expect_equal(row[f"Status_{which}_Name"], labels.get(status, ""), f"Status_{which}_Name of {status}")


@_rule("minicrm.project-history.trailing-slash")
def check_trailing_slash(minicrm: MinicrmAccount) -> None:
    """The path is taken with a slash at its end as well (grade B)."""
    project_id, rows = _find(minicrm)
    response = minicrm.get_further(f"{ROOT}/ProjectHistory/{project_id}/", Type="StatusHistory")
    expect_equal(list(read_found(response).rows.values()), rows, "the rows with a slash at the end", response)


@_rule("minicrm.project-history.grows", writes=True)
def check_grows(minicrm: MinicrmAccount) -> None:
    """A change of status comes on top, with both statuses; one by the API has no person: UserId 0 (grade B)."""
    minicrm.need_sandbox()
    made, statuses = _change_status(minicrm)
    newest, *older = _list(minicrm, made)
    told = (newest["Status_Old_Id"], newest["Status_New_Id"], newest["UserId"])
    expect_equal(told, (statuses[0], statuses[1], "0"), "old status, new status and UserId of the newest change")
    expect_equal([row["Status_New_Id"] for row in older], [statuses[0]], "the changes before it")


@_rule("minicrm.project-history.status-alone", writes=True)
def check_status_alone(minicrm: MinicrmAccount) -> None:
    """What changes another field of a card, or writes the status that it has, adds nothing (grade B)."""
    minicrm.need_sandbox()
    made, statuses = _change_status(minicrm)
    before = _list(minicrm, made)
    minicrm.save(f"Project/{made}", {"Name": f"{minicrm.sandbox.prefix}renamed"})
    minicrm.save(f"Project/{made}", {"StatusId": int(statuses[1])})
    expect_equal(_list(minicrm, made), before, "the history after that")


@_rule("minicrm.project-history.trashed", provenance="assumed", writes=True)
def check_trashed(minicrm: MinicrmAccount) -> None:
    """Active cards alone have a history: that of one in the trash is not found, status 404."""
    minicrm.need_sandbox()
    made = minicrm.make_project()
    minicrm.save(f"Project/{made}", {"Deleted": 1})
    expect_status(minicrm.send("GET", f"{ROOT}/ProjectHistory/{made}", {"Type": "StatusHistory"}), 404)


@_rule("minicrm.project-history.unknown-id", provenance="assumed")
def check_unknown_id(minicrm: MinicrmAccount) -> None:
    """The history of a card that does not exist is not found: status 404."""
    _find(minicrm)
    expect_status(minicrm.send("GET", f"{ROOT}/ProjectHistory/999999989", {"Type": "StatusHistory"}), 404)
