"""Names and choices looked up in a schema: what is taken, and what is refused with what it could have been."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.errors import InputError
from crm_mcp.minicrm.account.schema import check_field_names, resolve_fields, resolve_set
from crm_mcp.minicrm.field_table import ADDRESS, PROJECT
from crm_mcp.minicrm.models import Schema

HUGE = pytest.param(10**5000, id="a number of 5001 digits")  # its text would be refused by Python itself
STATUSES = {"2509": "Contacted", "2500": "In progress", "2540": "Ügyfél"}
SET = {"1": "First choice", "2": "Second choice", "4": "Third choice"}
SCHEMA: Schema = {
    "fields": [
        {"name": "StatusId", "type": "StatusId", "choices": STATUSES},
        {"name": "UserId", "type": "UserId", "choices": {"3200": "John Doe"}},
        {"name": "Text1105", "type": "Text(1024)"},
        {"name": "DateTime1106", "type": "DateTime"},
        {"name": "Referrer", "type": "Enum", "choices": {"1253": "Cold Call", "1255": "Google"}},
        {"name": "Set1035", "type": "Set", "choices": SET},
        {"name": "Interests", "type": "Enum or Set", "choices": {"1": "Wine", "2": "Cheese"}},
        {"name": "Set1036", "type": "Set", "choices": {}},
    ],
    "statuses": STATUSES,
    "users": {"3200": "John Doe"},
    "modules": {},
}


@pytest.mark.parametrize(
    ("value", "choice_id"),
    [
        ("2500", "2500"),
        (2500, "2500"),
        ("In progress", "2500"),
        (" in  PROGRESS ", "2500"),
        ("ugyfel", "2540"),
        ("Ugyfe\u0301l", "2540"),
    ],
)
def test_a_choice_is_found_by_id_or_by_label_without_case_and_accents(value: object, choice_id: str) -> None:
    assert resolve_choice("StatusId", value, STATUSES) == choice_id


@pytest.mark.parametrize("value", ["", "Lost", "2501", None, True, 2500.5, ["In progress"], {}, "\ud800"])
def test_an_unknown_choice_is_refused_with_all_of_a_short_list(value: object) -> None:
    with pytest.raises(InputError, match="is not a choice of StatusId") as caught:
        resolve_choice("StatusId", value, STATUSES)
    assert "Contacted (2509), In progress (2500), Ügyfél (2540)" in caught.value.hint
    str(caught.value).encode()


def test_a_name_is_found_in_either_order_and_two_people_of_the_same_names_ask_which() -> None:
    users = {"101": "Nagy Eszter", "102": "Kovács Bálint", "103": "Bálint Kovács"}
    assert resolve_choice("user", "eszter nagy", users) == "101"
    assert resolve_choice("user", "Bálint Kovács", users) == "103"
    with pytest.raises(InputError, match="2 choices match"):
        resolve_choice("user", "Bálint Kovács", users | {"104": "Bálint Kovács"})
    with pytest.raises(InputError, match="is not a choice"):
        resolve_choice("user", "Eszter", users)


def test_two_choices_of_one_label_are_both_named_to_who_misses_them() -> None:
    with pytest.raises(InputError, match=r"did you mean Lost \(2105\) or Lost \(2404\)") as caught:
        resolve_choice("status", "lots", {"2105": "Lost", "2404": "Lost", "2503": "Paid"})
    assert caught.value.hint == "Choices: Lost (2105), Lost (2404), Paid (2503)."


def test_a_near_miss_is_named_and_a_long_list_is_not() -> None:
    choices = {str(one): f"Choice {one}" for one in range(100, 131)} | {"7": "Ügyfél"}
    with pytest.raises(InputError, match="did you mean Ügyfél") as caught:
        resolve_choice("StatusId", "ugyfell", choices)
    assert "Choice 100" not in str(caught.value)
    assert "describe_module" in caught.value.hint


def test_an_exact_label_wins_over_one_in_another_case() -> None:
    assert resolve_choice("Enum1", "vip", {"1": "VIP", "2": "vip"}) == "2"


def test_an_id_wins_over_a_label_that_looks_like_one() -> None:
    assert resolve_choice("Enum1", "2", {"1": "2", "2": "3"}) == "2"
    assert resolve_choice("Enum1", "3", {"1": "2", "2": "3"}) == "2"


@pytest.mark.parametrize("choices", [{"7": "John Doe", "8": "John Doe"}, {"7": "john doe", "8": "JOHN DOE"}])
def test_a_label_of_several_choices_is_refused_with_their_ids(choices: dict[str, str]) -> None:
    with pytest.raises(InputError, match="2 choices") as caught:
        resolve_choice("UserId", "John Doe", choices)
    assert "7 (" in caught.value.hint
    assert "8 (" in caught.value.hint


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Second choice,Third choice", "Second choice,Third choice"),
        ("Second choice, third CHOICE", "Second choice,Third choice"),
        (["Second choice", "4"], "Second choice,Third choice"),
        (["First choice", "first choice"], "First choice"),
        ("First choice", "First choice"),
        (6, 6),
        ("6", 6),
        (0, 0),
        ([], ""),
    ],
)
def test_a_set_is_written_as_labels_or_as_a_bitmask(value: object, written: object) -> None:
    assert resolve_set("Set1035", value, SET) == written


@pytest.mark.parametrize("value", [8, -1, "9", "First choice,Fourth", ["Fourth"], "", ",", None, True, 1.5, HUGE])
def test_a_set_with_an_unknown_choice_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="is not a choice of Set1035"):
        resolve_set("Set1035", value, SET)


def test_labels_that_hold_commas_are_told_apart_and_written_as_a_bitmask() -> None:
    choices = {"1": "Yes", "2": "Yes, please", "4": "No"}
    assert resolve_set("Set1", "Yes, please, No", choices) == 6
    assert resolve_set("Set1", "Yes,No", choices) == "Yes,No"
    assert resolve_set("Set1", ["Yes, please", "Yes, please"], choices) == 2


@given(st.lists(st.sampled_from(list(SET.values())), min_size=1, unique=True))
def test_a_set_as_read_can_be_written_back(labels: list[str]) -> None:
    assert resolve_set("Set1035", ", ".join(labels), SET) == ",".join(labels)


def test_known_names_pass() -> None:
    check_field_names(SCHEMA, ["Text1105", "ReferenceId", "CategoryId"], PROJECT.written)
    check_field_names(SCHEMA, ["Query", "UpdatedSince", "StatusGroup", "MainContactId"], PROJECT.searched)
    check_field_names(None, ["City", "PostalCode"], ADDRESS.written)
    check_field_names(None, [])


@pytest.mark.parametrize(
    ("name", "near"), [("text1105", "Text1105"), ("Statusid", "StatusId"), ("Refferer", "Referrer"), ("Nmae", "Name")]
)
def test_an_unknown_name_is_refused_with_near_misses(name: str, near: str) -> None:
    with pytest.raises(InputError, match=f"did you mean .*{near}") as caught:
        check_field_names(SCHEMA, ["Text1105", name], PROJECT.written)
    assert "case-sensitive" in caught.value.hint
    assert "describe_module" in caught.value.hint


def test_where_there_is_no_schema_all_names_are_listed() -> None:
    with pytest.raises(InputError) as caught:
        check_field_names(None, ["Town"], ADDRESS.written)
    assert "City" in caught.value.hint


def test_fields_go_out_with_ids_for_choices_and_else_untouched() -> None:
    fields: dict[str, object] = {
        "StatusId": "in progress",
        "UserId": "John Doe",
        "Name": "n",
        "Deleted": "1",
        "Text1105": "Google",
        "Referrer": "google",
        "Set1035": ["First choice", "Third choice"],
        "Interests": "Wine, Cheese",
    }
    assert resolve_fields(SCHEMA, fields, PROJECT.written) == {
        "StatusId": "2500",
        "UserId": "3200",
        "Name": "n",
        "Deleted": "1",
        "Text1105": "Google",
        "Referrer": "1255",
        "Set1035": "First choice,Third choice",
        "Interests": "Wine,Cheese",
    }


@pytest.mark.parametrize(("value", "written"), [("wine", "1"), (3, 3), (["Wine"], "Wine"), (2, "2")])
def test_a_field_that_may_be_enum_or_set_takes_both(value: object, written: object) -> None:
    assert resolve_fields(SCHEMA, {"Interests": value}) == {"Interests": written}


@pytest.mark.parametrize("name", ["Referrer", "Set1035", "Set1036", "Interests", "Text1105", "DateTime1106"])
@pytest.mark.parametrize("empty", ["", None])
def test_a_field_can_be_emptied(name: str, empty: object) -> None:
    assert resolve_fields(SCHEMA, {name: empty}) == {name: empty}


@pytest.mark.parametrize("name", ["StatusId", "UserId"])
@pytest.mark.parametrize("value", ["", None, "Nobody", 9999])
def test_a_status_or_user_must_be_one_that_exists(name: str, value: object) -> None:
    with pytest.raises(InputError, match=name):
        resolve_fields(SCHEMA, {name: value})


def test_a_user_that_cannot_be_checked_is_refused() -> None:
    empty: Schema = {"fields": [], "statuses": {}, "users": {}, "modules": {}}
    with pytest.raises(InputError, match="cannot be checked"):
        resolve_fields(empty, {"UserId": 3200}, PROJECT.written)


def test_an_unknown_field_is_refused_before_its_value_is_looked_at() -> None:
    with pytest.raises(InputError, match="no field 'Colour'"):
        resolve_fields(SCHEMA, {"Colour": object()}, PROJECT.written)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2026-01-31T14:30:00Z", "2026-01-31 15:30:00"),
        ("2026-01-31 14:30", "2026-01-31 14:30:00"),
        ("2026-01-31", "2026-01-31"),
    ],
)
def test_a_date_time_goes_out_in_the_zone_of_the_account(value: str, written: str) -> None:
    zone = ZoneInfo("Europe/Budapest")
    assert resolve_fields(SCHEMA, {"DateTime1106": value}, zone=zone) == {"DateTime1106": written}
    assert resolve_fields(SCHEMA, {"DateTime1106": value}) == {"DateTime1106": value}


def test_what_is_no_date_is_refused_in_a_date_time() -> None:
    with pytest.raises(InputError, match="not a date"):
        resolve_fields(SCHEMA, {"DateTime1106": "soon"}, zone=ZoneInfo("Europe/Budapest"))
