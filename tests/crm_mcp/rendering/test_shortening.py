"""Answers say what matters, in little room, and how to read on; whatever the rows, none is lost and none too long."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_mcp.errors import InputError
from crm_mcp.rendering.shortening import (
    CONTINUED_TEXT,
    LIST_TEXT,
    MAX_ANSWER_BYTES,
    OBJECT_TEXT,
    cut_text,
    list_options,
    object_options,
    show,
    show_list,
    show_one,
    size_of,
)

LONG = "0123456789" * 1000


def record(**fields: Any) -> dict[str, Any]:
    return {"id": "1", "fields": fields}


def test_what_says_nothing_is_left_out_and_what_says_no_stays() -> None:
    empty: dict[str, Any] = {
        "a": "",
        "b": None,
        "c": [],
        "d": {},
        "e": "0000-00-00",
        "f": "0000-00-00 00:00:00",
        "g": "<p><br></p>",
    }
    told = {"zero": 0, "no": False, "text0": "0", "blank": " "}
    assert show(record(**empty, **told), list_options("get_record"))["fields"] == told


def test_a_field_that_was_asked_for_is_shown_even_if_it_is_empty() -> None:
    shown = show({**record(a="", b=None, c="x"), "status": "New"}, list_options("get_record", fields=["a", "b"]))
    assert shown == {"id": "1", "fields": {"a": "", "b": None}}


def test_a_text_shown_without_its_markup_is_named() -> None:
    item = {**record(note="<p>a</p>", plain="a", other="<div>b</div>"), "comment": "<p>c</p>"}
    assert show(item, object_options("get_task"))["rich_text"] == "comment, note, other"
    assert show(item, object_options("get_task", fields=["other", "plain"]))["rich_text"] == "other"
    assert "rich_text" not in show(item, object_options("get_task", detail=True))
    assert "rich_text" not in show(record(plain="a <b>bold</b> word"), object_options("get_task"))


def test_detail_shows_everything_as_it_is() -> None:
    whole = record(a="", b=None, html="<p>x</p>", long=LONG)
    assert show(whole, list_options("get_record", detail=True)) == whole
    assert show_one(whole, object_options("get_record", detail=True)) == whole


@pytest.mark.parametrize(
    ("options", "length"), [(list_options("get_record"), LIST_TEXT), (object_options("get_record"), OBJECT_TEXT)]
)
def test_a_long_text_is_cut_and_says_how_to_read_on(options: Any, length: int) -> None:
    text = show(record(description=LONG), options)["fields"]["description"]
    assert text == (
        f"{LONG[:length]}… [cut: {length:,} of 10,000 characters; "
        f'get_record(..., fields=["description"], text_from={length})]'
    )


def test_reading_on_gives_every_character_once() -> None:
    text, read = "".join(chr(0x4E00 + n) for n in range(20_000)) * 2, ""
    while len(read) < len(text):
        options = object_options("get_record", fields=["t"], text_from=len(read))
        shown = show_one(record(t=text, other="x"), options)
        assert set(shown["fields"]) == {"t"}
        read += shown["fields"]["t"].partition("… [cut:")[0]
    assert read == text


def test_reading_on_takes_one_field_and_a_place_within_it() -> None:
    for fields in ([], ["a", "b"]):
        with pytest.raises(InputError, match="one text on"):
            object_options("get_record", fields=fields, text_from=1)
    with pytest.raises(InputError, match="a has 3 characters"):
        show(record(a="abc"), object_options("get_record", fields=["a"], text_from=3))


def test_text_from_counts_the_characters_that_are_shown() -> None:
    html = record(a="<p>ab</p><p>cd</p>")
    assert show(html, object_options("get_record", fields=["a"], text_from=4))["fields"]["a"] == "cd"
    assert (
        show(html, object_options("get_record", fields=["a"], text_from=4, detail=True))["fields"]["a"]
        == "b</p><p>cd</p>"
    )


def test_a_text_that_just_fits_is_not_cut() -> None:
    assert cut_text("abc", 3, "x") == "abc"
    assert cut_text("abcd", 3, "read from {at}") == "abc… [cut: 3 of 4 characters; read from 3]"
    assert cut_text("abcd", 2, "", text_from=2) == "cd"


def test_a_long_list_inside_a_field_is_cut_as_text() -> None:
    shown = show(record(a=["x" * 300, "y" * 300], b=["short"]), list_options("get_record"))["fields"]
    assert shown["a"].startswith('["xxx')
    assert "cut: 500 of 607" in shown["a"]
    assert shown["b"] == ["short"]


def test_the_texts_of_one_enormous_record_are_cut_until_it_fits() -> None:
    shown = show_one(record(**{f"f{n}": LONG for n in range(20)}, short="s"), object_options("get_record", detail=True))
    assert size_of(shown) <= MAX_ANSWER_BYTES
    assert len(shown["fields"]) == 21
    assert shown["fields"]["short"] == "s"
    assert "text_from=1500, detail=true" in shown["fields"]["f0"]


def test_a_record_of_too_many_fields_says_how_many_are_missing() -> None:
    shown = show_one(record(**{f"field_{n}": str(n) for n in range(5000)}), object_options("get_record"))
    assert size_of(shown) <= MAX_ANSWER_BYTES
    assert "of 5000 fields" in shown["fields"]["…"]


FIELDS = st.dictionaries(
    st.text("abcdefghij", min_size=1, max_size=9),
    st.one_of(
        st.none(),
        st.integers(),
        st.booleans(),
        st.text(max_size=30),
        st.tuples(st.sampled_from(["x", "é", "日", "😀", "<p>a</p>", '"', "\n"]), st.integers(0, 60_000)),
        st.lists(st.text(max_size=9), max_size=4),
    ),
    max_size=8,
)


def inflated(value: Any) -> Any:
    return value[0] * value[1] if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownVariableType]


@given(st.lists(FIELDS, max_size=12), st.booleans(), st.integers(0, 3_000))
@example([{"a": ("😀", 20_000)}] * 5, True, 0)
@settings(max_examples=25)
def test_whatever_the_rows_following_the_pages_gives_all_of_them_and_none_is_too_long(
    rows: list[dict[str, Any]], detail: bool, reserved: int
) -> None:
    items: list[dict[str, Any]] = [
        {"id": str(at), "fields": {name: inflated(value) for name, value in fields.items()}}
        for at, fields in enumerate(rows)
    ]
    read: list[str] = []
    while len(read) < len(items):
        page = show_list(items[len(read) :], list_options("get_record", detail=detail), reserved=reserved)
        answer = json.dumps(
            {"items": page, "next_cursor": "c" * 60, "total": 10**9}, ensure_ascii=False, separators=(",", ":")
        )
        assert len(answer.encode()) + reserved <= MAX_ANSWER_BYTES
        assert page, "a page that is not the last one holds rows"
        read += [item["id"] for item in page]
    assert read == [str(at) for at in range(len(rows))]


@given(FIELDS, st.booleans())
@settings(max_examples=25)
def test_whatever_one_object_holds_its_answer_is_not_too_long(fields: dict[str, Any], detail: bool) -> None:
    item = {"id": "1", "name": "n", "fields": {name: inflated(value) for name, value in fields.items()}}
    assert size_of(show_one(item, object_options("get_project", detail=detail))) <= MAX_ANSWER_BYTES


def test_reading_on_never_makes_an_answer_too_long() -> None:
    options = object_options("get_record", fields=["t"], text_from=1)
    assert size_of(show_one(record(t="😀" * 3 * CONTINUED_TEXT), options)) <= MAX_ANSWER_BYTES
