from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mockserver.documents.checked import CheckedReader


class DocumentError(Exception):
    pass


READER = CheckedReader(DocumentError, whole="the plan")
WRITER = CheckedReader(DocumentError, says_write=True)


def test_values_of_the_expected_type_are_taken():
    given = {"a": 1}

    assert READER.take_object(given, "p", ("a",)) == given
    assert READER.take_object(given, "p") is not given
    assert READER.take_list([1], "p") == [1]
    assert READER.take_text("x", "p") == "x"
    assert READER.take_whole_number(0, "p", 0) == 0
    assert READER.take_number(0.5, "p", 1) == 0.5
    assert READER.take_word("on", "p", ("on", "off")) == "on"
    assert [READER.take_flag(each, "p") for each in (True, 0, "1")] == [True, False, True]
    assert [READER.take_id(each, "p") for each in (0, "007")] == [0, 7]
    assert READER.take_moment("2013-03-02 10:00:00", "p") == "2013-03-02 10:00:00"
    assert READER.take_name("Int1201", "p") == "Int1201"


@pytest.mark.parametrize(
    ("take", "message"),
    [
        (lambda: READER.take_object([], ""), "the plan: must be an object, not a list"),
        (lambda: READER.take_object({"rule": 1}, "", ("rules",), "a plan has"), "rule: no such key; a plan has rules."),
        (lambda: READER.take_object({"x": 1}, "p", ("ab", "cd")), "p.x: no such key; there are ab, cd."),
        (lambda: WRITER.take_object({"rule": 1}, "p", ("rules", "z")), "p.rule: there is no such key; write rules"),
        (lambda: WRITER.take_object({"x": 1}, "p", ("cd", "ab")), "p.x: there is no such key; write ab or cd"),
        (lambda: READER.take_list({}, "p", "a list of rules"), "p: must be a list of rules, not an object"),
        (lambda: READER.take_text(1, "p"), "p: must be text, not the number 1"),
        (lambda: WRITER.take_text(None, "p"), "p: write a text, not null"),
        (lambda: READER.take_whole_number(0, "p", 1), "p: must be a whole number from 1 on, not the number 0"),
        (lambda: READER.take_whole_number(True, "p"), "p: must be a whole number, not the boolean true"),
        (lambda: READER.take_number(float("nan"), "p", 1), "p: must be a number from 0 to 1"),
        (lambda: READER.take_number(9, "p", 5, "seconds, "), "p: must be seconds, a number from 0 to 5"),
        (lambda: READER.take_word("of", "p", ("on", "off")), "p: write off or on, not 'of'"),
        (lambda: READER.take_flag("yes", "p"), "p: write true or false, not 'yes'"),
        (lambda: READER.take_id(-1, "p"), "p: write an id in digits, not -1"),
        (lambda: READER.take_moment("2013-02-30 10:00:00", "p"), "p: write a date and time such as"),
        (lambda: READER.take_name("a b", "p"), "p: a field's name is made of letters, digits and underscores"),
    ],
)
def test_other_values_are_refused_with_their_path(take: Callable[[], object], message: str):
    with pytest.raises(DocumentError, match=f"^{re.escape(message)}"):
        take()
