from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mockserver.crm.profiles import Profile
from tests.mockserver.conftest import StartFake
from tests.mockserver.minicrm.account import SEED
from tests.support.in_process import MINICRM_LOGIN, InProcessFake, build_seed

Edit = Callable[..., httpx.Response]


@pytest.fixture
def fake(start_fake: StartFake) -> InProcessFake:
    seed = build_seed({"first_name": "Ann", "contact_type": "14795"}, {"first_name": "Bob"}, minicrm=SEED)
    return start_fake(seed, Profile("observed", switches={"requests-are-limited": False}))


@pytest.fixture
def edit(fake: InProcessFake) -> Edit:
    def post(*edits: dict[str, Any]) -> httpx.Response:
        return fake.client.post("/_control/edits", json={"edits": edits})

    return post


def read(fake: InProcessFake, path: str, **query: str) -> Any:
    response = fake.client.get(f"/Api/R3/{path}", params=query, auth=MINICRM_LOGIN)
    return response.json() if response.status_code == 200 else response.status_code


def find(fake: InProcessFake, **query: str) -> list[str]:
    return list(read(fake, "Project", **query)["Results"] or {})


def of_project(project_id: int, **values: object) -> dict[str, Any]:
    return {"crm": "minicrm", "kind": "project", "id": project_id, "set": values}


def test_a_person_moves_a_card_to_another_module_which_no_request_can(fake: InProcessFake, edit: Edit):
    refused = fake.client.put("/Api/R3/Project/101", json={"CategoryId": 4}, auth=MINICRM_LOGIN)

    answer = edit(of_project(101, CategoryId=4, Text4="It broke"))

    card = read(fake, "Project/101")
    assert (refused.status_code, answer.status_code) == (400, 200)
    assert (card["CategoryId"], card["StatusId"], card["Text4"]) == (4, "New", "It broke")
    assert "Set1" not in card  # the other module has no such field
    assert card["Enum1"] == ""  # nor the same choices
    assert find(fake, CategoryId="4", Query="broke") == ["101"]


def test_what_a_person_changes_shows_who_and_when_and_is_found_as_updated(fake: InProcessFake, edit: Edit):
    fake.client.put("/_control/clock", json={"now": "2026-02-03T04:05:06"})

    edit({**of_project(102, Text1="quiet"), "user": 2})

    card = read(fake, "Project/102")
    assert (card["Text1"], card["UpdatedBy"], card["UpdatedAt"]) == ("quiet", "Bálint Kovács", "2026-02-03 04:05:06")
    assert find(fake, UpdatedSince="2026-02-03") == ["102"]


def test_a_person_gives_a_card_to_any_contact(fake: InProcessFake, edit: Edit):
    edit(of_project(102, ContactId=12))

    assert read(fake, "Project/102")["ContactId"] == 12


def test_a_person_opens_a_closed_task_again(fake: InProcessFake, edit: Edit):
    edit({"crm": "minicrm", "kind": "task", "id": 202, "set": {"Status": "Open"}})

    assert read(fake, "ToDo/202")["Status"] == "Open"


def test_contacts_and_addresses_can_be_changed_too(fake: InProcessFake, edit: Edit):
    edit(
        {"crm": "minicrm", "kind": "contact", "id": 11, "set": {"LastName": "Kis", "Deleted": 1}},
        {"crm": "minicrm", "kind": "address", "id": 301, "set": {"City": "Pécs"}},
    )

    assert (read(fake, "Contact/11")["LastName"], read(fake, "Address/301")["City"]) == ("Kis", "Pécs")


def test_a_purged_card_was_never_there_nor_were_its_tasks(fake: InProcessFake, edit: Edit):
    edit({"crm": "minicrm", "kind": "project", "id": 101, "purge": True})

    assert (read(fake, "Project/101"), read(fake, "ToDo/201")) == (404, 404)
    assert find(fake, Query="Kitchen") == []
    assert find(fake, UpdatedSince="2000-01-01", Deleted="1") == ["104"]


def test_a_purged_company_takes_its_cards_and_addresses_and_leaves_its_people(fake: InProcessFake, edit: Edit):
    edit({"crm": "minicrm", "kind": "contact", "id": 10, "purge": True})

    assert [read(fake, path) for path in ("Contact/10", "Project/102", "Address/301")] == [404, 404, 404]
    assert read(fake, "Contact/11")["BusinessId"] == 0


def test_users_statuses_and_choices_are_renamed_under_the_cards(fake: InProcessFake, edit: Edit):
    module = {"statuses": {"32": {"label": "Quoted"}}, "fields": {"Enum1": {"choices": {"7": "Website"}}}}

    edit({"crm": "minicrm", "setup": {"users": {"1": "Ada Byron"}, "modules": {"3": module}}})

    card = read(fake, "Project/101")
    assert (card["UserId"], card["StatusId"], card["Enum1"]) == ("Ada Byron", "Quoted", "Website")
    assert card["UpdatedAt"] == "2025-05-01 12:00:00"
    assert read(fake, "Schema/Project/3")["StatusId"]["32"] == "Quoted"


