"""What cannot be sent is refused before anything is sent, in reads and writes of both CRMs: the journal stays."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.errors import InputError, RefusedError
from crm_mcp.ivinex.models import RecordFilter
from tests.properties.clients import Clients
from tests.properties.strategies import UNSENDABLE_TEXT, share

Call = Callable[[Clients, Any], Awaitable[object]]
LONGEST_URL = 8_000

SEARCHES: dict[str, Call] = {
    "a filter's value": lambda to, bad: to.ivinex.search_records("1001", filters=[condition("email", "Equal", bad)]),
    "one of In": lambda to, bad: to.ivinex.search_records("1001", filters=[condition("email", "In", ["a", bad])]),
    "a second filter": lambda to, bad: to.ivinex.search_records(
        "1001", filters=[condition("email", "Equal", "a"), condition("name", "StartsWith", bad)]
    ),
    "Query of projects": lambda to, bad: to.minicrm.search_projects({"Query": bad}),
    "a field of projects": lambda to, bad: to.minicrm.search_projects({"CategoryId": 3, "Text1": bad}),
    "Query of contacts": lambda to, bad: to.minicrm.search_contacts({"Query": bad}),
    "ReferenceId": lambda to, bad: to.minicrm.get_project_by_reference(bad),
}
NAMES: dict[str, Call] = {
    "a filter's field": lambda to, bad: to.ivinex.search_records("1001", filters=[condition(bad, "Equal", "a")]),
    "a filter's operand": lambda to, bad: to.ivinex.search_records("1001", filters=[condition("email", bad, "a")]),
    "the order": lambda to, bad: to.ivinex.search_records("1001", order_by=bad),
    "a criterion's name": lambda to, bad: to.minicrm.search_projects({bad: "a"}),
    "a MiniCRM field's name": lambda to, bad: to.minicrm.update_project(1, {bad: "a"}),
    "a MiniCRM id": lambda to, bad: to.minicrm.get_project(bad),
    "an Ivinex id": lambda to, bad: to.ivinex.get_record("1001", bad),
}
WRITES: dict[str, Call] = {
    "a new record": lambda to, bad: to.ivinex.create_records("1001", [{"email": "a"}, {"email": bad}]),
    "a changed record": lambda to, bad: to.ivinex.update_records(
        "1001", [{"record_id": "8", "fields": {"email": bad}}]
    ),
    "a new project": lambda to, bad: to.minicrm.create_project({"CategoryId": 3, "ContactId": 1, "Name": bad}),
    "a changed project": lambda to, bad: to.minicrm.update_project(1, {"Name": bad}),
    "a new contact": lambda to, bad: to.minicrm.create_contact({"Type": "Business", "Name": "a", "Phone": bad}),
    "a changed contact": lambda to, bad: to.minicrm.update_contact(1, {"Name": bad}),
    "a new task": lambda to, bad: to.minicrm.create_task({"ProjectId": 1, "Comment": bad}),
    "a changed task": lambda to, bad: to.minicrm.update_task(1, {"Comment": bad}),
    "a new address": lambda to, bad: to.minicrm.create_address({"ContactId": 1, "Name": bad}),
    "a changed address": lambda to, bad: to.minicrm.update_address(1, {"City": bad}),
    "a value inside a list": lambda to, bad: to.minicrm.update_project(1, {"Set1": ["a", {"b": bad}]}),
}


def condition(field: str, operand: str, value: object) -> RecordFilter:
    return {"field": field, "operand": operand, "value": value}


def refuse_each(clients: Clients, call: Call, *unsendable: object) -> None:
    """Call with each of the values: each must be refused, in words that can be sent on, and none may arrive."""
    before = clients.last_request()["id"]
    for bad in unsendable:
        with pytest.raises(InputError) as refused:
            clients.run(lambda bad=bad: call(clients, bad))
        str(refused.value).encode()
    assert clients.last_request()["id"] == before


@pytest.mark.parametrize("place", [*SEARCHES, *NAMES, *WRITES])
def test_half_a_surrogate_pair_and_nul_are_refused_unsent_everywhere(clients: Clients, place: str) -> None:
    refuse_each(clients, {**SEARCHES, **NAMES, **WRITES}[place], "\ud800", "a\udfffb", "\x00", "a\x00b")


@pytest.mark.parametrize("place", [*SEARCHES, *WRITES])
def test_nan_infinite_and_endless_numbers_are_refused_unsent_everywhere(clients: Clients, place: str) -> None:
    refuse_each(clients, {**SEARCHES, **WRITES}[place], math.nan, math.inf, -math.inf, 10**5000)


@given(place=st.sampled_from([*SEARCHES, *NAMES, *WRITES]), bad=UNSENDABLE_TEXT)
@share(80)
def test_any_text_with_half_a_surrogate_pair_or_nul_is_refused_unsent(clients: Clients, place: str, bad: str) -> None:
    refuse_each(clients, {**SEARCHES, **NAMES, **WRITES}[place], bad)


@given(
    place=st.sampled_from([*SEARCHES]),
    letter=st.sampled_from(["a", "&", "\u0151", "\U0001f600"]),
    length=st.integers(1, 9_000),
)
@share(60)
@example(place="Query of projects", letter="a", length=10**6)
@example(place="ReferenceId", letter="\U0001f600", length=5_461)
@example(place="a filter's value", letter="\u0151", length=1_400)
def test_a_search_is_sent_whole_or_not_at_all_however_long_it_is(
    clients: Clients, place: str, letter: str, length: int
) -> None:
    before = clients.last_request()["id"]
    text, encoded_length = letter * length, length * len(quote(letter))
    refusal = ""
    try:
        clients.run(lambda: SEARCHES[place](clients, text))
    except InputError as error:
        refusal = str(error)
    except RefusedError:
        pass  # by the fake, which does not know the field
    if refusal:
        assert "too long" in refusal
        assert encoded_length > LONGEST_URL - 500
        assert clients.last_request()["id"] == before
    else:
        assert encoded_length <= LONGEST_URL
        assert text in str(clients.last_request()["query"])
