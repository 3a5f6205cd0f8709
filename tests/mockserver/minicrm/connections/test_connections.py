"""Two cards are connected, described and parted, and each says what it is connected to."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.crm.edits import Purge
from mockserver.crm.profiles import Profile
from tests.mockserver.minicrm.account import SEED, Account, read_json, read_refusal

ENDS = {"FromProjectId": 101, "ToProjectId": 102}


def change(account: Account, what: str, **body: object) -> Any:
    return read_json(account.ask("PUT", f"{what}ProjectConnection", body={**ENDS, **body}))


def listed(account: Account, project_id: int) -> Any:
    return account.get("ListProjectConnection", {"FromProjectId": str(project_id)})


def test_a_connection_is_shown_as_the_card_at_its_other_end():
    account = Account()
    other = {
        "ProjectId": 102,
        "ProjectName": "Office",
        "Description": "",
        "CategoryId": 3,
        "StatusId": 33,
        "MainContactId": 10,
    }

    assert change(account, "Create") == other
    assert listed(account, 101) == {"TotalCount": 1, "Page": 0, "ItemPerPage": 100, "Connections": {"0": other}}
    assert listed(account, 102)["Connections"]["0"]["ProjectName"] == "Kitchen, Örs"


def test_a_connection_is_made_once_described_and_taken_away():
    account = Account()
    change(account, "Create")
    change(account, "Create", FromProjectId=102, ToProjectId="101")

    assert account.fake.counts()["connections"] == 1
    assert change(account, "Update", Description="The same floor")["Description"] == "The same floor"
    assert listed(account, 101)["Connections"]["0"]["Description"] == "The same floor"
    assert change(account, "Delete")["ProjectId"] == 102
    assert listed(account, 101) == {"TotalCount": 0, "Page": 0, "ItemPerPage": 100, "Connections": []}


def test_a_connection_is_seen_from_its_start_alone_where_the_account_has_it_so():
    account = Account(Profile(switches={"connections-are-one-way": True}))
    change(account, "Create")

    assert (listed(account, 101)["TotalCount"], listed(account, 102)["TotalCount"]) == (1, 0)


def test_connections_turn_pages_of_a_hundred():
    projects = [{"Id": 200 + n, "CategoryId": 4, "ContactId": 12, "StatusId": 41, "Name": str(n)} for n in range(130)]
    connections = [{"Id": n + 1, "FromProjectId": 101, "ToProjectId": 200 + n} for n in range(130)]
    account = Account(seed={**SEED, "projects": [*SEED["projects"], *projects], "connections": connections})

    page = account.get("ListProjectConnection", {"FromProjectId": "101", "Page": "1"})

    assert (page["TotalCount"], page["Page"], len(page["Connections"])) == (130, 1, 30)


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("Create", {"ToProjectId": 999}, 400),
        ("Create", {"ToProjectId": 101}, 400),
        ("Create", {"ToProjectId": ""}, 400),
        ("Update", {"Description": "x"}, 404),
        ("Delete", {}, 404),
    ],
)
def test_ends_that_make_no_sense_are_refused(what: str, body: dict[str, object], status: int):
    account = Account()

    assert read_refusal(account.ask("PUT", f"{what}ProjectConnection", body={**ENDS, **body}))[0] == status
    assert account.ask("GET", "ListProjectConnection").status == 400


def test_a_card_that_is_gone_takes_its_connections_along():
    account = Account()
    change(account, "Create")

    account.fake.edit(Purge("project", 102))

    assert listed(account, 101)["TotalCount"] == 0
