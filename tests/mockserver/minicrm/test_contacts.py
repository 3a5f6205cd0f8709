"""The Contact endpoints."""

from __future__ import annotations

import pytest

from tests.mockserver.minicrm.account import Account, read_refusal


def test_a_business_has_exactly_the_documented_keys():
    assert list(Account().get("Contact/10").items()) == [
        *{
            "Id": 10,
            "Type": "Business",
            "Name": "Tölgyfa Kft.",
            "Email": "info@tolgyfa.example",
            "EmailType": "",
        }.items(),
        *{"Phone": "06-1 / 987-65432", "PhoneType": "", "Description": "", "Url": "", "Industry": ""}.items(),
        *{"Region": "", "VatNumber": "", "RegistrationNumber": "", "BankAccount": "", "Swift": ""}.items(),
        *{"Employees": 0, "YearlyRevenue": 0}.items(),
    ]


def test_a_person_has_exactly_the_documented_keys():
    assert list(Account().get("Contact/12").items()) == [
        *{"Id": 12, "BusinessId": 0, "Type": "Person", "FirstName": "Eve", "LastName": "", "Email": ""}.items(),
        *{"EmailType": "", "Phone": "", "PhoneType": "", "Position": ""}.items(),
    ]


def test_the_accounts_own_fields_follow_where_they_are_held():
    person = Account().get("Contact/11")
    assert (person["BusinessId"], list(person)[-1], person["Enum9"]) == (10, "Enum9", "Phone")
    assert "ReferenceId" not in person


def test_a_contact_that_does_not_exist_is_not_found():
    assert read_refusal(Account().ask("GET", "Contact/99")) == (404, "Contact (GET): Not found!")


def test_a_row_has_the_documented_keys():
    assert Account().get("Contact", {"Query": "nagy"}) == {
        "Count": 1,
        "Results": {
            "11": {
                "Id": "11",
                "Name": "Örs Nagy",
                "Url": "http://here:1/Api/R3/Contact/11",
                "Type": "Person",
                "Email": "Ors@tolgyfa.example",
                "Phone": "+36201234567",
            }
        },
    }


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"Query": "ORS"}, [11]),
        ({"Query": "jóiner nagy"}, [11]),
        ({"Query": "tolgyfa"}, [10, 11]),
        ({"Query": "ors@tolgyfa.example"}, [11]),
        ({"Query": "234567"}, [11]),
        ({"Query": "36201234567"}, [11]),
        ({"Query": "98765432"}, [10]),
        ({"Query": "34567"}, []),
        ({"Query": "123456"}, []),
        ({"Query": "Phone"}, []),
        ({"Phone": "36201234567"}, [11]),
        ({"Phone": "+36201234567"}, [11]),
        ({"Phone": "198765432"}, [10]),
        ({"Phone": ""}, [12]),
        ({"Email": "ORS@tolgyfa.example"}, [11]),
        ({"Email": "ors"}, []),
        ({"Email": ""}, [12]),
        ({"Type": "Person"}, [11, 12]),
        ({"Type": "1"}, [11, 12]),
        ({"Type": "Person", "Query": "tolgyfa"}, [11]),
        ({"Name": "Örs Nagy"}, [11]),
        ({"Name": "ORS N"}, [11]),
        ({"Name": "olgyf"}, [10]),
        ({"Name": "Nagy Örs"}, []),
        ({"Name": "%"}, []),
        ({"Name": ""}, []),
        ({"MainContactId": "10"}, [10, 11]),
        ({"MainContactId": "11"}, [11]),
        ({"Phone": " 36201234567"}, [11]),
        ({"FirstName": "Eve"}, [12]),
        ({"BusinessId": "10"}, [11]),
        ({"Enum9": "Phone"}, [11]),
        ({"Enum9": "2"}, [11]),
        ({"ReferenceId": "a/b"}, [11]),
        ({"Employees": ""}, [10]),
        ({"UpdatedSince": "2026-01-02"}, [10, 11, 12]),
        ({"UpdatedSince": "2026-01-03"}, []),
        ({"UpdatedAt": "2026-01-02"}, [10, 11, 12]),
        ({"CreatedBy": "MiniCRM", "Type": "Business"}, [10]),
        ({"Deleted": "1"}, []),
        ({"Deleted": "0"}, [10, 11, 12]),
        ({"Page": "1"}, []),
        ({}, [10, 11, 12]),
    ],
    ids=str,
)
def test_search_finds(query: dict[str, str], ids: list[int]):
    assert Account().find("Contact", query) == ids


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"Phone": "34567"}, "Phone"),
        ({"Phone": "06-20/1234567"}, "Phone"),
        ({"Phone": "36 201234567"}, "Phone"),
        ({"Phone": " "}, "Phone"),
        ({"MainContactId": "x"}, "MainContactId"),
        ({"Type": "Company"}, "Type"),
        ({"Enum9": "Fax"}, "Channel"),
        ({"email": "x"}, "email"),
        ({"Page": "x"}, "Page"),
    ],
    ids=str,
)
def test_a_criterion_that_makes_no_sense_is_refused(query: dict[str, str], name: str):
    answer = Account().ask("GET", "Contact", query)
    assert read_refusal(answer) == (400, f"Contact (GET): Bad parameter: {name}")


