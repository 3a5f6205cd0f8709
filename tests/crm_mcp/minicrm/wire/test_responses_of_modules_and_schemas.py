"""Modules and schemas in every shape that they are known to come in."""

from __future__ import annotations

import pytest

from crm_mcp.minicrm import wire
from tests.crm_mcp.minicrm.wire.responses import response_of


def test_modules_are_names_by_id() -> None:
    assert wire.parse_list_modules(response_of({"3": "Sales", "5": "Support"})) == [
        {"id": "3", "name": "Sales"},
        {"id": "5", "name": "Support"},
    ]


def test_a_detailed_module_goes_by_its_key_and_not_by_the_id_inside() -> None:
    body = {"3": {"Id": 1, "OrderId": 1, "Name": "Sales", "Type": "Generic", "Phone": 36201234567}, "5": {"Name": "x"}}
    assert wire.parse_list_modules(response_of(body)) == [
        {"id": "3", "name": "Sales", "type": "Generic", "fields": {"OrderId": 1, "Phone": 36201234567}},
        {"id": "5", "name": "x"},
    ]


@pytest.mark.parametrize(
    ("body", "modules"),
    [
        ([], []),
        ({}, []),
        (["Sales", "Support"], [("0", "Sales"), ("1", "Support")]),
        ([{"Id": 3, "Name": "Sales"}], [("3", "Sales")]),
    ],
)
def test_modules_may_come_as_a_list(body: object, modules: list[tuple[str, str]]) -> None:
    assert [(one["id"], one["name"]) for one in wire.parse_list_modules(response_of(body))] == modules


def test_a_schema_gives_types_choices_and_who_is_there() -> None:
    body: dict[str, object] = {
        "Id": "Int",
        "CategoryId": {"3": "Sales"},
        "StatusId": {"2509": "Contacted", "2500": "In progress"},
        "UserId": {"3200": "John Doe"},
        "Name": "Text(128)",
        "Deleted": "Boolean",
        "Referrer": {"1253": "Cold Call", "1254": "WOM"},
        "Set1035": {"1": "First choice", "2": "Second choice"},
        "Interests": {"1": "Wine", "4": "Cheese"},
        "Enum1036": {"1": "Yes", "2": "No"},
        "Set1037": [],
    }
    schema = wire.parse_get_project_schema(response_of(body))
    assert [(field["name"], field["type"]) for field in schema["fields"]] == [
        ("Id", "Int"),
        ("CategoryId", "CategoryId"),
        ("StatusId", "StatusId"),
        ("UserId", "UserId"),
        ("Name", "Text(128)"),
        ("Deleted", "Boolean"),
        ("Referrer", "Enum"),
        ("Set1035", "Set"),
        ("Interests", "Enum or Set"),
        ("Enum1036", "Enum"),
        ("Set1037", "Set"),
    ]
    assert schema["fields"][6] == {"name": "Referrer", "type": "Enum", "choices": {"1253": "Cold Call", "1254": "WOM"}}
    assert schema["fields"][10].get("choices") == {}
    assert schema["statuses"] == {"2509": "Contacted", "2500": "In progress"}
    assert schema["users"] == {"3200": "John Doe"}
    assert schema["modules"] == {"3": "Sales"}


def test_an_empty_schema_is_empty() -> None:
    assert wire.parse_get_project_schema(response_of([])) == {"fields": [], "statuses": {}, "users": {}, "modules": {}}


def test_choices_that_count_from_0_come_as_a_list() -> None:
    schema = wire.parse_get_project_schema(response_of({"Enum1": ["No", "Yes"]}))
    assert schema["fields"] == [{"name": "Enum1", "type": "Enum", "choices": {"0": "No", "1": "Yes"}}]


def test_the_type_of_a_contact_is_chosen_by_its_english_word() -> None:
    schema = wire.parse_get_contact_schema(response_of({"Type": {"1": "Személy", "2": "Cég"}, "Name": "Text(128)"}))
    choices = {"Person": "Person", "Business": "Business"}
    assert schema["fields"][0] == {"name": "Type", "type": "Enum", "choices": choices}
