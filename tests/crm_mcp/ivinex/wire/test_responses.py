"""What is made of Ivinex responses: tolerant of their shapes, strict about refusals and doubtful writes."""

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
    MethodNotAllowedError,
    NotFoundError,
    RateLimitedError,
    ServerFaultError,
    UnexpectedAnswerError,
)
from crm_mcp.ivinex import wire

SEARCH = wire.build_search_records("1001")
CREATE_ONE = wire.build_create_records("1001", [{"email": "a@example.com"}])


def respond(value: object, *, to: Request = SEARCH, status: int = 200) -> Response:
    return Response(status, json.dumps(value).encode(), "application/json", to)


@pytest.mark.parametrize("empty", [{"Records": []}, [], {"Records": None}, None, {}])
def test_every_empty_response_is_an_empty_list(empty: object) -> None:
    assert wire.parse_search_records(respond(empty)) == []


@pytest.mark.parametrize("id_key", ["collection_id", "CollectionID", "id"])
@pytest.mark.parametrize("record_id", ["8", 8])
def test_a_records_id_is_found_under_every_name_and_type(id_key: str, record_id: object) -> None:
    rows: list[dict[str, Any]] = [{id_key: record_id, "email": None, "vip": "false"}]
    for body in (rows, {"Records": rows}):
        (record,) = wire.parse_search_records(respond(body))
        assert record == {"id": "8", "fields": {"email": None, "vip": "false"}}


def test_the_records_own_id_wins_over_a_field_called_id() -> None:
    (record,) = wire.parse_search_records(respond([{"id": "5", "collection_id": "8"}]))
    assert record == {"id": "8", "fields": {"id": "5"}}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"Error": "Unknown field foo"}, "Unknown field foo"),
        ({"Status": "Error", "Message": "No right"}, "No right"),
        ({"Records": [], "Status": "Error", "Message": "no access"}, "no access"),
    ],
)
def test_a_failure_inside_a_200_is_a_refusal_in_the_crms_words(body: object, words: str) -> None:
    with pytest.raises(BadRequestError, match=words):
        wire.parse_search_records(respond(body))


def test_a_failure_inside_a_200_does_not_repeat_a_login() -> None:
    echo = "refused: Authorization: Basic ZGVtbzpmYWtlLXNlY3JldA=="
    with pytest.raises(BadRequestError) as caught:
        wire.parse_search_records(respond({"Status": "Error", "Message": echo}))
    (result,) = wire.parse_write_results(respond([{"Status": "Error", "Message": echo}], to=CREATE_ONE))
    for text in (str(caught.value), result.get("message", "")):
        assert "refused" in text
        assert "ZGVtbzpm" not in text


@pytest.mark.parametrize(
    "body",
    [[{"email": "x"}], ["x"], [None], "x", 3, {"Records": "x"}, {"foo": 1}, {"records": []}, {"Data": []}],
)
def test_a_response_of_another_shape_says_so(body: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="IVINEX_URL"):
        wire.parse_search_records(respond(body))


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
        wire.parse_get_record(respond({"Records": [{"collection_id": "8"}]}), "9")


def test_a_write_response_tells_each_record_apart() -> None:
    request = wire.build_create_records("1001", [{"a": "1"}, {"a": "2"}, {"a": "3"}])
    rows: list[dict[str, object]] = [
        {"CollectionTypeID": 1001, "CollectionID": 23456, "Status": "Success", "Message": "", "RelatedRecords": []},
        {"CollectionTypeID": 1001, "CollectionID": 0, "Status": "Error", "Message": "Bad email"},
        {"CollectionID": "23457", "Status": "SUCCESS"},
    ]
    assert wire.parse_write_results(respond(rows, to=request)) == [
        {"index": 0, "ok": True, "id": "23456"},
        {"index": 1, "ok": False, "message": "Bad email"},
        {"index": 2, "ok": True, "id": "23457"},
    ]


@pytest.mark.parametrize("rows", [[], None, {}, [{"Status": "Success"}, {"Status": "Success"}], "ok"])
def test_a_write_response_that_does_not_match_what_was_sent_warns_of_duplicates(rows: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="may have been made"):
        wire.parse_write_results(respond(rows, to=CREATE_ONE))


def test_a_short_batch_response_tells_what_is_known() -> None:
    request = wire.build_create_records("1001", [{"a": "1"}, {"a": "2"}, {"a": "3"}])
    rows = [{"CollectionID": 5, "Status": "Success"}, {"CollectionID": 6, "Status": "Error"}]
    with pytest.raises(UnexpectedAnswerError, match=r"2 results for 3 records \(5 ok, 6 failed\)"):
        wire.parse_write_results(respond(rows, to=request))


def test_html_after_a_create_warns_of_duplicates_too() -> None:
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
            parse(respond(value, to=request, status=status))


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
