"""Where live servers were seen to differ from the document: one test or more for each `Deviation`."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from mockserver.crm.profiles import Profile
from tests.mockserver.minicrm.account import OBSERVED, SEED, Account, read_json, read_refusal


def test_a_project_row_has_whole_numbers_and_both_contacts():
    assert Account(OBSERVED).get("Project", {"Query": "örs"}) == {
        "Count": 1,
        "Results": {
            "101": {
                "Id": 101,
                "Name": "Kitchen, Örs",
                "Url": "http://here:1/Api/R3/Project/101",
                "ContactId": 11,
                "BusinessId": 10,
                "StatusId": 32,
                "UserId": 1,
                "Deleted": 0,
            }
        },
    }


def test_only_the_business_may_be_absent_from_a_row():
    account = Account(OBSERVED)
    project = account.get("Project", {"Id": "103"})["Results"]["103"]
    assert "BusinessId" not in project
    assert account.get("Contact", {"FirstName": "Eve"})["Results"]["12"] == {
        "Id": 12,
        "Name": "Eve",
        "Url": "http://here:1/Api/R3/Contact/12",
        "Type": "Person",
        "Email": "",
        "Phone": "",
    }


def test_a_contact_row_has_whole_numbers():
    row = Account(OBSERVED).get("Contact", {"Query": "nagy"})["Results"]["11"]
    assert (row["Id"], row["BusinessId"], row["Type"]) == (11, 10, "Person")


def test_a_task_row_has_whole_numbers():
    row, without_type = Account(OBSERVED).get("ToDoList/101")["Results"]
    assert (row["Id"], row["UserId"], row["Type"]) == (201, 1, "5")
    assert without_type["Type"] == ""


def test_the_addresses_of_a_contact_are_one_object():
    assert Account(OBSERVED).get("AddressList/10") == {
        "Count": 2,
        "Results": {"301": "Works (9700 Szombathely Fő tér 1.)", "302": "Shop (0800)"},
    }
    assert Account(OBSERVED).get("AddressList/12") == {"Count": 0, "Results": []}


def test_who_created_something_also_changed_it_last_until_somebody_else_does():
    seed = {**SEED, "contacts": [{"Id": 12, "Type": "Person", "FirstName": "Eve", "CreatedBy": 2}]}
    account = Account(OBSERVED, seed)
    writers = ("CreatedBy", "UpdatedBy")
    assert [account.get("Contact/12")[name] for name in writers] == ["Bálint Kovács"] * 2
    account.put("Contact/12", {"LastName": "Kis"})
    assert [account.get("Contact/12")[name] for name in writers] == ["Bálint Kovács", "MiniCRM"]


def test_an_address_has_its_county_and_its_history():
    account = Account(OBSERVED)
    account.put("Address/301", {"County": "Vas"})
    address = account.get("Address/301")
    assert list(address) == [
        *("Id", "ContactId", "Type", "Name", "CountryId", "PostalCode", "City", "County", "Address", "Default"),
        *("CreatedBy", "CreatedAt", "UpdatedBy", "UpdatedAt"),
    ]
    assert (address["County"], address["UpdatedBy"]) == ("Vas", "MiniCRM")
    assert account.get("Address/302")["County"] == ""


def test_a_detail_has_every_field_of_the_schema_and_its_history():
    account = Account(OBSERVED)
    detail = account.get("Project/102")
    own, email = detail.pop("ProjectHash"), detail.pop("ProjectEmail")
    assert re.fullmatch(r"[a-z0-9]{30}", own)
    assert re.fullmatch(rf"{own}-[a-z0-9]{{30}}@db\.minicrm\.example", email)
    assert detail == {
        "Id": 102,
        "CategoryId": 3,
        "ContactId": 10,
        "BusinessId": 10,
        "StatusId": "Won",
        "UserId": "Bálint Kovács",
        "Name": "Office",
        "Deleted": 0,
        "CreatedBy": "MiniCRM",
        "CreatedAt": "2025-06-01 12:00:00",
        "UpdatedBy": "MiniCRM",
        "UpdatedAt": "2025-06-01 12:00:00",
        "Int1": 5,
        "Text1": "squeaky door",
        "Date1": "2025-07-01 10:00:00",
        "File1": "",
        "Bool1": 0,
        "Enum1": "",
        "Set1": "",
        "StatusUpdatedAt": "2025-06-01 12:00:00",
        "IsPrivate": 0,
        "Invited": [],
    }
    assert detail.keys() == account.get("Schema/Project/3").keys()


def test_a_contact_has_every_field_of_the_schema_and_its_history():
    account = Account(OBSERVED)
    account.put("Contact/12", {"EmailType": "work"})
    person = account.get("Contact/12")
    assert {"EmailType", "PhoneType"}.isdisjoint(person)
    assert (person["Enum9"], person["Tags"], person["UpdatedAt"]) == ("", [], "2026-01-02 03:04:05")
    assert person.keys() - {"Tags"} == account.get("Schema/Person").keys()


def test_a_person_has_the_fields_that_the_document_shows_of_businesses_alone():
    account = Account(OBSERVED)
    written = {"Description": "Pays late.", "VatNumber": "1-2-3", "YearlyRevenue": 5, "DataManagement_Consent": "Yes"}
    account.put("Contact/12", {**written, "Deleted": 1})
    person = account.get("Contact/12")
    assert {name: person[name] for name in written} == written
    assert person["Deleted"] == 1
    assert {"Url", "BankAccount", "Swift", "Industry", "Region"} < person.keys()
    assert account.find("Contact", {"Deleted": "1"}) == [12]


def test_a_business_has_fields_that_the_document_does_not_show():
    account = Account(OBSERVED)
    written = {"EUVatNumber": "HU1", "FoundingYear": 1990, "Capital": 3, "MainActivity": "Joinery"}
    account.put("Contact/10", written)
    business = account.get("Contact/10")
    assert {name: business[name] for name in written} == written
    assert {"BisnodeTrafficLight", "NonGovernmentalOrganization", "GroupIdentificationNumber"} < business.keys()


def test_a_task_has_its_whole_story():
    account = Account(OBSERVED)
    task = account.get("ToDo/201")
    assert list(task) == [
        *("Id", "UserId", "ProjectId", "Type", "Status", "Deadline", "Comment", "Attachments"),
        *("ContactId", "AddressId", "Duration", "Reminder", "SenderUserId", "Mode"),
        *("CreatedBy", "CreatedAt", "UpdatedBy", "UpdatedAt", "ClosedBy", "ClosedAt", "Members", "Notes"),
    ]
    assert (task["Mode"], task["ClosedAt"], task["Members"]) == ("Task", "0000-00-00 00:00:00", [])
    account.put("ToDo/201", {"Status": "Closed"})
    assert account.get("ToDo/201")["ClosedAt"] == "2026-01-02 03:04:05"
    assert account.get("ToDo/202")["Deadline"] == "1970-01-01 01:00:00"


def test_the_schema_has_what_live_schemas_have():
    schema = Account(OBSERVED).get("Schema/Project/3")
    live = {"Name": "Text(512)", "Deleted": "Int", "StatusUpdatedAt": "DateTime", "IsPrivate": "Int"}
    assert {name: schema[name] for name in live} == live
    assert schema["Invited"].startswith("Text(")


def test_a_status_remembers_since_when_it_is_so():
    account = Account(OBSERVED)
    account.put("Project/102", {"Name": "Renamed"})
    assert account.get("Project/102")["StatusUpdatedAt"] == "2025-06-01 12:00:00"
    account.put("Project/102", {"StatusId": "Lost"})
    assert account.get("Project/102")["StatusUpdatedAt"] == "2026-01-02 03:04:05"


def test_type_is_a_label_that_can_not_be_written_back():
    account = Account(Profile("observed", "hu"))
    person = account.get("Contact/11")
    assert person["Type"] == "Személy"
    assert account.get("Schema/Person")["Type"] == {"1": "Személy", "2": "Cég"}
    assert account.get("Contact", {"Query": "nagy"})["Results"]["11"]["Type"] == "Person"
    for value in ("Személy", 1, "1"):
        answer = account.ask("PUT", "Contact", body={"Type": value, "LastName": "P"})
        assert read_refusal(answer) == (400, 'Contact (PUT): Nem megfelelő paraméter: "Típus"')
    assert account.put("Contact", {"Type": "Person", "LastName": "P"}) == 13


def test_type_by_its_id_is_taken_where_the_document_is_followed():
    account = Account(Profile(language="hu"))
    assert account.put("Contact", {"Type": 1, "LastName": "P"}) == 13
    assert account.get("Contact/13")["Type"] == "Person"


@pytest.mark.parametrize("value", [999, "Nobody"])
def test_an_unknown_user_is_taken_and_the_project_goes_to_somebody_else(value: object):
    goes_to = set[str]()
    for _ in range(2):
        account = Account(OBSERVED)
        answer = account.ask("PUT", "Project/101", body={"UserId": value})
        assert read_json(answer) == {"Id": 101}
        assert any("instead" in hint for hint in answer.hints)
        goes_to.add(account.get("Project/101")["UserId"])
    assert len(goes_to) == 1
    assert goes_to <= set(SEED["users"].values())


def test_an_unknown_user_of_a_task_is_refused():
    assert Account(OBSERVED).ask("PUT", "ToDo/201", body={"UserId": 999}).status == 500


@pytest.mark.parametrize("query", [{}, {"Page": "1"}, {"Query": " "}])
def test_a_project_search_without_a_criterion_is_refused(query: dict[str, str]):
    answer = Account(OBSERVED).ask("GET", "Project", query)
    assert read_refusal(answer) == (400, "Project (GET): Missing search parameter!")


def test_a_contact_search_without_a_criterion_lists_all():
    assert Account(OBSERVED).find("Contact", {}) == [10, 11, 12]


def test_slashes_are_escaped_in_json_alone():
    account = Account(OBSERVED)
    assert b'"Url":"http:\\/\\/here:1\\/Api\\/R3\\/Project\\/102"' in account.ask("GET", "Project", {"Id": "102"}).body
    assert b"\\/" not in account.ask("GET", "Nothing/here").body
    assert b"\\/" not in Account().ask("GET", "Project", {"Id": "102"}).body


@pytest.mark.parametrize("profile", [Profile(), OBSERVED])
def test_json_is_compact_ascii_that_says_the_same(profile: Profile):
    answer = Account(profile).ask("GET", "Project/101")
    assert answer.body.isascii()
    assert b"\\u00d6rs" in answer.body
    assert b": " not in answer.body
    assert json.loads(answer.body)["Name"] == "Kitchen, Örs"


def use_up(account: Account) -> None:
    for _ in range(60):
        assert account.ask("GET", "Category").status == 200


def test_the_61st_request_of_a_minute_is_refused():
    account = Account(OBSERVED)
    use_up(account)
    assert read_refusal(account.ask("GET", "Category")) == (429, "Category (GET): Too many requests!")
    assert account.ask("GET", "Nothing").status == 429


def test_the_minute_is_over_by_real_time_though_the_account_stands_still():
    account = Account(OBSERVED)
    use_up(account)
    account.seconds.passed = 59.9
    assert account.ask("GET", "Category").status == 429
    account.seconds.passed = 60
    assert account.ask("GET", "Category").status == 200


@pytest.mark.parametrize("minutes", [1, -1])
def test_the_minute_is_over_when_the_accounts_clock_was_moved(minutes: int):
    account = Account(OBSERVED)
    use_up(account)
    account.clock.time += dt.timedelta(minutes=minutes)
    assert account.ask("GET", "Category").status == 200


def test_the_window_slides():
    account = Account(OBSERVED)
    for second in range(60):
        account.seconds.passed = second
        assert account.ask("GET", "Category").status == 200
    account.seconds.passed = 60
    assert [account.ask("GET", "Category").status for _ in range(2)] == [200, 429]


def test_a_seed_begins_a_new_minute():
    account = Account(OBSERVED)
    use_up(account)
    account.fake.load(SEED)
    assert account.ask("GET", "Category").status == 200


def test_there_is_no_limit_where_the_document_is_followed():
    account = Account()
    assert {account.ask("GET", "Category").status for _ in range(61)} == {200}
