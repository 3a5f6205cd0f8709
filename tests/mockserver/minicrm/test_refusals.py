"""Addresses, methods, bodies and logins that are refused, and how."""

from __future__ import annotations

import pytest

from mockserver.crm.api import ApiRequest
from mockserver.crm.profiles import Profile
from mockserver.minicrm import rules
from mockserver.minicrm.documents import rules as document_rules
from tests.mockserver.minicrm.account import Account, read_refusal


@pytest.mark.parametrize(
    ("path", "entity", "hint"),
    [
        ("/Api/R3/ToDos/1", "ToDos", "did you mean /Api/R3/ToDo/1?"),
        ("/Api/R3/Projects", "Projects", "did you mean /Api/R3/Project?"),
        ("/Api/R3/project/12", "project", "did you mean /Api/R3/Project/12?"),
        ("/Api/R3/Schema/Projekt/3", "Schema", "did you mean /Api/R3/Schema/Project/3?"),
        ("/api/r3/Contact/5", "Contact", "did you mean /Api/R3/Contact/5?"),
        ("/Api/R3/AddressList", "AddressList", "did you mean /Api/R3/AddressList/{id}?"),
    ],
)
def test_an_address_that_does_not_exist_is_not_found_with_a_near_miss(path: str, entity: str, hint: str):
    answer = Account().fake.respond(ApiRequest("GET", path, [], b"", "http://here:1"))
    assert read_refusal(answer) == (404, f"{entity} (GET): Not found!")
    assert hint in answer.hints


def test_the_root_names_the_endpoints():
    answer = Account().ask("GET", "")
    assert answer.status == 404
    assert answer.hints[0].startswith("the endpoints are Address, AddressList, Category")


def test_a_slash_at_the_end_is_overlooked():
    assert Account().get("Category/") == {"3": "Sales", "4": "Support"}


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        *(("Category", method, "GET") for method in ("PUT", "POST", "DELETE")),
        ("Schema/Person", "PUT", "GET"),
        ("Schema/Project/3", "PUT", "GET"),
        ("Project", "POST", "GET, PUT"),
        ("Project/101", "DELETE", "GET, PUT"),
        ("Contact/11", "PATCH", "GET, PUT"),
        ("ToDoList/101", "PUT", "GET"),
        ("ToDo", "GET", "PUT"),
        ("ToDo", "POST", "PUT"),
        ("ToDo/201", "DELETE", "GET, PUT, POST"),
        ("AddressList/10", "PUT", "GET"),
        ("Address", "GET", "PUT"),
    ],
)
def test_a_method_is_refused_with_those_that_are_allowed(path: str, method: str, allow: str):
    answer = Account().ask(method, path, body={"Name": "x"})
    assert read_refusal(answer) == (405, f"{path.split('/')[0]} ({method}): Method not allowed!")
    assert answer.headers == {"Allow": allow}


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"{",
            b"[]",
            b"1",
            b"null",
            b'"x"',
            b"{}",
            b"Name=x",
            b"\xff",
            b'{"Name":"\xe9"}',
            b'{"Name":"\\ud800"}',
        ),
        *(b'{"Name":NaN}', b'{"Int1":' + b"9" * 5000 + b"}", b'{"a":' * 100_000, b'{"Name":"x",}'),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_no_json_object_with_a_field_is_refused(body: bytes):
    assert read_refusal(Account().ask("PUT", "Project/101", body=body)) == (
        400,
        "Project (PUT): Bad parameter: Data (JSON)",
    )


@pytest.mark.parametrize("path", ["Project", "Contact", "ToDo", "Address"])
def test_an_id_in_the_body_does_not_stand_for_the_one_in_the_address(path: str):
    assert read_refusal(Account().ask("PUT", path, body={"Id": 101, "Name": "x"})) == (
        400,
        f"{path} (PUT): Bad parameter: Id",
    )


def test_the_same_id_in_the_body_and_the_address_is_taken():
    account = Account()
    assert account.put("Project/101", {"Id": "101", "Name": "x"}) == 101
    assert account.ask("PUT", "Project/101", body={"Id": 102, "Name": "x"}).status == 400


def test_refusals_speak_the_accounts_language():
    account = Account(profile=Profile(language="hu"))
    assert account.ask("POST", "ToDo").body.decode() == "ToDo (POST): A metódus nem engedélyezett!"
    answer = account.ask("PUT", "ToDo/201", body={})
    assert answer.body.decode() == 'ToDo (PUT): Nem megfelelő paraméter: "Data (JSON)"'
    answer = account.ask("PUT", "Project/101", body={"StatusId": "x"})
    assert answer.body.decode() == 'Project (PUT): Nem megfelelő paraméter: "Státusz"'


def test_a_parameter_that_means_nothing_is_overlooked_and_noted():
    answer = Account().ask("GET", "Project/101", {"Detailed": "1"})
    assert answer.status == 200
    assert "Detailed" in answer.hints[0]


def test_a_login_is_known_by_both_its_parts():
    fake = Account(seed={"logins": [{"system_id": "7", "api_key": "kulcs:ő"}]}).fake
    assert fake.knows_login("7", "kulcs:ő")
    assert not fake.knows_login("7", "kulcs")
    assert not fake.knows_login("7:kulcs", "ő:")
    assert not fake.knows_login("10001", "demo-api-key")
    assert not fake.knows_login("", "")
    assert list(fake.list_logins()) == [("7", "kulcs:ő")]


def test_a_refused_login_is_401_in_plain_text():
    answer = Account().fake.refuse_login()
    assert read_refusal(answer) == (401, "Unauthorized: Access denied")
    assert "assumed" in answer.reason
    assert answer.headers == {"WWW-Authenticate": 'Basic realm="MiniCRM"'}


def test_every_rule_has_a_status_that_the_document_or_the_field_notes_name():
    found = (*vars(rules).values(), *vars(document_rules).values())
    statuses = {rule.status for rule in found if isinstance(rule, rules.Rule)}
    assert statuses == {400, 401, 403, 404, 405, 429, 500}
