"""Loading the MiniCRM part of a seed document, and what stays of it."""

from __future__ import annotations

import copy
from contextlib import closing
from typing import Any

import pytest

from mockserver.crm.api import SeedError
from mockserver.crm.database import open_connection
from mockserver.crm.profiles import Profile
from mockserver.minicrm.fake import MinicrmFake
from mockserver.seeds.load import SEED_NAMES, read_seed
from tests.mockserver.minicrm.account import SEED, Account, StandingClock


def test_an_empty_part_is_an_empty_account_with_the_default_login():
    account = Account(seed={})
    assert account.fake.counts() == dict.fromkeys(account.fake.counts(), 0)
    assert account.fake.knows_login("10001", "demo-api-key")
    assert account.get("Project", {"Name": "x"}) == {"Count": 0, "Results": []}


def test_a_fake_that_no_seed_was_loaded_into_is_an_empty_account():
    with closing(open_connection()) as connection:
        fake = MinicrmFake(connection, StandingClock(), Profile())
        assert fake.counts()["projects"] == 0
        assert fake.knows_login("10001", "demo-api-key")


def test_a_seed_replaces_everything():
    account = Account()
    account.find("Project", {"Text1": "x"})
    account.put("Project", {"CategoryId": 3, "ContactId": 11})
    account.fake.load(SEED)
    assert {kind: count for kind, count in account.fake.counts().items() if count} == {
        "projects": 4,
        "contacts": 3,
        "tasks": 2,
        "addresses": 2,
    }
    assert account.find("Project", {"Query": "kitchen"}) == [101]
    assert account.put("Project", {"CategoryId": 3, "ContactId": 11}) == 105


def test_a_fake_built_over_the_same_database_goes_on_where_the_other_was():
    account = Account()
    account.put("Project/101", {"Name": "Kept"})
    first = account.fake
    connection = first._connection  # pyright: ignore[reportPrivateUsage] - the database that both share
    account.fake = MinicrmFake(connection, account.clock, Profile())
    assert account.get("Project/101")["Name"] == "Kept"
    assert account.find("Project", {"Query": "kept"}) == [101]
    assert first.counts() == account.fake.counts()


@pytest.mark.parametrize("name", SEED_NAMES)
def test_a_built_in_seed_loads(name: str):
    part: Any = read_seed(name)["minicrm"]
    counts = Account(seed=part).fake.counts()
    assert counts == {kind: len(part.get(kind, ())) for kind in counts}
    assert (counts["projects"] > 0) == (name != "empty")


def test_every_entity_of_the_demo_can_be_read():
    part: Any = read_seed("demo")["minicrm"]
    account = Account(seed=part)
    for path, key in (("Project", "projects"), ("Contact", "contacts"), ("ToDo", "tasks"), ("Address", "addresses")):
        for row in part[key]:
            assert account.get(f"{path}/{row['Id']}")["Id"] == row["Id"]
    for entity in ("Project", "Contact"):
        assert account.get(entity)["Count"] > 20


def test_values_by_text_are_taken_as_in_the_api():
    project = {"Id": 1, "CategoryId": "3", "StatusId": "Won", "UserId": "Ada Lovelace", "Set1": "Bath", "Deleted": "1"}
    account = Account(seed={**SEED, "projects": [project]})
    assert account.get("Project/1") == {
        "Id": 1,
        "CategoryId": 3,
        "ContactId": 0,
        "StatusId": "Won",
        "UserId": "Ada Lovelace",
        "Name": "",
        "Deleted": "1",
        "Set1": "Bath",
    }


@pytest.mark.parametrize("zeros", ["0000-00-00 00:00:00", "0000-00-00"])
def test_a_date_of_zeros_is_printed_and_found_as_none(zeros: str):
    seed = copy.deepcopy(SEED)
    seed["projects"][1] |= {"Date1": zeros, "UpdatedAt": zeros, "CreatedAt": zeros}
    seed["tasks"][0]["Deadline"] = zeros
    account = Account(seed=seed)
    assert account.get("Project/102")["Date1"] == zeros
    assert account.get("ToDo/201")["Deadline"] == zeros
    assert account.find("Project", {"Date1": ""}) == [101, 102, 103]
    assert account.find("Project", {"UpdatedAt": zeros}) == [102]
    assert account.find("Project", {"UpdatedSince": "1990-01-01"}) == [101, 103]


