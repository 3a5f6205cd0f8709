"""Contacts in every shape that they are known to come in."""

from __future__ import annotations

import pytest

from crm_mcp.minicrm import wire
from tests.crm_mcp.minicrm.wire.responses import response_of


def test_a_row_of_contacts_has_its_common_keys_apart() -> None:
    row = {
        "Id": "12345",
        "Name": "John Doe",
        "Url": "https://x",
        "Type": "Person",
        "Email": "jd@example.com",
        "Phone": 612,
    }
    assert wire.parse_search_contacts(
        response_of({"Count": 1, "Results": {"12345": row | {"BusinessId": 12346}}})
    ).items == [
        {
            "id": "12345",
            "name": "John Doe",
            "type": "Person",
            "email": "jd@example.com",
            "phone": "612",
            "business_id": "12346",
            "fields": {},
        }
    ]


def test_a_business_keeps_its_website() -> None:
    contact = wire.parse_get_contact(
        response_of({"Id": 12346, "Type": "Business", "Name": "Test Business", "Phone": "", "Url": "http://test.com"})
    )
    assert contact == {
        "id": "12346",
        "name": "Test Business",
        "type": "Business",
        "fields": {"Url": "http://test.com"},
    }


def test_the_link_of_a_search_is_dropped() -> None:
    page = wire.parse_search_contacts(
        response_of({"Results": {"1": {"Id": 1, "Url": "https://r3.minicrm.hu/Api/R3/Contact/1"}}})
    )
    assert page.items == [{"id": "1", "name": "", "fields": {}}]


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ({"FirstName": "John", "LastName": "Doe"}, "John Doe"),
        ({"FirstName": "John", "LastName": ""}, "John"),
        ({"FirstName": None, "LastName": "Doe"}, "Doe"),
        ({"Name": "Doe John", "FirstName": "John", "LastName": "Doe"}, "Doe John"),
        ({}, ""),
    ],
)
def test_a_person_without_a_name_is_called_by_first_and_last_name(keys: dict[str, object], name: str) -> None:
    assert wire.parse_get_contact(response_of({"Id": 1} | keys))["name"] == name


@pytest.mark.parametrize(
    ("keys", "contact_type"),
    [
        ({"Type": "Személy", "FirstName": ""}, "Person"),
        ({"Type": "Személy", "BusinessId": 0}, "Person"),
        ({"Type": "Személy", "Position": ""}, "Person"),
        ({"Type": "Cég", "Name": "Test Business"}, "Business"),
        ({"Type": "Cég", "Name": "Test Business", "BusinessId": 0, "Position": ""}, "Business"),
        ({"Type": "", "Name": "Test Business"}, "Business"),
        ({"Type": "Business", "FirstName": ""}, "Business"),
    ],
)
def test_a_localised_type_is_told_by_the_keys_and_left_out(keys: dict[str, object], contact_type: str) -> None:
    contact = wire.parse_get_contact(response_of({"Id": 1} | keys))
    assert contact.get("type") == contact_type
    assert "Type" not in contact["fields"]
