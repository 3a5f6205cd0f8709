"""A run that may write does so in its sandbox, under its own names, within its budget, and cleans up behind itself."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.contract.harness.rules import select_rules
from tests.contract.harness.runner import run_rule
from tests.contract.harness.sandbox import Made, Sandbox, WriteGuard, WriteRefusedError
from tests.contract.self_test.stubs import open_stranger

PLACES = {"minicrm.module": "3", "minicrm.contact": "941", "ivinex.module": "1001"}
PROJECT = {"CategoryId": 3, "ContactId": 941, "Name": "contract-x"}
RECORD = {"CollectionTypeID": 1001, "last_name": "contract-x"}


def make_sandbox(**changes: Any) -> Sandbox:
    given: dict[str, Any] = {"places": PLACES, "budget": 40, "accepts_leftovers": True, **changes}
    return Sandbox(**given)


def send(sandbox: Sandbox, path: str, body: object, *, method: str = "PUT") -> httpx.Response:
    """Send a write through the guard to a server that makes whatever it is asked for, under the id 7."""

    def response(request: httpx.Request) -> httpx.Response:
        made: object = {"Id": 7}
        if request.url.path.endswith("Records.php"):
            made = [{"CollectionTypeID": 1001, "CollectionID": 7, "Status": "Success"}]
        return httpx.Response(200, json=made)

    with httpx.Client(transport=WriteGuard(httpx.MockTransport(response), sandbox)) as http:
        return http.request(method, f"https://crm.example{path}", json=body)


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("/Api/R3/Project", {**PROJECT, "CategoryId": 4}, "module 4"),
        ("/Api/R3/Project", {**PROJECT, "ContactId": 942}, "contact 942"),
        ("/Api/R3/Project", {**PROJECT, "Name": "x"}, "does not begin with"),
        ("/Api/R3/Project", {"CategoryId": 3, "ContactId": 941}, "does not begin with"),
        ("/Api/R3/Project/8", {"Name": "contract-x"}, "not of this run's making"),
        ("/Api/R3/ToDo", {"ProjectId": 8, "Comment": "contract-x"}, "not of this run's making"),
        ("/Api/R3/Address", {"ContactId": 8, "Name": "contract-x"}, "contact 8"),
        ("/Api/R3/Schema/Project/3", {"Name": "contract-x"}, "nothing but a PUT"),
        ("/Api/R3/Project", [], "nothing but a PUT"),
    ],
)
def test_a_write_outside_of_the_sandbox_is_held_back(path: str, body: object, why: str):
    with pytest.raises(WriteRefusedError, match=why):
        send(make_sandbox(), path, body)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({**RECORD, "CollectionTypeID": 1002}, "module 1002"),
        ({**RECORD, "last_name": "x"}, "begins with"),
        ({**RECORD, "CollectionID": 8}, "not of this run's making"),
        ("x", "no object"),
    ],
)
def test_an_ivinex_record_outside_of_the_sandbox_is_held_back(record: object, why: str):
    with pytest.raises(WriteRefusedError, match=why):
        send(make_sandbox(), "/API/Records.php", {"Records": [RECORD, record]}, method="POST")


def test_what_nobody_can_delete_is_not_made_unless_that_is_accepted():
    sandbox = make_sandbox(accepts_leftovers=False)
    with pytest.raises(WriteRefusedError, match="--accept-leftovers"):
        send(sandbox, "/API/Records.php", {"Records": [RECORD]}, method="POST")
    with pytest.raises(WriteRefusedError, match="--accept-leftovers"):
        send(sandbox, "/Api/R3/Contact", {"Type": "Person", "LastName": "contract-x"})
    send(sandbox, "/Api/R3/Project", PROJECT)


def test_what_the_run_made_it_may_change():
    sandbox = make_sandbox()
    send(sandbox, "/Api/R3/Project", PROJECT)
    send(sandbox, "/Api/R3/Project/7", {"Name": "anything"})
    send(sandbox, "/API/Records.php", {"Records": [RECORD]}, method="POST")
    send(sandbox, "/API/Records.php", {"Records": [{**RECORD, "CollectionID": 7}]}, method="POST")
    assert sandbox.made == [Made("project", "7"), Made("record", "7", "1001")]


def test_the_budget_ends_the_writing():
    sandbox = make_sandbox(budget=2)
    send(sandbox, "/Api/R3/Project", PROJECT)
    send(sandbox, "/Api/R3/Project", PROJECT)
    with pytest.raises(WriteRefusedError, match="budget of 2"):
        send(sandbox, "/Api/R3/Project", PROJECT)


def test_clean_up_goes_backwards_and_lists_what_stays():
    made = [
        Made("contact", "1"),
        Made("project", "2"),
        Made("todo", "3"),
        Made("record", "4", "1001"),
        Made("project", "5"),
    ]
    sandbox = make_sandbox(made=made, budget=0)
    sent: list[tuple[str, object]] = []

    def put(path: str, body: object) -> bool:
        sent.append((path, body))
        return True

    sandbox.clean_up(put)
    assert sent == [(f"/Api/R3/Project/{one}", {"Deleted": 1}) for one in (5, 2)]
    assert sandbox.describe_leftovers() == [
        "record 4 of module 1001: Ivinex documents no delete",
        "contact 1: MiniCRM documents no way to trash a contact",
    ]


def test_what_the_account_refuses_to_take_back_is_left_over():
    sandbox = make_sandbox(made=[Made("project", "2")])
    sandbox.clean_up(lambda _path, _body: False)
    assert sandbox.describe_leftovers() == ["project 2: the account refused to take it back"]


def test_a_writing_rule_leaves_its_projects_in_the_trash_and_all_else_as_it_was():
    sandbox = make_sandbox(accepts_leftovers=False, budget=200)
    with open_stranger(sandbox) as (target, _):
        minicrm: Any = target.accounts["minicrm"]
        before = minicrm.search_all("Project", CategoryId="3")
        rules = select_rules(["minicrm.project-update.only-what-is-sent", "minicrm.task-update.close"])
        outcomes = [run_rule(rule, target) for rule in rules]
        after = minicrm.search_all("Project", CategoryId="3")
        trashed = minicrm.search_all("Project", CategoryId="3", Deleted="1").values()
    assert [(each.result, each.message) for each in outcomes] == [("passed", "")] * 2
    assert after == before
    assert sum(str(row["Name"]).startswith("contract-") for row in trashed) == 3
    assert sandbox.made == sandbox.left == []
