from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.documents.strict_json import JsonError, name_type, parse_document, parse_json

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON_VALUES, st.booleans())
def test_what_is_json_is_read(value: object, ascii_only: bool):
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


def test_a_byte_order_mark_is_no_reason_to_refuse():
    assert parse_json(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1,}', "line 1, column"),
        (b'{\n"a": x}', "line 2, column 6"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b"\xff", "UTF-8"),
        (b'"\\ud83d"', "surrogate"),
        (b'{"\\uDE00": 1}', "surrogate"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 5000, "digits"),
    ],
)
def test_what_is_not_json_is_refused_with_a_place_or_a_reason(raw: bytes, message: str):
    with pytest.raises(JsonError, match=message):
        parse_json(raw)


@given(JSON_VALUES)
def test_a_document_is_read_as_any_json(value: object):
    assert parse_document(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b'{"a": 1, "a": 1}', "a comes again at line 1, column 10"),
        (b'\xef\xbb\xbf{"a": {"b": [0,\n{"c": 1, "c": 2}]}}', r"a\.b\[1\]\.c comes again at line 2, column 10"),
        (b'{"a": 1,\n"\\u0061": 2}', "a comes again at line 2, column 1"),
        (b'{"": 1, "": 2}', "comes again at line 1, column 9"),
    ],
)
def test_a_document_has_each_key_once(raw: bytes, place: str):
    assert parse_json(raw)
    with pytest.raises(JsonError, match=place):
        parse_document(raw)


def test_a_whole_surrogate_pair_is_a_character():
    assert parse_json(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        ({}, "an object"),
        ([], "a list"),
        ("x", 'the text "x"'),
        (1, "the number 1"),
        (True, "the boolean true"),
        ("é" * 60, f'the text "{"é" * 39}...'),
    ],
)
def test_values_are_named_in_the_words_of_json(value: object, name: str):
    assert name_type(value) == name