def test_a_date_of_zeros_is_written_as_it_is():
    account = Account()
    account.put("Project/102", {"Date1": "0000-00-00 00:00:00"})
    assert account.get("Project/102")["Date1"] == "0000-00-00 00:00:00"


def change(path: str, value: object) -> dict[str, Any]:
    """Return the seed with one place changed."""
    seed = copy.deepcopy(SEED)
    place: Any = seed
    *outer, last = path.split("/")
    for key in outer:
        place = place[key] if key in place else place[int(key)]
    place[last] = value
    return seed


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("project", [], "minicrm.project: there is no such key; write projects"),
        ("url", 1, "minicrm.url: write a text"),
        ("logins", {}, "minicrm.logins: write a list"),
        ("logins", [{"system_id": "1"}], "minicrm.logins[0].api_key: write a text"),
        ("users/x", "Ada", "minicrm.users.x: write an id in digits"),
        ("modules/3/name", None, "minicrm.modules.3.name: write a text, not null"),
        ("modules/3/status", {}, "minicrm.modules.3.status: there is no such key; write statuses"),
        ("modules/3/statuses/31/group", "open", "minicrm.modules.3.statuses.31.group: write Failed or Lead"),
        ("modules/3/listed_users", ["9"], "minicrm.modules.3.listed_users[0]: there is no user 9"),
        ("modules/4/statuses/31", {"label": "x"}, "minicrm.modules.4.statuses.31: module 3 has this id"),
        ("modules/3/fields/Int1/type", "Integer", "minicrm.modules.3.fields.Int1.type: write Int, Text(n)"),
        ("modules/3/fields/Int1/choice", {}, "minicrm.modules.3.fields.Int1.choice: there is no such key"),
        ("modules/3/fields/Set1/choices/3", "x", "minicrm.modules.3.fields.Set1.choices.3: the ids of a Set"),
        ("modules/3/fields/a'b", {"type": "Int"}, "minicrm.modules.3.fields.a'b: a field's name is made of"),
        ("contact_fields/Company", {}, "minicrm.contact_fields.Company: there is no such key"),
        ("contacts/0/Type", "Company", "minicrm.contacts[0].Type: write Business or Person"),
        ("contacts/0/FirstName", "x", "minicrm.contacts[0].FirstName: there is no such key"),
        ("contacts/0/UpdatedAt", "2025-01-01", "minicrm.contacts[0].UpdatedAt: write a date and time"),
        ("contacts/1/CreatedBy", 9, "minicrm.contacts[1].CreatedBy: there is no user 9"),
        ("contacts/1/Id", 10, "minicrm.contacts[1].Id: 10 is used twice"),
        ("projects/0/Id", None, "minicrm.projects[0].Id: write an id in digits, not None"),
        ("projects/0/Id", 0, "minicrm.projects[0].Id: write an id from 1"),
        ("projects/0/CategoryId", 9, "minicrm.projects[0].CategoryId: there is no module 9"),
        ("projects/0/StatusId", 99, "minicrm.projects[0].StatusId: the field has no choice of this id"),
        ("projects/0/Date1", "tomorrow", "minicrm.projects[0].Date1: the value does not fit"),
        ("projects/0/a b", 1, "minicrm.projects[0].a b: a field's name is made of"),
        ("tasks/0/Status", "Done", "minicrm.tasks[0].Status: write Closed or Open"),
        ("tasks/0/Attachments", "x", "minicrm.tasks[0].Attachments: write an object"),
        ("tasks/0/Project", 1, "minicrm.tasks[0].Project: there is no such key"),
        ("addresses/0/Street", "x", "minicrm.addresses[0].Street: there is no such key"),
        ("addresses/0/ContactId", "x", "minicrm.addresses[0].ContactId: write an id in digits"),
        ("next_ids", {"projects": 5}, "minicrm.next_ids.projects: there is no such key; write project"),
        ("next_ids", {"project": -1}, "minicrm.next_ids.project: write an id in digits"),
    ],
)
def test_a_mistake_is_named_by_its_path_and_changes_nothing(place: str, value: object, message: str):
    account = Account()
    account.put("Project/101", {"Name": "Kept"})
    with pytest.raises(SeedError) as caught:
        account.fake.load(change(place, value))
    assert str(caught.value).startswith(message)
    assert account.get("Project/101")["Name"] == "Kept"
    assert account.fake.counts()["projects"] == 4
