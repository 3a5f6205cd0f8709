"""Reading YAML so that everything arrives as it was written."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.seeds import yaml_text
from mockserver.seeds.yaml_text import YamlError, find_line_in_yaml, parse_yaml


@pytest.mark.parametrize(
    "text",
    [
        *("2020-04-13", "2020-04-13 09:00:00", "2026-01-02T03:04:05Z", "12:30:00", "0612345678", "007", "0o17", "0x1F"),
        *("350.00", "1e3", "1_000", "+5", "-0", "1.", ".5", "no", "Yes", "on", "y", ".inf", ".nan", "nil", "=", "1,5"),
        "12345678901234567890123",
    ],
)
def test_a_plain_word_that_is_no_plain_number_is_the_text_that_was_written(text: str):
    assert parse_yaml(f"value: {text}") == {"value": text}
    assert parse_yaml(f"{text}: 1") == {text: 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [("8", 8), ("-12", -12), ("7.5", 7.5), ("0", 0), ("true", True), ("False", False), ("null", None), ("~", None)],
)
def test_numbers_truth_and_null_are_read_as_in_json(text: str, value: object):
    assert parse_yaml(f"value: {text}") == {"value": value}
    assert parse_yaml(f"value: '{text}'") == {"value": text}
    assert parse_yaml(f"value: !!str {text}") == {"value": text}


def test_an_absent_value_is_null_and_an_absent_document_too():
    assert parse_yaml("a:\nb: ''") == {"a": None, "b": ""}
    assert parse_yaml("# nothing\n") is None


def test_aliases_and_merges_save_repeating_and_share_nothing():
    seed = parse_yaml("a: &a {x: 1, y: [2]}\nb: *a\nc: {<<: *a, x: 3}\nd: {<<: [*a, {z: 4, x: 5}]}\ne: {'<<': 1}")
    assert seed == {
        "a": {"x": 1, "y": [2]},
        "b": {"x": 1, "y": [2]},
        "c": {"x": 3, "y": [2]},
        "d": {"x": 1, "y": [2], "z": 4},
        "e": {"<<": 1},
    }
    assert isinstance(seed, dict)
    assert seed["a"] is not seed["b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", 'the key "a" is there already at line 3, column 1'),
        ("a: &x [*x]", "stands for nothing that is complete before it at line 1, column 8"),
        ("a: *x", "stands for nothing"),
        ("? [1]\n: 2", "a key must be one word or text"),
        ("a: !!python/object:os.system x", "the tag !!python/object:os.system means nothing"),
        ("a: !mine {}", "the tag !mine means nothing"),
        ("a: !!timestamp 2020-04-13", "the tag !!timestamp means nothing"),
        ("a: {<<: 1}", "<< takes an object"),
        ("a: 1\n---\nb: 1", "a second document begins"),
        ("[" * 100_000, "nested more than 100 deep"),
        ("a: [1,\n b: c\n", "at line 3, column 1"),
        ("\ta: 1", "at line 1"),
        ("a: \x01", "control characters are not allowed near line 1"),
    ],
)
def test_yaml_that_no_seed_can_be_is_refused_with_its_line(text: str, message: str):
    with pytest.raises(YamlError) as caught:
        parse_yaml(text)
    assert message in str(caught.value)


def test_aliases_that_repeat_too_many_values_are_refused():
    bomb = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
    with pytest.raises(YamlError, match="aliases repeat more than"):
        parse_yaml(bomb)


def test_it_reads_the_same_where_libyaml_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(yaml_text, "_Loader", yaml.SafeLoader)
    assert parse_yaml("a: {b: [2020-04-13, 0612, 'x']}") == {"a": {"b": ["2020-04-13", "0612", "x"]}}
    with pytest.raises(YamlError, match="near line 2"):
        parse_yaml("a: 1\nb: \x01")


def test_a_path_that_is_not_there_is_found_as_far_as_it_goes():
    text = "a:\n  b:\n    - c: 1\n    - d: 2\n"
    assert find_line_in_yaml(text, "a.b[1].d: wrong") == (4, 7)
    assert find_line_in_yaml(text, "a.b[1].e: missing") == (4, 7)
    assert find_line_in_yaml(text, "a.b[9].e: missing") == (2, 3)
    assert find_line_in_yaml(text, "z: missing") == (1, 1)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcXYZ_09", min_size=1), inner, max_size=3),
    max_leaves=10,
)


# Beyond U+FFFF JSON may write two escapes for one character, which YAML does not know.
@settings(max_examples=40, deadline=None)
@given(JSON_VALUES)
def test_json_is_read_as_json(value: object):
    assert parse_yaml(json.dumps(value)) == value
