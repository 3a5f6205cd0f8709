"""The switches that `test_observed_profile` does not turn: each one on, and off."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.crm.profiles import PROFILE_NAMES, Profile
from tests.mockserver.minicrm.account import Account, read_json, read_refusal


def switched(name: str, on: bool) -> Account:
    return Account(Profile(switches={name: on}))


def test_a_choice_that_does_not_exist_is_500_or_400():
    body = {"StatusId": 999}
    on, off = (
        switched("unknown-choice-id-is-500", state).ask("PUT", "Project/101", body=body) for state in (True, False)
    )
    assert read_refusal(on) == (500, "Project (PUT): Internal error: StatusId")
    assert read_refusal(off) == (400, "Project (PUT): Bad parameter: StatusId")


@pytest.mark.parametrize(
    ("on", "contact_id", "status"), [(True, 10, 200), (True, 12, 400), (True, 99, 400), (False, 10, 400)]
)
def test_a_projects_contact_changes_within_its_business_or_not_at_all(on: bool, contact_id: int, status: int):
    account = switched("project-contact-may-change", on)
    assert account.get("Project/101")["ContactId"] == 11
    assert account.ask("PUT", "Project/101", body={"ContactId": contact_id}).status == status
    assert account.get("Project/101")["ContactId"] == (contact_id if status == 200 else 11)


@pytest.mark.parametrize(
    ("on", "body", "status"),
    [
        (True, {"ContactId": 13, "BusinessId": 14}, 200),
        (True, {"ContactId": 14, "BusinessId": "14"}, 200),
        (True, {"ContactId": 13}, 400),
        (True, {"ContactId": 13, "BusinessId": 10}, 400),
        (True, {"BusinessId": 14}, 400),
        (True, {"ContactId": 10, "BusinessId": 10}, 200),
        (False, {"ContactId": 13, "BusinessId": 14}, 400),
        (False, {"BusinessId": 14}, 400),
        (False, {"BusinessId": 10}, 200),
    ],
)
def test_a_project_moves_to_another_business_with_a_contact_of_that_one(on: bool, body: dict[str, object], status: int):
    account = switched("project-contact-may-change", on)
    person = account.put("Contact", {"Type": "Person", "LastName": "Kis"})
    business = account.put("Contact", {"Type": "Business", "Name": "Other Kft."})
    account.put(f"Contact/{person}", {"BusinessId": business})
    before = account.get("Project/101")
    assert account.ask("PUT", "Project/101", body={"Name": "Moved", **body}).status == status
    if status == 200:
        assert account.get("Project/101")["ContactId"] == body.get("ContactId", 11)
    else:
        assert account.get("Project/101") == before


def test_a_new_project_may_name_the_business_of_its_contact():
    account = Account()
    body = {"CategoryId": 3, "ContactId": 11}
    assert account.put("Project", {**body, "BusinessId": 10}) == 105
    assert account.put("Project", {**body, "BusinessId": ""}) == 106
    refused = account.ask("PUT", "Project", body={**body, "BusinessId": 12})
    assert read_refusal(refused) == (400, "Project (PUT): Bad parameter: BusinessId")


@pytest.mark.parametrize(("on", "updated"), [(True, "2026-01-02 03:04:05"), (False, "2025-05-01 12:00:00")])
def test_a_task_updates_its_project_or_leaves_it_alone(on: bool, updated: str):
    account = Account(Profile("observed", switches={"tasks-touch-their-project": on}))
    account.put("ToDo", {"ProjectId": 101, "Comment": "Ring."})
    assert account.get("Project/101")["UpdatedAt"] == updated


@pytest.mark.parametrize(("on", "longest"), [(True, 512), (False, 128)])
def test_the_name_of_a_project_may_be_long_or_not(on: bool, longest: int):
    account = switched("project-names-are-long", on)
    assert account.get("Schema/Project/3")["Name"] == f"Text({longest})"
    name = "x" * longest
    account.put("Project/101", {"Name": name})
    assert account.get("Project/101")["Name"] == name
    refused = account.ask("PUT", "Project/101", body={"Name": f"{name}x"})
    assert read_refusal(refused) == (400, "Project (PUT): Bad parameter: Name")


def test_a_type_is_taken_by_its_hungarian_word_or_not():
    on, off = (switched("contact-type-by-hungarian-word", state) for state in (True, False))
    person = on.put("Contact", {"Type": "Személy", "LastName": "Kis"})
    business = on.put("Contact", {"Type": "Cég", "Name": "Kis Kft."})
    assert [on.get(f"Contact/{each}")["Type"] for each in (person, business)] == ["Person", "Business"]
    assert off.ask("PUT", "Contact", body={"Type": "Személy", "LastName": "Kis"}).status == 400


def test_the_trash_is_listed_module_by_module_or_whole():
    on, off = (switched("trash-needs-a-module", state) for state in (True, False))
    trash = {"UpdatedSince": "2000-01-01", "Deleted": "1"}
    assert list(off.get("Project", trash)["Results"]) == ["104"]
    assert read_refusal(on.ask("GET", "Project", trash)) == (400, "Project (GET): Missing parameter: CategoryId")
    assert list(on.get("Project", {**trash, "CategoryId": "3"})["Results"]) == ["104"]


def test_a_task_is_made_of_the_query_or_not():
    query = {"ProjectId": "101", "Comment": "Go", "Deadline": "2026-02-01"}
    on, off = (switched("task-from-the-query", state) for state in (True, False))
    answer = on.ask("PUT", "ToDo/", query)
    assert answer.hints == ("the task was made of the query (observed)",)
    task = on.get(f"ToDo/{read_json(answer)['Id']}")
    assert (task["ProjectId"], task["Comment"], task["Deadline"]) == (101, "Go", "2026-02-01 23:59:59")
    assert on.ask("PUT", "ToDo/", {}).status == 400
    assert off.ask("PUT", "ToDo/", query).status == 400


@pytest.mark.parametrize(
    ("path", "body", "known"),
    [
        ("ToDo", {"TodoId": None, "ProjectId": 101, "Comment": "Go"}, {"Comment": "Go"}),
        ("ToDo/201", {"TodoId": 201, "ProjectId": 101, "Comment": "Go"}, {"Comment": "Go"}),
        ("Project/101", {"Name": "Desk", "Description": "x"}, {"Name": "Desk"}),
        ("Contact", {"Type": "Person", "LastName": "Kis", "BusinessName": "Kis Kft."}, {"LastName": "Kis"}),
        ("Address/301", {"City": "Pécs", "Floor": 3}, {"City": "Pécs"}),
        ("Address/301", {"Floor": 3}, {"Id": 301}),
    ],
)
def test_a_field_that_the_schema_lacks_is_not_looked_at_or_refused(
    path: str, body: dict[str, object], known: dict[str, object]
):
    on, off = (switched("unknown-fields-are-ignored", state) for state in (True, False))
    answer = on.ask("PUT", path, body=body)
    detail = on.get(f"{path.split('/')[0]}/{read_json(answer)['Id']}")
    assert known.items() <= detail.items()
    unknown = next(name for name in body if name in {"TodoId", "Description", "BusinessName", "Floor"})
    assert unknown not in detail
    assert answer.hints == (f"the field {unknown} means nothing here and was not looked at (observed)",)
    assert read_refusal(off.ask("PUT", path, body=body))[0] == 400


@pytest.mark.parametrize("on", [True, False])
def test_a_projects_module_never_changes(on: bool):
    assert switched("project-contact-may-change", on).ask("PUT", "Project/101", body={"CategoryId": 4}).status == 400


@pytest.mark.parametrize("path", ["Project", "Contact"])
def test_no_hits_are_a_list_or_an_object(path: str):
    on, off = (switched("empty-results-are-a-list", state).get(path, {"Query": "nothing"}) for state in (True, False))
    assert on == {"Count": 0, "Results": []}
    assert off == {"Count": 0, "Results": {}}


@pytest.mark.parametrize(("on", "name"), [(True, "Source"), (False, "Enum1")])
def test_a_bad_choice_is_refused_by_label_or_name(on: bool, name: str):
    answer = switched("refusals-name-labels", on).ask("PUT", "Project/101", body={"Enum1": "Nothing"})
    assert read_refusal(answer) == (400, f"Project (PUT): Bad parameter: {name}")


@pytest.mark.parametrize(("on", "text"), [(True, "Kitchen, Office"), (False, "Kitchen,Office")])
def test_a_set_reads_back_with_spaces_or_without(on: bool, text: str):
    account = switched("sets-read-back-with-spaces", on)
    account.put("Project/101", {"Set1": "Kitchen,Office"})
    assert account.get("Project/101")["Set1"] == text


@pytest.mark.parametrize("on", [True, False])
def test_a_closed_task_stays_closed_or_is_opened_again(on: bool):
    account = switched("closed-tasks-stay-closed", on)
    account.put("ToDo/201", {"Status": "Closed"})
    assert account.ask("PUT", "ToDo/201", body={"Status": "Open"}).status == (400 if on else 200)
    assert account.get("ToDo/201")["Status"] == ("Closed" if on else "Open")


@pytest.mark.parametrize("on", [True, False])
def test_addresses_are_structured_on_request_or_never(on: bool):
    account = switched("address-list-structured", on)
    address = account.put("Address", {"ContactId": 10, "Name": "Office"})
    results = account.get("AddressList/10", {"Structured": "1"})["Results"]
    if on:
        assert results[str(address)]["Id"] == address
    else:
        assert isinstance(results, list)


@pytest.mark.parametrize("on", [True, False])
def test_a_search_hides_the_trash_or_not(on: bool):
    account = switched("search-hides-trash", on)
    account.put("Project/101", {"Deleted": 1})
    assert (101 in account.find("Project", {})) is not on


@pytest.mark.parametrize(
    ("path", "query", "count"),
    [("Project", {"Query": "örs"}, 1), ("ToDoList/101", {}, None), ("AddressList/10", {}, None)],
)
def test_count_is_text_or_a_number(path: str, query: dict[str, str], count: int | None):
    on, off = (switched("count-is-text", state).get(path, query)["Count"] for state in (True, False))
    assert isinstance(on, str)
    assert isinstance(off, int)
    assert on == str(off)
    assert count in (off, None)


def test_keys_of_hits_count_from_0_or_are_their_ids():
    on, off = (switched("result-keys-are-not-ids", state).get("Contact", {})["Results"] for state in (True, False))
    assert {key: row["Id"] for key, row in on.items()} == {"0": "10", "1": "11", "2": "12"}
    assert {key: row["Id"] for key, row in off.items()} == {"10": "10", "11": "11", "12": "12"}
    observed = Account(Profile("observed", switches={"result-keys-are-not-ids": True}))
    assert list(observed.get("AddressList/10")["Results"]) == ["301", "302"]  # whose key is all that tells the id


def test_an_address_list_is_an_object_or_a_list_that_holds_it():
    found: list[Any] = []
    for on in (True, False):
        account = switched("address-list-is-an-object", on)
        address = account.put("Address", {"ContactId": 10, "Name": "Office"})
        results = account.get("AddressList/10")["Results"]
        assert str(address) in (results if on else results[0])
        found.append(results)
    assert found[1] == [found[0]]


@pytest.mark.parametrize(("on", "text"), [(True, "0000-00-00 00:00:00"), (False, "")])
def test_an_empty_date_is_zeros_or_empty(on: bool, text: str):
    account = switched("empty-dates-are-zeros", on)
    account.put("Project/101", {"Date1": ""})
    assert account.get("Project/101")["Date1"] == text
    task = account.put("ToDo", {"ProjectId": 101, "Comment": "x"})
    assert account.get(f"ToDo/{task}")["Deadline"] == text


def test_a_bad_login_is_404_or_401():
    on, off = (switched("bad-login-is-404", state).fake.refuse_login() for state in (True, False))
    assert (on.status, on.body, dict(on.headers)) == (404, b"Unauthorized: Access denied", {})
    assert (off.status, "WWW-Authenticate" in off.headers) == (401, True)


def test_each_deviation_says_both_sides_and_where_it_comes_from():
    deviations = Account().fake.list_deviations()
    for each in deviations:
        assert each.crm == "minicrm"
        assert each.provenance.startswith("observed (grade") or each.provenance == "assumed"
        assert each.documented.endswith(".")
        assert each.observed.endswith(".")
        assert each.profiles <= set(PROFILE_NAMES)


@pytest.mark.parametrize(("on", "media_type"), [(True, "text/html"), (False, "text/plain")])
def test_a_refusal_is_served_as_html_or_as_plain_text(on: bool, media_type: str):
    account = switched("refusals-are-html", on)
    refusals = [account.ask("GET", "Project/999999"), account.ask("PUT", "Project/101", body={"StatusId": 999})]
    assert [each.content_type for each in refusals] == [f"{media_type}; charset=utf-8"] * 2
    assert refusals[0].body.startswith(b"Project (GET): ")
