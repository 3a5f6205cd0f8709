"""Connections between cards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids, expect_status
from tests.contract.harness.rules import MANUAL, NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount, Row

_NUMBERS = ("ProjectId", "CategoryId", "StatusId", "MainContactId")
_TEXTS = ("ProjectName", "Description")
_rule = partial(rule, source="Project connections", document=MANUAL, provenance="observed")


def _ask(minicrm: MinicrmAccount, project_id: str, **query: str) -> dict[str, Any]:
    return read_object(minicrm.get_further(f"{ROOT}/ListProjectConnection", FromProjectId=project_id, **query))


def _list(minicrm: MinicrmAccount, project_id: str) -> dict[str, Row]:
    """Return what a card is connected to, by the ids of the other cards."""
    found: Any = _ask(minicrm, project_id)["Connections"]
    rows = list(cast("dict[str, Row]", found).values()) if isinstance(found, dict) else cast("list[Row]", found)
    return {str(row["ProjectId"]): row for row in rows}


def _find(minicrm: MinicrmAccount) -> str:
    """Return a card that is connected.

    Raises:
        NotTestedError: None of the first cards is.
    """
    for project_id in list(minicrm.list_projects())[:15]:
        if _list(minicrm, project_id):
            return project_id
    raise NotTestedError("none of the first cards is connected")


def _connect(minicrm: MinicrmAccount, count: int = 1) -> tuple[str, list[str]]:
    """Make a card and others that it is connected to."""
    minicrm.need_home("what becomes of a connection when its card goes is not known")
    first, others = minicrm.make_project(), [minicrm.make_project(Name=f"other {i}") for i in range(count)]
    for other in others:
        response = minicrm.put("CreateProjectConnection", _ends(first, other))
        expect_status(response, 200)
    return first, others


def _ends(first: str, other: str, **more: str) -> dict[str, object]:
    return {"FromProjectId": int(first), "ToProjectId": int(other), **more}


@_rule("minicrm.connection-list.shape")
def check_shape(minicrm: MinicrmAccount) -> None:
    """The list answers TotalCount, Page, ItemPerPage and Connections, an object by places (grade B)."""
    project_id = _find(minicrm)
    found = _ask(minicrm, project_id)
    connections = cast("dict[str, Row]", found["Connections"])
    expect(isinstance(found["Connections"], dict), "Connections to be an object", found["Connections"])
    expect_equal(list(connections), [str(place) for place in range(len(connections))], "the places")
    told = [found[name] for name in ("TotalCount", "Page", "ItemPerPage")]
    expect_equal(told, [len(connections), 0, 100], "TotalCount, Page and ItemPerPage")


@_rule("minicrm.connection-list.rows")
def check_rows(minicrm: MinicrmAccount) -> None:
    """A connection is the card at its other end: four ids as numbers, its name and a description (grade B)."""
    for other, row in _list(minicrm, _find(minicrm)).items():
        for name in _NUMBERS:
            expect(type(row[name]) is int, f"{name} to be a number", repr(row[name]))
        for name in _TEXTS:
            expect(isinstance(row[name], str), f"{name} to be text", repr(row[name]))
        card = minicrm.fetch("Project", other)
        expect_equal((row["ProjectName"], row["CategoryId"]), (card["Name"], card["CategoryId"]), "name and module")


@_rule("minicrm.connection-list.own-connections")
def check_own(minicrm: MinicrmAccount) -> None:
    """A card has the connections that were made from it, none with itself and none of strangers (grade B)."""
    first = _find(minicrm)
    expect(first not in _list(minicrm, first), f"{first} not among its own connections", "there")
    minicrm.need_home("which cards are connected is known of the suite's own")
    from tests.contract.harness.accounts.home_seed import build_home_seed

    made = [(str(row["FromProjectId"]), str(row["ToProjectId"])) for row in build_home_seed()["minicrm"]["connections"]]
    for card in {start for start, _ in made}:
        wanted = [end for start, end in made if start == card]
        expect_same_ids(list(_list(minicrm, card)), wanted, f"the connections of card {card}")


@_rule("minicrm.connection-list.empty", provenance="assumed")
def check_empty(minicrm: MinicrmAccount) -> None:
    """A card without connections has a TotalCount of 0 and an empty list."""
    for project_id in list(minicrm.list_projects())[:15]:
        found = _ask(minicrm, project_id)
        if not found["Connections"]:
            expect_equal(found["TotalCount"], 0, "TotalCount")
            expect_equal(found["Connections"], list[Any](), "Connections")
            return
    raise NotTestedError("each of the first cards is connected")


@_rule("minicrm.connection-create.listed", writes=True)
def check_create(minicrm: MinicrmAccount) -> None:
    """CreateProjectConnection connects two cards and answers the other one, as the list then has it (grade B)."""
    minicrm.need_home("what becomes of a connection when its card goes is not known")
    first, other = minicrm.make_project(), minicrm.make_project(Name="other")
    response = minicrm.put("CreateProjectConnection", _ends(first, other))
    expect_status(response, 200)
    expect_equal(str(read_object(response)["ProjectId"]), other, "ProjectId of the answer", response)
    expect_equal(_list(minicrm, first), {other: read_object(response)}, "the connections after that")


@_rule("minicrm.connection-create.many", writes=True)
def check_many(minicrm: MinicrmAccount) -> None:
    """A card is connected to as many as it was connected to (grade B)."""
    first, others = _connect(minicrm, 3)
    expect_same_ids(list(_list(minicrm, first)), others, f"the connections of card {first}")
    expect_equal(_ask(minicrm, first)["TotalCount"], 3, "TotalCount")


@_rule("minicrm.connection-create.both-ends", provenance="assumed", writes=True)
def check_both_ends(minicrm: MinicrmAccount) -> None:
    """A connection is seen from both ends, each of which shows the other card."""
    first, [other] = _connect(minicrm)
    expect_same_ids(list(_list(minicrm, other)), [first], f"the connections of card {other}")


@_rule("minicrm.connection-create.refused", provenance="assumed", writes=True)
def check_create_refused(minicrm: MinicrmAccount) -> None:
    """Two different cards that exist are needed: else a refusal, and nothing is connected."""
    minicrm.need_home("what becomes of a connection when its card goes is not known")
    first = minicrm.make_project()
    for body in (_ends(first, first), _ends(first, "999999989"), {"FromProjectId": int(first)}):
        response = minicrm.put("CreateProjectConnection", body)
        expect(response.status >= 400, f"a refusal of {body}", response.describe(), response)
    expect_equal(_list(minicrm, first), dict[str, Any](), "the connections after that")


@_rule("minicrm.connection-update.description", writes=True)
def check_update(minicrm: MinicrmAccount) -> None:
    """UpdateProjectConnection writes the Description of that connection alone (grade B)."""
    first, (other, third) = _connect(minicrm, 2)
    expect_status(minicrm.put("UpdateProjectConnection", _ends(first, other, Description="next door ő")), 200)
    rows = _list(minicrm, first)
    told = {one: rows[one]["Description"] for one in (other, third)}
    expect_equal(told, {other: "next door ő", third: ""}, "the descriptions")


@_rule("minicrm.connection-delete.that-one", writes=True)
def check_delete(minicrm: MinicrmAccount) -> None:
    """DeleteProjectConnection takes that connection away and no other; the cards stay (grade B)."""
    first, (other, third) = _connect(minicrm, 2)
    expect_status(minicrm.put("DeleteProjectConnection", _ends(first, other)), 200)
    expect_same_ids(list(_list(minicrm, first)), [third], "the connections after that")
    minicrm.fetch("Project", other)


@_rule("minicrm.connection-delete.unknown", provenance="assumed", writes=True)
def check_delete_unknown(minicrm: MinicrmAccount) -> None:
    """A connection that there is not can be neither described nor taken away: status 404."""
    minicrm.need_home("what becomes of a connection when its card goes is not known")
    first, other = minicrm.make_project(), minicrm.make_project(Name="other")
    for path in ("UpdateProjectConnection", "DeleteProjectConnection"):
        expect_status(minicrm.put(path, _ends(first, other, Description="x")), 404)
