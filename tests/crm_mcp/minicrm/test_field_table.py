"""The field table says the same of each field that the models and the API's document say."""

from __future__ import annotations

from typing import get_type_hints

import pytest

from crm_mcp.minicrm.field_table import ADDRESS, CONTACT, PROJECT, TASK, Entity
from crm_mcp.minicrm.models import Address, Contact, Project, Task

MODELS = [(PROJECT, Project), (CONTACT, Contact), (TASK, Task), (ADDRESS, Address)]


@pytest.mark.parametrize(("entity", "model"), MODELS, ids=["project", "contact", "task", "address"])
def test_the_keys_of_the_table_are_those_of_the_results(entity: Entity, model: type) -> None:
    keys = {key for field in entity.fields for key in field.keys}
    names_of_links = {"contact", "business"}  # read beside the rows of a search
    assert keys == get_type_hints(model).keys() - {"fields", "rich_text"} - names_of_links
    assert len({field.name for field in entity.fields}) == len(entity.fields)
    assert entity.by_name[entity.title].key


def test_criteria_take_every_field_that_can_be_written() -> None:
    assert set(PROJECT.written) <= set(PROJECT.searched)
    assert set(CONTACT.written) <= set(CONTACT.searched)
    assert {"ProjectId", "Comment", "Deadline"} <= set(TASK.written)


def test_tasks_and_addresses_have_no_criteria() -> None:
    assert not TASK.searched
    assert not ADDRESS.searched


def test_only_newer_servers_tell_contacts_in_rows() -> None:
    assert PROJECT.in_rows(newer=False) == {"Id", "Name", "StatusId", "UserId"}
    assert PROJECT.in_rows(newer=True) == {"Id", "Name", "StatusId", "UserId", "ContactId", "BusinessId"}


@pytest.mark.parametrize(
    ("name", "api_name"),
    [
        ("status", "StatusId"),
        ("Module", "CategoryId"),
        ("business", "BusinessId"),
        ("Int1107", "Int1107"),
        ("id", "id"),
    ],
)
def test_fields_are_grouped_by_the_words_of_results(name: str, api_name: str) -> None:
    assert PROJECT.api_name(name) == api_name


def test_a_field_without_a_key_stands_under_its_own_name() -> None:
    assert PROJECT.keys_of("StatusId") == ("status_id", "status")
    assert PROJECT.keys_of("Query") == ("Query",)
    assert PROJECT.keys_of("Int1107") == ("Int1107",)
