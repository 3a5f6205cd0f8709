"""The built-in `documented` seed answers the document's requests as printed, one reading for all.

The same examples are fixtures, which are played over HTTP elsewhere; here is what the one account behind them says.
"""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.seeds.load import read_seed
from tests.mockserver.minicrm.account import Account, read_json

FOUND = {
    "Id": "1234",
    "Name": "Test project",
    "Url": "https://r3.minicrm.hu/Api/R3/Project/1234",
    "StatusId": "2500",
    "UserId": "3200",
    "Deleted": "0",
}
FOUND_ONCE = {"Count": 1, "Results": {"1234": FOUND}}
DETAIL = {
    "Id": 1234,
    "CategoryId": 3,
    "ContactId": 12345,
    "StatusId": "In progress",
    "UserId": "John Doe",
    "Name": "Test project",
    "Deleted": "0",
    "LeadSource": "WOM",
    "InterestedIn": "Premium products",
    "Text1105": "Lorem ipsum....",
    "Int1107": 12500,
    "File1103": "https://cdn.minicrm.hu/doc/2013/04-25/A/Q/AQFwQq7Os0kE5ykH_GSJfg-1",
}
JOHN = {
    "Id": "12345",
    "Name": "John Doe",
    "Url": "https://r3.minicrm.hu/Api/R3/Contact/12345",
    "Type": "Person",
    "Email": "jd@example.com",
    "Phone": "0612345678",
}
JOHN_ONCE = {"Count": 1, "Results": {"12345": JOHN}}

EXAMPLES: list[tuple[str, str, dict[str, str], object, object]] = [
    ("GET", "Category", {}, None, {"3": "Sales", "5": "Support", "6": "Projects", "8": "Invoicing"}),
    ("GET", "Project", {"Query": "Test", "Page": "1"}, None, {"Count": 1, "Results": []}),
    ("GET", "Project", {"Query": "Test"}, None, FOUND_ONCE),
    ("GET", "Project", {"Query": "Test Project"}, None, FOUND_ONCE),
    ("GET", "Project", {"StatusId": "2500", "UserId": "3200"}, None, FOUND_ONCE),
    ("GET", "Project", {"StatusId": "2500", "UpdatedSince": "2013-03-01 12:00:00"}, None, FOUND_ONCE),
    ("GET", "Project", {"StatusGroup": "Success"}, None, FOUND_ONCE),
    ("GET", "Project/1234", {}, None, DETAIL),
    ("GET", "Project", {"ReferenceId": "123456"}, None, DETAIL),
    ("PUT", "Project/1234", {}, {"Name": "New name given through API", "Deleted": "1"}, {"Id": 1234}),
    ("GET", "Contact", {"Query": "John"}, None, JOHN_ONCE),
    ("GET", "Contact", {"Query": "2345678"}, None, JOHN_ONCE),
    ("GET", "Contact", {"Email": "jd@example.com", "Type": "Person"}, None, JOHN_ONCE),
    ("PUT", "Contact/12345", {}, {"FirstName": "John", "LastName": "Doe"}, {"Id": 12345}),
    ("PUT", "ToDo/1111", {}, {"Comment": "Do something more.", "Deadline": "2013-01-25 13:30:00"}, {"Id": 1111}),
    ("PUT", "Address/123", {}, {"Address": "Well Known street 2."}, {"Id": 123}),
]


@pytest.fixture
def account() -> Account:
    part: Any = read_seed("documented")["minicrm"]
    return Account(seed=part)


@pytest.mark.parametrize(("method", "path", "query", "body", "want"), EXAMPLES)
def test_an_example_is_answered(
    account: Account, method: str, path: str, query: dict[str, str], body: object, want: object
):
    assert read_json(account.ask(method, path, query, body)) == want


def test_the_order_of_the_keys_in_a_detail_is_the_documented_one(account: Account):
    assert list(account.get("Project/1234")) == list(DETAIL)


def test_the_modules_details_have_an_id_of_their_own(account: Account):
    details = account.get("Category", {"Detailed": "1"})
    assert {key: (each["Id"], each["OrderId"], each["Type"], each["Phone"]) for key, each in details.items()} == {
        "3": (1, 1, "Generic", 36201234567),
        "5": (2, 3, "HelpDesk", ""),
        "6": (3, 5, "Generic", ""),
        "8": (8, 4, "Invoice", 36301234567),
    }


def test_the_schema_lists_one_user_and_not_the_fields_that_only_the_project_holds(account: Account):
    schema = account.get("Schema/Project/3")
    assert schema["UserId"] == {"3200": "John Doe"}
    assert list(schema) == [
        *("Id", "CategoryId", "ContactId", "StatusId", "UserId", "Name", "Deleted", "Int1107", "DateTime1106"),
        *("File1113", "Text1105", "Referrer", "Qualification", "Set1035"),
    ]


def test_the_open_tasks_of_project_1234_are_the_two_that_are_printed(account: Account):
    answer = account.get("ToDoList/1234", {"Status": "Open"})
    assert [(row["Id"], row["UserId"], row["Type"]) for row in answer["Results"]] == [
        ("1111", "3200", "0"),
        ("2222", "3300", "1566"),
    ]


def test_the_example_for_uploading_lacks_a_contact(account: Account):
    body = {"Name": "First Project", "UserId": 3200, "StatusId": 2500, "CategoryId": 3}
    assert account.ask("PUT", "Project", body=body).status == 400
    assert account.put("Project", {**body, "ContactId": 12345}) == 12346
