"""The directory knows names by asking for schemas once, and refuses whom it does not know."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from crm_mcp.crm.expiring import CACHE_TTL_S
from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import InputError
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.search.criteria import (
    ContactCriteria,
    ProjectCriteria,
    contact_criteria,
    phone_digits,
    project_criteria,
)
from crm_mcp.minicrm.settings import MinicrmSettings

BODIES = {
    "/Api/R3/Category": b'{"3":"Sales","5":"Support"}',
    "/Api/R3/Schema/Project/3": (
        b'{"StatusId":{"2500":"New","2509":"Won"},"UserId":{"1":"John Doe"},"Text1":"Text(1024)",'
        b'"Enum2":{"7":"Red","8":"Blue"}}'
    ),
    "/Api/R3/Schema/Project/5": b'{"StatusId":{"2600":"New","2609":"Solved"},"UserId":{"1":"John Doe","2":"Jane Roe"}}',
    "/Api/R3/Schema/Person": b'{"FirstName":"Text(1024)","Enum9":{"1":"Gold"}}',
    "/Api/R3/Schema/Business": b'{"Name":"Text(1024)"}',
    "/Api/R3/Contact/7": b'{"Id":7,"Type":"Person","LastName":"Doe"}',
}
ZONE = MinicrmSettings(_env_file=None).zone  # pyright: ignore[reportCallIssue]  # pydantic-settings' own argument


class Account:
    """Responds to requests for schemas and counts them."""

    def __init__(self, *, me: str = "") -> None:
        self.asked: list[str] = []
        self.closed: set[str] = set()
        self.now_s = 0.0
        self.directory = Directory(MinicrmClient(self), me=me, clock=lambda: self.now_s)

    async def perform(self, request: Request, parse: Callable[[Response], Any]) -> Any:
        self.asked.append(request.path)
        status = 403 if request.path in self.closed else 200
        return parse(Response(status, BODIES[request.path], "application/json", request))

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(coroutine)


def project_search(account: Account, **asked: Any) -> dict[str, object]:
    return account.run(project_criteria(account.directory, ZONE, ProjectCriteria(**asked)))


def contact_search(account: Account, **asked: Any) -> dict[str, object]:
    return account.run(contact_criteria(account.directory, ZONE, ContactCriteria(**asked)))


def test_a_schema_is_asked_for_once_until_it_is_old() -> None:
    account = Account()
    for _ in range(3):
        assert account.run(account.directory.module_id("sales")) == "3"
    assert account.asked == ["/Api/R3/Category"]
    account.now_s = CACHE_TTL_S + 1
    account.run(account.directory.module_id("Sales"))
    assert len(account.asked) == 2


def test_a_module_whose_schema_may_not_be_read_is_passed_over_and_not_asked_for_again() -> None:
    account = Account()
    account.closed = {"/Api/R3/Schema/Project/3"}
    for _ in range(2):
        assert [schema["users"] for schema in account.run(account.directory.project_schemas())] == [
            {"1": "John Doe", "2": "Jane Roe"}
        ]
    assert account.asked.count("/Api/R3/Schema/Project/3") == 1
    assert account.run(account.directory.readable_schema("3")) is None


def test_an_unknown_module_is_refused_with_all_modules() -> None:
    account = Account()
    with pytest.raises(InputError, match=r"Sales \(3\), Support \(5\)"):
        account.run(account.directory.module_id("Marketing"))


def test_me_is_the_configured_user_and_an_error_without_one() -> None:
    account = Account(me="Jane Roe")
    assert account.run(account.directory.user_id("me")) == "2"
    account = Account()
    with pytest.raises(InputError, match="MINICRM_USER"):
        account.run(account.directory.user_id("me"))


def test_a_user_of_any_module_is_known_without_naming_a_module() -> None:
    account = Account()
    assert account.run(account.directory.user_id("jane roe")) == "2"
    with pytest.raises(InputError, match=r"did you mean Jane Roe \(2\)"):
        account.run(account.directory.user_id("Jane Row"))


def test_a_user_that_no_schema_lists_is_refused_even_by_id() -> None:
    account = Account()
    with pytest.raises(InputError, match="'99' is not a choice"):
        account.run(account.directory.user_id("99"))


def test_a_status_in_one_module_only_is_found_without_naming_it_and_an_ambiguous_one_asks() -> None:
    account = Account()
    assert account.run(account.directory.status_id("solved")) == "2609"
    with pytest.raises(InputError, match=r"Name the module, or give the id: 2500 \(Sales\), 2600 \(Support\)"):
        account.run(account.directory.status_id("New"))
    assert account.run(account.directory.status_id("New", "5")) == "2600"


def test_a_search_by_text_and_ids_asks_for_no_schema() -> None:
    account = Account()
    criteria = project_search(account, query="x", status="2500", user="1", contact_id="7")
    assert criteria == {"Query": "x", "StatusId": "2500", "UserId": "1", "ContactId": "7"}
    assert account.asked == ["/Api/R3/Contact/7"]  # a company's people are searched with it


def test_names_become_ids_and_dates_local_time() -> None:
    criteria = project_search(
        Account(),
        module="sales",
        status="won",
        user="John Doe",
        updated_since="2026-01-31T12:00:00Z",
        deleted=True,
        filters={"Enum2": "blue", "Text1": "a+b"},
    )
    assert criteria == {
        "CategoryId": "3",
        "StatusId": "2509",
        "UserId": "1",
        "UpdatedSince": "2026-01-31 13:00:00",
        "Deleted": "1",
        "Enum2": "8",
        "Text1": "a+b",
    }


def test_filters_take_labels_and_one_that_no_schema_knows_is_refused_with_the_near_one() -> None:
    with pytest.raises(InputError, match="'Txt1', did you mean Text1"):
        project_search(Account(), filters={"Txt1": "x"})
    criteria = project_search(Account(), filters={"CategoryId": "sales", "StatusId": "won"})
    assert criteria == {"CategoryId": "3", "StatusId": "2509"}
    with pytest.raises(InputError, match="'statusid', did you mean StatusId"):
        project_search(Account(), filters={"statusid": "1"})


def test_a_criterion_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match="UserId is given twice"):
        project_search(Account(), user="John Doe", filters={"UserId": "John Doe"})


def test_a_contact_is_searched_by_the_last_digits_of_its_phone() -> None:
    assert contact_search(Account(), phone="+36 (30) 123-4567") == {"Query": "301234567"}
    assert contact_search(Account(), query="John", phone="2345678") == {"Query": "John", "Phone": "2345678"}
    with pytest.raises(InputError, match="at least its last 6 digits, not 5"):
        phone_digits("123-45")


def test_contact_filters_are_held_to_the_schemas_of_the_type() -> None:
    assert contact_search(Account(), filters={"Enum9": "gold"}) == {"Enum9": "1"}
    assert contact_search(Account(), type="Business", filters={"Name": "x"}) == {
        "Type": "Business",
        "Name": "x",
    }
    with pytest.raises(InputError, match="no field 'Enum9'"):
        contact_search(Account(), type="Business", filters={"Enum9": "gold"})
