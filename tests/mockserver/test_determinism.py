"""Same seed, clock and requests: the same bytes, from another process and after a snapshot was restored."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlencode

import pytest

from tests.mockserver.test_cli import LOGIN, fetch, running
from tests.mockserver.test_durability import MINICRM_LOGIN

Request = tuple[str, str, object]


def search(filters: object = (), **more: object) -> Request:
    query = urlencode({"CollectionTypeID": 1001, "Filters": json.dumps(filters), **more})
    return ("GET", f"/API/Records.php?{query}", None)


def condition(field: str, operand: str, value: object) -> dict[str, object]:
    return {"Field": field, "Operand": operand, "Value": value}


def write(**record: object) -> Request:
    return ("POST", "/API/Records.php", {"Records": [{"CollectionTypeID": 1001, **record}]})


def ask(path: str, **query: object) -> Request:
    return ("GET", f"/Api/R3/{path}?{urlencode(query)}", None)


def put(path: str, **body: object) -> Request:
    return ("PUT", f"/Api/R3/{path}", body)


REQUESTS: list[Request] = [
    *(
        search(OrderBy=order, Limit=20, Offset=offset)
        for order in ("last_name", "created_date DESC")
        for offset in (0, 15)
    ),
    *(
        search([condition("first_name", operand, "jo")])
        for operand in ("Contains", "StartsWith", "NotEqual", "Equal", "Eq")
    ),
    *(write(first_name=f"New {i}", last_name="Person", birthday="1990-01-02") for i in range(5)),
    write(first_name="Wrong", birthday="never"),
    write(CollectionID=3, position="Changed"),
    ("POST", "/API/Records.php", "no object"),
    search([condition("modified_date", "GreaterThan", "2026-11-01")], LookupOptionText="true"),
    search([condition("id", "Equal", 3)]),
    *(ask("Category", Detailed=detailed) for detailed in (0, 1)),
    *(ask(f"Schema/{name}") for name in ("Person", "Business", "Project/11", "Project/99")),
    *(ask("Project", StatusGroup=group) for group in ("Open", "Lead", "open")),
    *(ask("Project", Query=word, Page=page) for word in ("veneer", "hotel") for page in (0, 1)),
    *(put("Contact", Type="Person", FirstName=f"Made {i}", LastName="Up") for i in range(4)),
    *(put("Project", CategoryId=11, ContactId=5001, Name=f"Project {i}", UserId="Emma Clarke") for i in range(4)),
    put("Project", CategoryId=11),
    put("Project/6001", StatusId="Offer sent"),
    put("ToDo", ProjectId=6001, Comment="Call", Deadline="2026-12-01"),
    put("ToDo/7001", Status="Closed"),
    *(ask(path) for path in ("Project/6001", "Contact/5001", "ToDoList/6001", "AddressList/5001", "Address/8001", "X")),
    ask("Contact", UpdatedSince="2026-11-01"),
    ask("Contact", Query="made"),
]
CLOCK = b'{"now": "2026-11-20T10:00:00", "frozen": true}'


def play(url: str) -> list[tuple[int, list[tuple[str, str]], bytes]]:
    """Send everything in order, as if the fake always listened at one place, and return what was answered."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    answers: list[tuple[int, list[tuple[str, str]], bytes]] = []
    for method, target, body in REQUESTS:
        login = LOGIN if target.startswith("/API/") else MINICRM_LOGIN
        headers = {"Authorization": login, "Host": "crm.test", "Content-Type": "application/json"}
        connection.request(method, target, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        told = [(name, value) for name, value in answer.getheaders() if name.lower() != "date"]
        answers.append((answer.status, told, answer.read()))
    connection.close()
    return answers


# The limit of requests a minute counts real time.
@pytest.mark.parametrize("profile", [("documented",), ("observed", "--deviation", "requests-are-limited=off")])
def test_the_same_requests_get_the_same_bytes(profile: tuple[str, ...]):
    options = ("--port", "0", "--seed", "demo", "--profile", *profile)
    with running(*options, env={"PYTHONHASHSEED": "1"}) as (_, url):
        fetch(f"{url}/_control/clock", "PUT", CLOCK)
        snapshot = fetch(f"{url}/_control/snapshot")[1]
        first = play(url)
    with running(*options, env={"PYTHONHASHSEED": "2"}) as (_, url):
        fetch(f"{url}/_control/clock", "PUT", CLOCK)
        second = play(url)
        changed = play(url)
        assert fetch(f"{url}/_control/snapshot", "PUT", snapshot)[0] == 200
        restored = play(url)

    assert len(first) >= 50
    assert {status for status, _, _ in first} >= {200, 400}
    assert first == second
    assert first == restored
    assert first != changed
