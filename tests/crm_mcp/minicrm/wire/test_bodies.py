"""Bodies of responses: empty lists, ids of writes, and what cannot be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter

from crm_mcp.crm.messages import Response
from crm_mcp.crm.paging import Page
from crm_mcp.errors import UnexpectedAnswerError
from crm_mcp.minicrm import wire
from crm_mcp.minicrm.models import Address, AddressRow, Contact, Module, Project, Schema, Task, Written
from tests.crm_mcp.minicrm.wire.responses import response_of

EMPTY: list[tuple[object, int | None]] = [
    ({"Count": 0, "Results": []}, 0),
    ({"Count": "0", "Results": {}}, 0),
    ({"Count": 0, "Results": None}, 0),
    ({"Count": 300}, 300),
    ({"Results": []}, None),
    ([], None),
    ({}, None),
    ({"Count": 0, "Results": [[]]}, 0),
    ({"Count": 0, "Results": [{}]}, 0),
]


@pytest.mark.parametrize(("body", "total"), EMPTY)
def test_an_empty_list_is_empty_in_every_shape(body: object, total: int | None) -> None:
    parsers: list[Callable[[Response], Page[Any]]] = [
        wire.parse_search_projects,
        wire.parse_search_contacts,
        wire.parse_list_tasks,
        wire.parse_list_addresses,
    ]
    for parse in parsers:
        assert parse(response_of(body)) == Page([], total)


@pytest.mark.parametrize("body", [{"Id": 1234}, {"Id": "1234"}, {"Id": 1234, "Message": "ok"}])
def test_the_response_to_a_write_is_an_id(body: object) -> None:
    for name in dir(wire):
        if name.startswith(("parse_create", "parse_update")):
            assert getattr(wire, name)(response_of(body, method="PUT")) == {"id": "1234"}


WRONG_BODIES: list[object] = [
    b"",
    b"OK",
    b"<html>login</html>",
    b'{"Id":1',
    b"\xff\xfe\x00",
    b'{"Id": 1, "Name": NaN}',
    b'{"Id": 1, "Int1": 1e999}',
    b'{"Id": 1, "Name": "\xed\xa0\x80"}',
    '{"Id": 1}'.encode("utf-16"),
    b"[" * 5000 + b"]" * 5000,
    b'{"Id": 1, "a": ' + b"[" * 100 + b"]" * 100 + b"}",
    b"1" * 5000,
    None,
    1,
    "text",
    True,
    [1],
    [[1]],
    {"Id": None},
    {"Id": "abc"},
    {"Id": True},
    {"Id": 1.5},
    {"error": "no"},
    {"Results": 5},
    {"Results": {"abc": {"Name": "x"}}},
    {"Results": {"1": "text"}},
    {"Results": ["text"]},
]


@pytest.mark.parametrize("body", WRONG_BODIES, ids=range(len(WRONG_BODIES)))
def test_a_body_of_another_shape_is_an_error_that_says_where_to_look(body: object) -> None:
    parsers: list[Callable[[Response], object]] = [
        wire.parse_get_project,
        wire.parse_search_projects,
        wire.parse_create_task,
    ]
    for parse in parsers:
        if body == {"Id": None} and parse is wire.parse_search_projects:
            continue
        with pytest.raises(UnexpectedAnswerError) as caught:
            parse(response_of(body))
        assert "MINICRM_URL" in caught.value.hint


def test_an_unreadable_response_to_a_create_says_that_it_may_be_done() -> None:
    with pytest.raises(UnexpectedAnswerError) as caught:
        wire.parse_create_project(response_of(b"<html>", path="/Api/R3/Project", method="PUT"))
    assert "may have been made" in caught.value.hint


def test_half_a_surrogate_pair_is_replaced_so_that_the_rest_can_be_read() -> None:
    project = wire.parse_get_project(response_of(b'{"Id":1,"Name":"a\\ud800b","Text1":["\\ud83d\\ude00"]}'))
    assert re.fullmatch("a[?\ufffd]b", project["name"])
    assert project["fields"]["Text1"] == ["\U0001f600"]


def test_escapes_and_a_byte_order_mark_are_read() -> None:
    project = wire.parse_get_project(response_of(b'\xef\xbb\xbf{"Id":1,"Name":"\\u00e9\\/x"}', content_type=""))
    assert project["name"] == "é/x"


@pytest.mark.parametrize("model", [Project, Contact, Task, AddressRow, Address, Module, Schema, Written])
def test_every_model_is_a_shape_that_tools_can_describe(model: type) -> None:
    schema = TypeAdapter(model).json_schema()
    assert schema["type"] == "object"
    assert "anyOf" not in json.dumps(schema)
