"""What Ivinex requests look like, and what is refused before one is sent."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.errors import InputError
from crm_mcp.ivinex import wire
from crm_mcp.ivinex.models import OPERANDS, RecordFilter


def send_filter(operand: str, value: object = "v", *, field: str = "f") -> dict[str, str]:
    """Return a condition as it is sent."""
    filters = [RecordFilter(field=field, operand=operand, value=value)]
    (sent,) = json.loads(dict(wire.build_search_records("1001", filters=filters).query)["Filters"])
    return sent


def test_a_search_sends_only_what_was_asked_for() -> None:
    assert wire.build_search_records("1001").query == (("CollectionTypeID", "1001"),)


def test_a_full_search_sends_its_parts_in_the_documented_order() -> None:
    request = wire.build_search_records(
        "1001",
        filters=[{"field": "id", "operand": "GreaterThan", "value": "4"}],
        order_by="email",
        descending=True,
        limit=50,
        offset=0,
        option_labels=True,
    )
    assert request.query == (
        ("CollectionTypeID", "1001"),
        ("Limit", "50"),
        ("Offset", "0"),
        ("OrderBy", "email DESC"),
        ("LookupOptionText", "true"),
        ("Filters", '[{"Field":"id","Operand":"GreaterThan","Value":"4"}]'),
    )
    assert request.is_idempotent


@pytest.mark.parametrize("operand", OPERANDS)
def test_every_operand_of_the_document_is_sent_as_it_is_spelled(operand: str) -> None:
    assert send_filter(operand)["Operand"] == operand


@pytest.mark.parametrize(
    ("operand", "hint"),
    [
        ("equal", "Did you mean 'Equal'"),
        ("STARTSWITH", "Did you mean 'StartsWith'"),
        ("Contain", "Did you mean 'Contains'"),
        ("LinkedWith", "Did you mean 'LinkedTo'"),
        (">=", "GreaterThanEqual, LessThan"),
        ("LIKE", "GreaterThanEqual, LessThan"),
    ],
)
def test_an_unknown_operand_is_refused_with_the_right_one_or_the_list(operand: str, hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        send_filter(operand)


@pytest.mark.parametrize(
    ("operand", "value", "text"),
    [
        *(("Equal", value, text) for value, text in [("a", "a"), (4, "4"), (1.5, "1.5"), ("", "")]),
        *(("Equal", value, text) for value, text in [(True, "true"), (False, "false")]),
        ("In", ["a", 2], "a,2"),
    ],
)
def test_filter_values_are_sent_as_text(operand: str, value: object, text: str) -> None:
    assert send_filter(operand, value)["Value"] == text


@pytest.mark.parametrize(
    ("operand", "value"),
    [("In", ["a,b"]), ("In", []), ("Equal", ["a"]), ("Equal", None), ("Equal", {}), ("Equal", float("nan"))],
)
def test_a_value_that_cannot_be_meant_is_refused(operand: str, value: object) -> None:
    with pytest.raises(InputError):
        send_filter(operand, value)


@pytest.mark.parametrize("name", ["", " f", "a b", "a\nb", "\x00"])
def test_what_cannot_be_a_field_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="field name"):
        send_filter("Equal", field=name)


def test_a_field_name_may_look_odd() -> None:
    assert send_filter("Equal", field="2nd_e-mail_\u0151")["Field"] == "2nd_e-mail_\u0151"


@pytest.mark.parametrize(("argument", "number"), [("limit", 0), ("limit", 101), ("limit", 1000), ("offset", -1)])
def test_a_page_out_of_bounds_is_refused(argument: str, number: int) -> None:
    with pytest.raises(InputError, match=argument):
        wire.build_search_records("1001", **{argument: number})  # pyright: ignore[reportArgumentType]


def test_descending_alone_is_refused() -> None:
    with pytest.raises(InputError, match="order_by"):
        wire.build_search_records("1001", descending=True)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1))
@example(['"}],"x":[{"'])
def test_any_filter_text_comes_back_from_the_query_unchanged(values: list[str]) -> None:
    filters = [RecordFilter(field="f", operand="Equal", value=value) for value in values]
    sent = json.loads(dict(wire.build_search_records("1001", filters=filters).query)["Filters"])
    assert sent == [{"Field": "f", "Operand": "Equal", "Value": value} for value in values]


def test_a_create_names_the_module_in_every_record_and_is_not_idempotent() -> None:
    request = wire.build_create_records("1001", [{"a": "1"}, {"a": None, "b": 2, "c": True}])
    assert request.body == {
        "Records": [{"CollectionTypeID": 1001, "a": "1"}, {"CollectionTypeID": 1001, "a": None, "b": 2, "c": True}]
    }
    assert not request.is_idempotent


@pytest.mark.parametrize(
    ("record", "says"),
    [
        *(
            ({name: "78", "email": "a@example.com"}, "update_records")
            for name in ("CollectionID", "collection_id", "id", "ID", "CollectionTypeID")
        ),
        ({"tags": ["a"]}, r"records\[1\].tags"),
        ({"tags": {"a": 1}}, r"records\[1\].tags"),
        ({}, "no field"),
    ],
)
def test_a_create_refuses_a_record_that_is_no_new_one_or_cannot_be_sent(record: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        wire.build_create_records("1001", [{"a": "1"}, record])


@pytest.mark.parametrize(("record_id", "sent"), [("78", 78), ("007", "007")])
def test_an_update_names_the_record_by_a_number_where_it_is_one_and_is_idempotent(
    record_id: str, sent: int | str
) -> None:
    request = wire.build_update_records("1001", [{"record_id": record_id, "fields": {"a": "1"}}])
    assert request.body == {"Records": [{"CollectionTypeID": 1001, "CollectionID": sent, "a": "1"}]}
    assert request.is_idempotent


@pytest.mark.parametrize(
    "records",
    [
        [],
        [{"record_id": "", "fields": {"a": "1"}}],
        [{"fields": {"a": "1"}}],
        [{"record_id": " ", "fields": {"a": "1"}}],
        [{"record_id": "0", "fields": {"a": "1"}}],
        [{"record_id": "1" * 5000, "fields": {"a": "1"}}],
        [{"record_id": "1", "fields": {}}],
        [{"record_id": "1", "fields": {"a": "1"}}, {"record_id": "1", "fields": {"b": "1"}}],
    ],
)
def test_an_update_that_is_not_clear_is_refused(records: list[dict[str, object]]) -> None:
    with pytest.raises(InputError):
        wire.build_update_records("1001", records)
