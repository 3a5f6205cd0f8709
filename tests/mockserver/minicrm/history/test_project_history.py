"""The history of a card grows by each change of its status, whoever made it."""

from __future__ import annotations

import pytest

from mockserver.crm.edits import Purge, RecordEdit
from mockserver.crm.profiles import Profile
from tests.mockserver.minicrm.account import SEED, Account, read_refusal

HISTORY = {"Type": "StatusHistory"}


def test_a_card_begins_its_history_in_its_first_status():
    account = Account()
    account.put("Project", {"CategoryId": 3, "ContactId": 11, "StatusId": 32})

    answer = account.get("ProjectHistory/105", HISTORY)

    assert answer == {
        "Count": "1",
        "Results": {
            "1": {
                "Id": "1",
                "ProjectId": "105",
                "Type": "StatusHistory",
                "UserId": "0",
                "ClosedAt": "2026-01-02 03:04:05",
                "Status_Old_Id": "",
                "Status_New_Id": "32",
                "Status_Old_Name": "",
                "Status_New_Name": "Offer",
            }
        },
    }


@pytest.mark.parametrize("path", ["ProjectHistory/101", "ProjectHistory/101/"])
def test_each_change_of_status_is_a_row_and_the_newest_stands_first(path: str):
    account = Account()
    account.put("Project/101", {"StatusId": "Won"})
    account.put("Project/101", {"Name": "The same status"})
    account.put("Project/101", {"StatusId": 34})

    rows = list(account.get(path, HISTORY)["Results"].values())

    assert [(row["Status_Old_Name"], row["Status_New_Name"]) for row in rows] == [
        ("Won", "Lost"),
        ("Offer", "Won"),
        ("", "Offer"),
    ]
    assert list(account.get(path)["Results"]) == [row["Id"] for row in rows]


def test_a_person_who_changes_a_status_stands_in_the_history():
    account = Account()

    account.fake.edit(RecordEdit("project", 102, {"StatusId": 31}, "2"))

    newest = next(iter(account.get("ProjectHistory/102", HISTORY)["Results"].values()))
    assert (newest["UserId"], newest["Status_Old_Id"], newest["Status_New_Id"]) == ("2", "33", "31")


def test_a_refused_change_leaves_no_row():
    account = Account()
    account.ask("PUT", "Project/101", body={"StatusId": 33, "Text1": "x" * 21})

    assert account.get("ProjectHistory/101", HISTORY)["Count"] == "1"


def test_a_seed_tells_the_history_of_a_card():
    told = [
        {"Id": 7, "ProjectId": 101, "UserId": 2, "ClosedAt": "2025-01-01 10:00:00", "Status_New_Id": 31},
        {"Id": 9, "ProjectId": 101, "ClosedAt": "2025-02-01 10:00:00", "Status_Old_Id": 31, "Status_New_Id": 32},
    ]
    account = Account(seed={**SEED, "status_changes": told})

    assert list(account.get("ProjectHistory/101", HISTORY)["Results"]) == ["9", "7"]
    assert account.get("ProjectHistory/102", HISTORY)["Count"] == "1"


def test_other_types_and_cards_that_do_not_exist_are_refused():
    account = Account()

    assert read_refusal(account.ask("GET", "ProjectHistory/101", {"Type": "Notes"}))[0] == 400
    assert read_refusal(account.ask("GET", "ProjectHistory/999", HISTORY))[0] == 404


@pytest.mark.parametrize(("on", "status"), [(True, 200), (False, 404)])
def test_the_trash_has_a_history_or_not(on: bool, status: int):
    account = Account(Profile(switches={"trashed-projects-have-a-history": on}))

    assert account.ask("GET", "ProjectHistory/104", HISTORY).status == status


def test_what_is_purged_takes_its_history_and_mails_along():
    account = Account(seed={**SEED, "emails": [{"Id": 1, "ProjectId": 101, "Subject": "Hello"}]})
    account.put("Project/101", {"StatusId": 33})

    account.fake.edit(Purge("project", 101))

    assert {account.fake.counts()[kind] for kind in ("status_changes", "emails")} == {0}


def test_a_history_that_a_seed_tells_in_part_begins_where_the_card_was_made():
    change = {"Id": 9, "ProjectId": 101, "ClosedAt": "2025-05-02 10:00:00", "Status_Old_Id": 31, "Status_New_Id": 32}

    rows = list(Account(seed={**SEED, "status_changes": [change]}).get("ProjectHistory/101")["Results"].values())

    assert [(row["Status_Old_Id"], row["Status_New_Id"]) for row in rows] == [("31", "32"), ("", "31")]
    assert rows[-1]["ClosedAt"] == "2025-05-01 12:00:00"
