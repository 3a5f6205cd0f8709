from __future__ import annotations

import pytest

from mockserver.page.records.text import find_changes, find_refused_member, read_record, show_record


def test_a_record_is_shown_with_one_member_a_line_and_read_back():
    values = {"Name": "Ágnes\r\nKovács", "Tags": [1], "Deleted": None}

    text = show_record(values)

    assert text.splitlines()[1] == '  "Name": "Ágnes\\r\\nKovács",'
    assert read_record(text) == values


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ({"a": 1, "b": "x"}, {}),
        ({"a": 1}, {}),
        ({"a": 2, "b": "x"}, {"a": 2}),
        ({"a": True, "b": "x", "c": None}, {"a": True, "c": None}),
    ],
)
def test_only_members_that_are_new_or_differ_in_value_or_type_are_changes(
    values: dict[str, object], changes: dict[str, object]
):
    assert find_changes(values, {"a": 1, "b": "x"}) == changes


def test_the_member_that_a_reason_names_first_is_found_as_a_whole_word():
    text = show_record({"name": "x", "email": "y", "mail": "z"})

    assert find_refused_member(text, ["name", "mail", "email"], "email is no name") == ("email", 3, 3)
    assert find_refused_member(text, ["mail"], "email is too long") is None