def test_a_field_is_added_and_another_one_dropped_with_its_values(fake: InProcessFake, edit: Edit):
    fields = {"Text1": None, "Text9": {"type": "Text(20)", "label": "Colour"}}

    edit({"crm": "minicrm", "setup": {"modules": {"3": {"fields": fields}}}})
    fake.client.put("/Api/R3/Project/102", json={"Text9": "red"}, auth=MINICRM_LOGIN)

    card = read(fake, "Project/102")
    assert (card["Text9"], "Text1" in card) == ("red", False)
    assert find(fake, Query="squeaky") == []


def test_a_choice_that_is_gone_is_gone_from_the_cards(fake: InProcessFake, edit: Edit):
    fields = {"Enum1": {"choices": {"7": None}}, "Set1": {"choices": {"1": None}}}

    edit({"crm": "minicrm", "setup": {"modules": {"3": {"fields": fields}}}})

    card = read(fake, "Project/101")
    assert (card["Enum1"], card["Set1"]) == ("", "Bath")


def test_a_field_of_another_type_keeps_what_fits(fake: InProcessFake, edit: Edit):
    fields = {"Int1": {"type": "Text(20)"}, "Text1": {"type": "Int"}}

    edit({"crm": "minicrm", "setup": {"modules": {"3": {"fields": fields}}}})

    card = read(fake, "Project/102")
    assert (card["Int1"], card["Text1"]) == ("5", 0)


def test_an_ivinex_record_is_changed_and_another_one_deleted(fake: InProcessFake, edit: Edit):
    edit(
        {"crm": "ivinex", "kind": "contact", "id": 1, "set": {"first_name": "Anna"}, "user": 7},
        {"crm": "ivinex", "kind": "1001", "id": 2, "purge": True},
    )

    (record,) = fake.search().json()["Records"]
    assert (record["full_name"], record["modified_by"]) == ("Anna", "7")
    written = fake.write({"CollectionTypeID": 1001, "first_name": "Cid"}).json()
    assert written[0]["CollectionID"] == 3  # the id of a deleted record is not given again


def test_ivinex_fields_and_options_change_under_the_records(fake: InProcessFake, edit: Edit):
    fields = {"score": None, "tier": {"type": "text"}, "contact_type": {"options": {"14795": "Client"}}}

    edit({"crm": "ivinex", "setup": {"modules": {"1001": {"fields": fields}}}})

    record = fake.search(LookupOptionText="true").json()["Records"][0]
    assert (record["first_name"], record["contact_type"], record["tier"]) == ("Ann", "Client", "")
    assert "score" not in record
    assert fake.write({"CollectionTypeID": 1001, "tier": "Gold"}).json()[0]["Status"] == "Success"


def test_edits_are_carried_out_all_or_none(fake: InProcessFake, edit: Edit):
    rename = {"crm": "ivinex", "setup": {"modules": {"1001": {"fields": {"score": None}}}}}

    answer = edit(of_project(101, Name="Gone"), rename, of_project(999, Name="Nobody"))

    assert answer.status_code == 400
    assert "edits[2]" in answer.json()["error"]
    assert read(fake, "Project/101")["Name"] == "Kitchen, Örs"
    assert "score" in fake.search().json()["Records"][0]


def test_edits_are_no_requests_to_a_crm(fake: InProcessFake, edit: Edit):
    edit(of_project(101, Name="New"))

    assert fake.read_journal() == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"crm": "minicrm"}, 'an edit has "set"'),
        ({"crm": "other", "setup": {}}, "write ivinex or minicrm"),
        ({"crm": "minicrm", "kind": "project", "id": 101, "prune": True}, 'Did you mean "purge"'),
        ({"crm": "minicrm", "kind": "deal", "id": 101, "purge": True}, "project, contact, task, address"),
        (of_project(101, Name="x" * 600), "longer than the field"),
        ({**of_project(101, Name="x"), "user": 9}, "there is no user 9"),
        ({"crm": "minicrm", "setup": {"users": {"1": None}}}, "listed_users"),
        (
            {"crm": "minicrm", "setup": {"modules": {"3": {"statuses": {"32": None}}}}},
            "have a status that would be gone",
        ),
        ({"crm": "minicrm", "setup": {"contacts": []}}, "a setup has users"),
        ({"crm": "ivinex", "kind": "deal", "id": 1, "purge": True}, "1001 (contact)"),
        ({"crm": "ivinex", "kind": "contact", "id": 9, "purge": True}, "has no record 9"),
        ({"crm": "ivinex", "setup": {"modules": {"1001": None}}}, "a module stays"),
    ],
)
def test_an_edit_that_cannot_be_done_says_what_can(edit: Edit, wrong: dict[str, Any], message: str):
    answer = edit(wrong)

    assert answer.status_code == 400
    assert message in answer.json()["error"]
