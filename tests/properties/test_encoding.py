"""What is searched for arrives as it was given: nothing lost, nothing added, nothing decoded twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_mcp.errors import InputError
from crm_mcp.ivinex.models import OPERANDS
from tests.properties.clients import Clients

ODD = st.sampled_from(
    ["&", "#", ";", "=", "+", "%", "%20", "%252B", '"', "\\", "'", "[", "]", "{", "}", "/", "?", "\u0151", "\U0001f600"]
)
TEXT = st.lists(ODD | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5), max_size=8).map(
    "".join
)
FILTERS = st.lists(
    st.fixed_dictionaries(
        {"field": st.sampled_from(["email", "first_name"]), "operand": st.sampled_from(OPERANDS[2:10]), "value": TEXT}
    ),
    min_size=1,
    max_size=4,
)
SEED: dict[str, Any] = {
    "ivinex": {
        "modules": {"1001": {"name": "contact", "fields": {"email": {"type": "text"}, "first_name": {"type": "text"}}}}
    },
    "minicrm": {
        "users": {"1": "A"},
        "modules": {"3": {"name": "Sales", "type": "Generic", "statuses": {}, "fields": {}}},
    },
}


@pytest.fixture(scope="module", autouse=True)
def _seeded(clients: Clients) -> None:  # pyright: ignore[reportUnusedFunction]
    clients.seed(SEED)


@given(filters=FILTERS)
@settings(deadline=None)
@example(filters=[{"field": "email", "operand": "Contains", "value": "a&Limit=100#x;y=+%2B"}])
@example(filters=[{"field": "email", "operand": "Contains", "value": '"},{"Field":"id"'}])
def test_any_filter_list_arrives_as_it_was_given_and_injects_no_parameter(
    clients: Clients, filters: list[dict[str, Any]]
) -> None:
    clients.run(lambda: clients.ivinex.search_records("1001", filters=filters))
    query = clients.last_request()["query"]
    assert list(query) == ["CollectionTypeID", "Filters"]
    assert json.loads(query["Filters"]) == [
        {"Field": one["field"], "Operand": one["operand"], "Value": one["value"]} for one in filters
    ]


@given(text=TEXT.filter(str.strip))
@settings(deadline=None)
@example(text="+36301234567")
@example(text="a%20b%252Bc+d")
def test_any_search_text_is_decoded_once(clients: Clients, text: str) -> None:
    clients.run(lambda: clients.minicrm.search_projects({"Query": text}))
    assert clients.last_request()["query"] == {"Query": text}


def test_a_plus_in_updated_since_is_a_space_on_arrival(clients: Clients) -> None:
    clients.run(lambda: clients.minicrm.search_projects({"UpdatedSince": "2013-03-01 12:00:00"}))
    assert clients.last_request()["query"] == {"UpdatedSince": "2013-03-01 12:00:00"}


@pytest.mark.parametrize("value", ["\ud800", "x" * 9000])
def test_what_cannot_be_sent_never_reaches_the_server(clients: Clients, value: str) -> None:
    clients.forget_requests()
    unsendable = [{"field": "email", "operand": "Equal", "value": value}]
    with pytest.raises(InputError):
        clients.run(lambda: clients.ivinex.search_records("1001", filters=unsendable))
    with pytest.raises(InputError):
        clients.run(lambda: clients.minicrm.search_projects({"Query": value}))
    assert clients.journal_length() == 0


@given(name=TEXT.filter(str.strip))
@settings(deadline=None, max_examples=50)
def test_any_text_that_is_written_is_read_back_unchanged(clients: Clients, name: str) -> None:
    (created,) = clients.run(lambda: clients.ivinex.create_records("1001", [{"first_name": name}]))
    record = clients.run(lambda: clients.ivinex.get_record("1001", created.get("id", "")))
    assert record["fields"]["first_name"] == name
    contact = clients.run(lambda: clients.minicrm.create_contact({"Type": "Business", "Name": name}))
    assert clients.run(lambda: clients.minicrm.get_contact(contact["id"]))["name"] == name
