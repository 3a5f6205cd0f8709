"""`--language hu`: what the account's users read is Hungarian, what programs read is not."""

from __future__ import annotations

import pytest

from mockserver.crm.profiles import Profile
from mockserver.minicrm import rules
from mockserver.minicrm.documents import rules as document_rules
from mockserver.minicrm.schema import find_label
from tests.mockserver.minicrm.account import Account, read_refusal

HUNGARIAN = Profile(language="hu")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    [
        ("POST", "ToDo", None, 405, "ToDo (POST): A metódus nem engedélyezett!"),  # observed
        ("PUT", "Project/101", {}, 400, 'Project (PUT): Nem megfelelő paraméter: "Data (JSON)"'),  # observed
        ("PUT", "Project", {"Name": "x"}, 400, 'Project (PUT): Hiányzó paraméter: "CategoryId, ContactId"'),
        ("GET", "Project/999", None, 404, "Project (GET): Nem található!"),
        ("PUT", "Project/101", {"CategoryId": 4}, 400, 'Project (PUT): Nem módosítható: "CategoryId"'),
        ("PUT", "Project/101", {"UserId": "Senki"}, 400, 'Project (PUT): Nem megfelelő paraméter: "Felelős"'),
        ("PUT", "Project/101", {"StatusId": "Nincs"}, 400, 'Project (PUT): Nem megfelelő paraméter: "Státusz"'),
        ("PUT", "Contact", {"Type": "Cég"}, 400, 'Contact (PUT): Nem megfelelő paraméter: "Típus"'),
    ],
)
def test_a_refusal_is_in_the_accounts_language(method: str, path: str, body: object, status: int, text: str):
    assert read_refusal(Account(HUNGARIAN).ask(method, path, body=body)) == (status, text)


def test_a_closed_task_is_refused_in_the_accounts_language():
    account = Account(HUNGARIAN)
    account.put("ToDo/201", {"Status": "Closed"})
    answer = account.ask("PUT", "ToDo/201", body={"Comment": "x"})
    assert read_refusal(answer) == (400, "ToDo (PUT): Lezárt feladat nem módosítható!")


@pytest.mark.parametrize(
    ("switch", "path", "method", "body", "text"),
    [
        ("search-needs-a-criterion", "Project", "GET", None, "Project (GET): Hiányzó keresési feltétel!"),
        ("unknown-choice-id-is-500", "Project/101", "PUT", {"StatusId": 9}, 'Project (PUT): Belső hiba: "StatusId"'),
    ],
)
def test_what_only_some_servers_say_is_too(switch: str, path: str, method: str, body: object, text: str):
    account = Account(Profile(language="hu", switches={switch: True}))
    assert read_refusal(account.ask(method, path, body=body))[1] == text


def test_too_many_requests_are_refused_in_the_accounts_language():
    account = Account(Profile(language="hu", switches={"requests-are-limited": True}))
    answers = [account.ask("GET", "Category") for _ in range(61)]
    assert read_refusal(answers[-1]) == (429, "Category (GET): Túl sok kérés!")


@pytest.mark.parametrize(("name", "label"), [("Person", "Személy"), ("Business", "Cég"), ("Type", "Típus")])
def test_labels_are_in_the_accounts_language(name: str, label: str):
    assert (find_label("hu", name), find_label("en", name)) == (label, name)


def test_every_text_differs_by_language_but_the_logins():
    found = [rule for rule in (*vars(rules).values(), *vars(document_rules).values()) if isinstance(rule, rules.Rule)]
    same = {rule.text for rule in found if rule.print_text("en") == rule.print_text("hu")}
    assert len({rule.text for rule in found}) == 11
    assert same == {"access_denied"}


def test_a_persons_family_name_stands_first_in_rows_and_in_search():
    account = Account(HUNGARIAN)
    assert account.get("Contact", {"Id": "11"})["Results"]["11"]["Name"] == "Nagy Örs"
    assert account.find("Contact", {"Name": "nagy ors"}) == [11]
    assert account.find("Contact", {"Name": "Örs Nagy"}) == []
    assert account.find("Contact", {"Name": "tölgyfa kft"}) == [10]
    detail = account.get("Contact/11")
    assert (detail["FirstName"], detail["LastName"]) == ("Örs", "Nagy")
    project = account.put("Project", {"CategoryId": 3, "ContactId": 11})
    assert account.get(f"Project/{project}")["Name"] == "Nagy Örs"


def test_names_and_choices_stay_what_they_are():
    for profile in (HUNGARIAN, Profile()):
        account = Account(profile)
        assert account.get("Project/102")["StatusId"] == "Won"
        assert account.get("Contact/11")["Type"] == "Person"
        assert account.get("Contact", {"Type": "Person"})["Count"] == 2
