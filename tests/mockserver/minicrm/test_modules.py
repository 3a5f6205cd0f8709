"""The Category and Schema endpoints."""

from __future__ import annotations

from tests.mockserver.minicrm.account import SEED, Account, read_refusal


def test_category_names_the_modules_by_id():
    assert Account().get("Category") == {"3": "Sales", "4": "Support"}


def test_an_account_without_modules_has_an_empty_object():
    assert Account(seed={}).get("Category") == {}


def test_detailed_category_keeps_the_inner_id_of_the_seed():
    seed = {"modules": {"3": {"name": "Sales", "details": {"Id": 1, "OrderId": 9, "Phone": 36201234567}}}}
    assert list(Account(seed=seed).get("Category", {"Detailed": "1"}).items()) == [
        (
            "3",
            {
                "Id": 1,
                "OrderId": 9,
                "Name": "Sales",
                "Type": "Generic",
                "SenderName": "",
                "SenderEmail": "",
                "Phone": 36201234567,
            },
        )
    ]


def test_detailed_other_than_1_is_taken_as_absent_and_noted():
    answer = Account().ask("GET", "Category", {"Detailed": "yes"})
    assert answer.body == b'{"3":"Sales","4":"Support"}'
    assert any("Detailed" in hint for hint in answer.hints)


def test_schema_of_a_project_lists_types_and_choices_in_order():
    schema = Account().get("Schema/Project/3")
    assert list(schema) == [
        *("Id", "CategoryId", "ContactId", "StatusId", "UserId", "Name", "Deleted"),
        *SEED["modules"]["3"]["fields"],
    ]
    assert schema["StatusId"] == {"31": "New", "32": "Offer", "33": "Won", "34": "Lost"}
    assert schema["UserId"] == {"1": "Ada Lovelace", "2": "Bálint Kovács"}
    assert (schema["Text1"], schema["Deleted"], schema["File1"]) == ("Text(20)", "Boolean", "File(10MB)")
    assert schema["Set1"] == {"1": "Kitchen", "2": "Bath", "4": "Office"}


def test_schema_of_an_unknown_module_is_not_found():
    answer = Account().ask("GET", "Schema/Project/5")
    assert read_refusal(answer) == (404, "Schema (GET): Not found!")
    assert answer.hints == ("the modules are 3, 4",)


def test_schemas_of_contacts_hold_the_keys_of_the_documented_answers_and_the_accounts_own():
    account = Account()
    person, business = account.get("Schema/Person"), account.get("Schema/Business")
    assert list(person)[:4] == ["Id", "BusinessId", "Type", "FirstName"]
    assert person["Enum9"] == {"1": "Mail", "2": "Phone"}
    assert list(business)[15:17] == ["Employees", "YearlyRevenue"]
    assert {"Description", "Deleted", "YearlyRevenue"} < person.keys()
    assert {"Deleted", "EUVatNumber", "FoundingYear"} < business.keys()
    assert business["Type"] == {"1": "Person", "2": "Business"}
