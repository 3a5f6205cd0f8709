"""The Ivinex codec is strict in what it sends and tolerant in what it reads."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import (
    AuthenticationError,
    BadRequestError,
    CrmError,
    InputError,
    MethodNotAllowedError,
    NotFoundError,
    RateLimitedError,
    ServerFaultError,
    UnexpectedAnswerError,
)
from crm_mcp.ivinex import wire
from crm_mcp.ivinex.models import OPERANDS, RecordFilter

SEARCH = wire.build_search_records("1001")
CREATE_ONE = wire.build_create_records("1001", [{"email": "a@example.com"}])


def answer(value: object, *, to: Request = SEARCH, status: int = 200) -> Response:
    return Response(status, json.dumps(value).encode(), "application/json", to)


def sent_filters(*filters: RecordFilter) -> list[dict[str, str]]:
    query = dict(wire.build_search_records("1001", filters=filters).query)
    return json.loads(query["Filters"])


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
    assert sent_filters({"field": "f", "operand": operand, "value": "v"})[0]["Operand"] == operand


@pytest.mark.parametrize(
    ("operand", "suggestion"),
    [("equal", "Equal"), ("STARTSWITH", "StartsWith"), ("Contain", "Contains"), ("LinkedWith", "LinkedTo")],
)
def test_a_misspelled_operand_is_refused_with_the_right_one(operand: str, suggestion: str) -> None:
    with pytest.raises(InputError, match=f"Did you mean '{suggestion}'"):
        sent_filters({"field": "f", "operand": operand, "value": "v"})


def test_a_mathematical_operator_is_refused_with_the_list() -> None:
    with pytest.raises(InputError, match="GreaterThanEqual, LessThan"):
        sent_filters({"field": "f", "operand": ">=", "value": "v"})


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), (4, "4"), (1.5, "1.5"), (True, "true"), (False, "false"), ("", "")]
)
def test_filter_values_go_out_as_text(value: object, text: str) -> None:
    assert sent_filters({"field": "f", "operand": "Equal", "value": value})[0]["Value"] == text


def test_a_list_for_in_is_joined_with_commas() -> None:
    assert sent_filters({"field": "f", "operand": "In", "value": ["a", 2]})[0]["Value"] == "a,2"


@pytest.mark.parametrize(
    ("operand", "value"),
    [("In", ["a,b"]), ("In", []), ("Equal", ["a"]), ("Equal", None), ("Equal", {}), ("Equal", float("nan"))],
)
def test_a_value_that_cannot_be_meant_is_refused(operand: str, value: object) -> None:
    with pytest.raises(InputError):
        sent_filters({"field": "f", "operand": operand, "value": value})


@pytest.mark.parametrize("name", ["", " f", "a b", "a\nb", "\x00"])
def test_what_cannot_be_a_field_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="field name"):
        sent_filters({"field": name, "operand": "Equal", "value": "v"})


def test_a_field_name_may_look_odd() -> None:
    assert (
        sent_filters({"field": "2nd_e-mail_\u0151", "operand": "Equal", "value": ""})[0]["Field"] == "2nd_e-mail_\u0151"
    )


@pytest.mark.parametrize(("argument", "number"), [("limit", 0), ("limit", 101), ("limit", 1000), ("offset", -1)])
def test_a_page_out_of_bounds_is_refused(argument: str, number: int) -> None:
    with pytest.raises(InputError, match=argument):
        wire.build_search_records("1001", **{argument: number})  # pyright: ignore[reportArgumentType]


def test_descending_alone_is_refused() -> None:
    with pytest.raises(InputError, match="order_by"):
        wire.build_search_records("1001", descending=True)


@given(
    st.lists(
        st.tuples(st.sampled_from(OPERANDS[:1]), st.text(st.characters(codec="utf-8", exclude_characters="\x00"))),
        min_size=1,
    )
)
@example([("Equal", '"}],"x":[{"')])
def test_any_filter_text_comes_back_from_the_query_unchanged(filters: list[tuple[str, str]]) -> None:
    sent = sent_filters(*(RecordFilter(field="f", operand=operand, value=value) for operand, value in filters))
    assert [(one["Operand"], one["Value"]) for one in sent] == filters
    assert all(set(one) == {"Field", "Operand", "Value"} for one in sent)


def test_a_create_names_the_module_in_every_record_and_is_not_idempotent() -> None:
    request = wire.build_create_records("1001", [{"a": "1"}, {"a": None, "b": 2, "c": True}])
    assert request.body == {
        "Records": [{"CollectionTypeID": 1001, "a": "1"}, {"CollectionTypeID": 1001, "a": None, "b": 2, "c": True}]
    }
    assert not request.is_idempotent


@pytest.mark.parametrize("name", ["CollectionID", "collection_id", "id", "ID", "CollectionTypeID"])
def test_a_create_refuses_a_record_that_names_an_existing_one(name: str) -> None:
    with pytest.raises(InputError, match="update_records"):
        wire.build_create_records("1001", [{name: "78", "email": "a@example.com"}])


@pytest.mark.parametrize("value", [["a"], {"a": 1}])
def test_a_create_refuses_values_that_are_no_scalars(value: object) -> None:
    with pytest.raises(InputError, match=r"records\[0\].tags"):
        wire.build_create_records("1001", [{"tags": value}])


def test_an_update_names_the_record_and_is_idempotent() -> None:
    request = wire.build_update_records("1001", [{"record_id": "78", "fields": {"a": "1"}}])
    assert request.body == {"Records": [{"CollectionTypeID": 1001, "CollectionID": 78, "a": "1"}]}
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


def test_an_id_that_is_no_number_stays_text() -> None:
    request = wire.build_update_records("1001", [{"record_id": "007", "fields": {"a": "1"}}])
    assert request.body == {"Records": [{"CollectionTypeID": 1001, "CollectionID": "007", "a": "1"}]}


@pytest.mark.parametrize("empty", [{"Records": []}, [], {"Records": None}, None, {}])
def test_every_empty_answer_is_an_empty_list(empty: object) -> None:
    assert wire.parse_search_records(answer(empty)) == []


@pytest.mark.parametrize("id_key", ["collection_id", "CollectionID", "id"])
@pytest.mark.parametrize("record_id", ["8", 8])
def test_a_records_id_is_found_under_every_name_and_type(id_key: str, record_id: object) -> None:
    rows: list[dict[str, Any]] = [{id_key: record_id, "email": None, "vip": "false"}]
    for body in (rows, {"Records": rows}):
        (record,) = wire.parse_search_records(answer(body))
        assert record == {"id": "8", "fields": {"email": None, "vip": "false"}}


def test_the_records_own_id_wins_over_a_field_called_id() -> None:
    (record,) = wire.parse_search_records(answer([{"id": "5", "collection_id": "8"}]))
    assert record == {"id": "8", "fields": {"id": "5"}}


def test_a_failure_inside_a_200_is_a_refusal_in_the_crms_words() -> None:
    with pytest.raises(BadRequestError, match="Unknown field foo"):
        wire.parse_search_records(answer({"Error": "Unknown field foo"}))
    with pytest.raises(BadRequestError, match="No right"):
        wire.parse_search_records(answer({"Status": "Error", "Message": "No right"}))


def test_an_empty_record_is_not_created() -> None:
    with pytest.raises(InputError, match="no field"):
        wire.build_create_records("1001", [{"a": "1"}, {}])


@pytest.mark.parametrize("body", [{"foo": 1}, {"records": []}, {"Data": []}])
def test_an_unknown_shape_is_not_taken_for_no_records(body: object) -> None:
    with pytest.raises(UnexpectedAnswerError):
        wire.parse_search_records(answer(body))


def test_a_failure_inside_a_200_does_not_repeat_a_login() -> None:
    echo = "refused: Authorization: Basic ZGVtbzpmYWtlLXNlY3JldA=="
    with pytest.raises(BadRequestError) as caught:
        wire.parse_search_records(answer({"Status": "Error", "Message": echo}))
    (result,) = wire.parse_write_results(answer([{"Status": "Error", "Message": echo}], to=CREATE_ONE))
    for text in (str(caught.value), result.get("message", "")):
        assert "refused" in text
        assert "ZGVtbzpm" not in text


def test_a_failure_beside_no_records_is_not_taken_for_no_records() -> None:
    with pytest.raises(BadRequestError, match="no access"):
        wire.parse_search_records(answer({"Records": [], "Status": "Error", "Message": "no access"}))


@pytest.mark.parametrize("body", [[{"email": "x"}], ["x"], [None], "x", 3, {"Records": "x"}])
def test_an_answer_of_another_shape_says_so(body: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="IVINEX_URL"):
        wire.parse_search_records(answer(body))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, UnexpectedAnswerError),
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, AuthenticationError),
        (404, NotFoundError),
        (405, MethodNotAllowedError),
        (429, RateLimitedError),
        (500, ServerFaultError),
        (503, ServerFaultError),
    ],
)
def test_a_status_is_understood_and_its_body_never_parsed(status: int, error: type[CrmError]) -> None:
    with pytest.raises(error):
        wire.parse_search_records(Response(status, b"{broken", "text/plain", SEARCH))


def test_a_record_with_another_id_is_not_taken_for_the_one_asked_for() -> None:
    with pytest.raises(NotFoundError, match="record 9"):
        wire.parse_get_record(answer({"Records": [{"collection_id": "8"}]}), "9")


def test_a_write_answer_tells_each_record_apart() -> None:
    request = wire.build_create_records("1001", [{"a": "1"}, {"a": "2"}, {"a": "3"}])
    rows: list[dict[str, object]] = [
        {"CollectionTypeID": 1001, "CollectionID": 23456, "Status": "Success", "Message": "", "RelatedRecords": []},
        {"CollectionTypeID": 1001, "CollectionID": 0, "Status": "Error", "Message": "Bad email"},
        {"CollectionID": "23457", "Status": "SUCCESS"},
    ]
    assert wire.parse_write_results(answer(rows, to=request)) == [
        {"index": 0, "ok": True, "id": "23456"},
        {"index": 1, "ok": False, "message": "Bad email"},
        {"index": 2, "ok": True, "id": "23457"},
    ]


@pytest.mark.parametrize("rows", [[], None, {}, [{"Status": "Success"}, {"Status": "Success"}], "ok"])
def test_a_write_answer_that_does_not_match_what_was_sent_warns_of_doubles(rows: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="may have been made"):
        wire.parse_write_results(answer(rows, to=CREATE_ONE))


def test_a_short_batch_answer_tells_what_is_known() -> None:
    request = wire.build_create_records("1001", [{"a": "1"}, {"a": "2"}, {"a": "3"}])
    rows = [{"CollectionID": 5, "Status": "Success"}, {"CollectionID": 6, "Status": "Error"}]
    with pytest.raises(UnexpectedAnswerError, match=r"2 of 3 records \(5 ok, 6 failed\)"):
        wire.parse_write_results(answer(rows, to=request))


def test_html_after_a_create_warns_of_doubles_too() -> None:
    with pytest.raises(UnexpectedAnswerError, match=r"may have been made.*IVINEX_URL"):
        wire.parse_write_results(Response(200, b"<html>login", "text/html", CREATE_ONE))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["Records", "Status", "CollectionID", "a"]), inner),
)


@given(JSON, st.sampled_from([200, 201, 400, 404, 500]))
def test_any_json_is_parsed_or_explained(value: object, status: int) -> None:
    for parse, request in ((wire.parse_search_records, SEARCH), (wire.parse_write_results, CREATE_ONE)):
        with contextlib.suppress(CrmError):
            parse(answer(value, to=request, status=status))


@given(st.binary())
@example(b'["\\ud800"]')
@example(b'{"Records":[{"id":"1","a":"\\ud800"}]}')
def test_any_bytes_are_parsed_to_sendable_text_or_explained(body: bytes) -> None:
    try:
        records = wire.parse_search_records(Response(200, body, "application/json", SEARCH))
    except CrmError as error:
        str(error).encode()
    else:
        json.dumps(records, ensure_ascii=False).encode()