def test_a_short_number_is_only_looked_up_as_a_word_and_that_is_noted():
    answer = Account().ask("GET", "Contact", {"Query": "34567"})
    assert any("last 6 digits" in hint for hint in answer.hints)


@pytest.mark.parametrize("body", [{"Type": "Business", "Name": "B"}, {"Type": "Person", "LastName": "P"}], ids=str)
def test_create_takes_a_type_and_a_name(body: dict[str, object]):
    account = Account()
    assert account.put("Contact", body) == 13
    assert {**account.get("Contact/13"), **body} == account.get("Contact/13")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"Name": "B"}, "Missing parameter: Type"),
        ({"Type": "Business"}, "Missing parameter: Name"),
        ({"Type": "Person", "Email": "a@b.example"}, "Missing parameter: FirstName, LastName"),
        ({"Type": "person", "LastName": "P"}, "Bad parameter: Type"),
        ({"Type": "Person", "Name": "P"}, "Bad parameter: Name"),
        ({"Type": "Person", "LastName": "P", "BusinessId": 11}, "Bad parameter: BusinessId"),
        ({"Type": "Business", "Name": "B", "Employees": "many"}, "Bad parameter: Employees"),
    ],
    ids=str,
)
def test_create_is_refused(body: dict[str, object], text: str):
    account = Account()
    assert read_refusal(account.ask("PUT", "Contact", body=body)) == (400, f"Contact (PUT): {text}")
    assert account.fake.counts()["contacts"] == 3


def test_update_changes_only_what_is_sent_and_what_the_search_finds():
    account = Account()
    before = account.get("Contact/11")
    assert account.put("Contact/11", {"LastName": "Kis", "Phone": "06301112222"}) == 11
    assert account.get("Contact/11") == {**before, "LastName": "Kis", "Phone": "06301112222"}
    assert account.find("Contact", {"Query": "nagy"}) == []
    assert account.find("Contact", {"Query": "234567"}) == []
    assert account.find("Contact", {"Query": "112222"}) == [11]
    assert account.find("Contact", {"Name": "Örs Kis"}) == [11]


def test_the_type_of_a_contact_stays():
    account = Account()
    assert read_refusal(account.ask("PUT", "Contact/11", body={"Type": "Business"})) == (
        400,
        "Contact (PUT): Can not be changed: Type",
    )
    assert account.put("Contact/11", {"Type": "Person", "BusinessId": ""}) == 11
    assert account.get("Contact/11")["BusinessId"] == 0


def test_a_contact_can_not_lose_its_whole_name():
    assert Account().ask("PUT", "Contact/12", body={"FirstName": ""}).status == 400
