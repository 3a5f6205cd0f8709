"""What may be sent, what goes out untouched, and what is refused first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.minicrm import wire

HUGE = pytest.param(10**5000, id="a number of 5001 digits")  # its text would be refused by Python itself
Create = Callable[[Mapping[str, object]], Request]
Update = Callable[[str, Mapping[str, object]], Request]


@pytest.mark.parametrize("text", ["+36 1", "a&b=c", "#1", "100%", "árvíztűrő", "[x]", "{Module_ID}", "日本"])
def test_text_in_a_search_is_left_for_the_transport_to_encode(text: str) -> None:
    assert wire.build_search_projects({"Query": text}).query == (("Query", text),)
    assert wire.build_get_project_by_reference(text).query == (("ReferenceId", text),)


@pytest.mark.parametrize("value", ["", "  ", None, [], ["a"], {}, "a\x00b", "\ud800", math.nan, math.inf, HUGE])
def test_a_criterion_that_cannot_be_sent_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        wire.build_search_projects({"Query": value})
    with pytest.raises(InputError):
        wire.build_get_project_by_reference(value)  # pyright: ignore[reportArgumentType]  # whatever comes from outside


@pytest.mark.parametrize("name", ["", " ", "a\x00", "\ud800"])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="not a field name"):
        wire.build_search_projects({name: "x"})
    with pytest.raises(InputError, match="not a field name"):
        wire.build_update_project("1", {name: "x"})


def test_one_id_is_one_however_many_zeros_stand_before_it() -> None:
    assert wire.build_get_project("06002") == wire.build_get_project("6002")
    assert wire.build_get_project("0").path.endswith("/0")


@pytest.mark.parametrize("page", [-1, True, 1.5, "1"])
def test_a_page_is_a_whole_number_from_0(page: int) -> None:
    with pytest.raises(InputError, match="from 0"):
        wire.build_search_contacts({"Query": "John"}, page)


def test_the_page_is_not_a_criterion() -> None:
    with pytest.raises(InputError, match="Page"):
        wire.build_search_projects({"Query": "Test", "Page": "1"})


@pytest.mark.parametrize(
    ("given_", "sent"),
    [
        ("2013-03-01 12:00:00", "2013-03-01 12:00:00"),
        ("2013-03-01T12:00:00", "2013-03-01 12:00:00"),
        ("2013-03-01 12:00", "2013-03-01 12:00:00"),
        ("2013-03-01", "2013-03-01"),
    ],
)
def test_updated_since_is_sent_with_a_space(given_: str, sent: str) -> None:
    assert wire.build_search_projects({"UpdatedSince": given_}).query == (("UpdatedSince", sent),)


@pytest.mark.parametrize("text", ["yesterday", "2013-03-01T12:00:00Z", "2013-03-01+12:00:00", "1.3.2013"])
def test_updated_since_is_a_local_date_or_date_time(text: str) -> None:
    with pytest.raises(InputError, match="UpdatedSince"):
        wire.build_search_projects({"UpdatedSince": text})


@pytest.mark.parametrize(
    ("build", "fields", "named"),
    [
        (wire.build_create_project, {"CategoryId": 3, "Name": "First Project"}, "ContactId"),
        (wire.build_create_project, {"Name": "First Project"}, "CategoryId and ContactId"),
        (wire.build_create_project, {"CategoryId": 3, "ContactId": ""}, "ContactId"),
        (wire.build_create_project, {"CategoryId": "Sales", "ContactId": 1}, "module_id"),
        (wire.build_create_project, {"CategoryId": 3, "ContactId": 1, "Id": 5}, "Id"),
        (wire.build_create_contact, {"Name": "Test Business"}, "Type"),
        (wire.build_create_contact, {"Type": "Business", "FirstName": "John"}, "Name"),
        (wire.build_create_contact, {"Type": "Person", "Email": "jd@example.com"}, "FirstName or LastName"),
        (wire.build_create_contact, {"Type": "Személy", "FirstName": "John"}, "Person or Business"),
        (wire.build_create_contact, {"Type": ["Person"], "FirstName": "John"}, "Person or Business"),
        (wire.build_create_task, {"Comment": "Do something."}, "ProjectId"),
        (wire.build_create_task, {"ProjectId": "1/2"}, "project_id"),
        (wire.build_create_address, {"ContactId": 1}, "Name"),
        (wire.build_create_address, {"Name": "Office"}, "ContactId"),
        (wire.build_create_task, {}, "nothing to write"),
    ],
)
def test_a_create_without_what_the_crm_requires_names_it(build: Create, fields: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=named):
        build(fields)


@pytest.mark.parametrize(
    ("build", "fields"),
    [
        (wire.build_update_project, {}),
        (wire.build_update_project, {"CategoryId": 5}),
        (wire.build_update_project, {"Id": 5}),
        (wire.build_update_task, {"ProjectId": 5}),
        (wire.build_update_address, {"ContactId": 5}),
        (wire.build_update_contact, {}),
    ],
)
def test_an_update_that_changes_nothing_or_what_cannot_change_is_refused(
    build: Update, fields: dict[str, object]
) -> None:
    with pytest.raises(InputError):
        build("1234", fields)


UNSENDABLE: list[object] = [
    "\ud800",
    "a\x00",
    math.nan,
    -math.inf,
    [1, math.nan],
    {"a": "\udfff"},
    {"\ud800": 1},
    {1: 2},
    b"x",
    {1},
    object(),
    2**64,
    10**5000,
]


@pytest.mark.parametrize("value", UNSENDABLE, ids=range(len(UNSENDABLE)))
def test_a_value_that_json_cannot_carry_is_refused_before_sending(value: object) -> None:
    with pytest.raises(InputError):
        wire.build_update_project("1234", {"Text1105": value})


def test_a_value_nested_without_end_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(InputError):
        wire.build_update_project("1234", {"Text1105": endless})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abcXYZ 1", min_size=1).filter(str.strip), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(value=JSON)
def test_any_other_value_goes_out_untouched(value: object) -> None:
    assert wire.build_update_contact("1", {"Text1105": value}).body == {"Text1105": value}


def test_the_body_is_a_copy() -> None:
    fields: dict[str, object] = {"Name": "a"}
    request = wire.build_update_project("1", fields)
    fields["Name"] = "b"
    assert request.body == {"Name": "a"}
