from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from mockserver.ivinex.schema import Field, Kind, is_number, parse_id, parse_moment
from mockserver.ivinex.values import BadValueError, read_value

OPTIONS = {"14795": "Customer", "14796": "Lead"}


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("text", "a", "a"),
        ("text", "", ""),
        ("text", None, None),
        ("text", 14795, "14795"),
        ("text", 1.5, "1.5"),
        ("text", True, "true"),
        ("html", "<p>", "<p>"),
        ("number", "350.00", "350.00"),
        ("number", -3, "-3"),
        ("number", "", None),
        ("boolean", False, "false"),
        ("boolean", "TRUE", "true"),
        ("boolean", 1, "true"),
        ("date", "2020-04-13", "2020-04-13"),
        ("date", "2020-04-13 09:00:00", "2020-04-13"),
        ("datetime", "2020-04-13", "2020-04-13 00:00:00"),
        ("datetime", "2020-04-13T09:00", "2020-04-13 09:00:00"),
        ("datetime", "2020-04-13 09:00:00.5", "2020-04-13 09:00:00"),
        ("option", 14795, "14795"),
        ("option", "", None),
        ("link", "08", "8"),
        ("link", 8, "8"),
    ],
)
def test_a_value_is_kept_as_text_in_its_fields_own_form(kind: Kind, sent: object, kept: str | None):
    field = Field("f", kind, "c0", options=OPTIONS if kind == "option" else {}, module_id="1001")

    assert read_value(field, sent) == kept


@pytest.mark.parametrize(
    ("kind", "sent", "message"),
    [
        ("text", [], "not a list"),
        ("text", {}, "not an object"),
        ("number", "ten", 'must be a number, not the text "ten"'),
        ("number", "1,5", "must be a number"),
        ("number", True, "must be a number"),
        ("boolean", "yes", "must be true or false"),
        ("date", "13.04.2020", "must be a date like"),
        ("date", "2020-02-30", "must be a date like"),
        ("datetime", "2020-04-13T09:00:00Z", "must be a date like"),
        ("datetime", "2020-04-13 0", "must be a date like"),
        ("option", "Customer", 'Send 14795 for "Customer"'),
        ("option", "14797", "has no option.*14795 .Customer., 14796 .Lead."),
        ("link", "John", "takes the id of a record of module 1001"),
        ("link", "-1", "takes the id"),
    ],
)
def test_a_value_that_does_not_suit_its_field_is_refused_with_what_does(kind: Kind, sent: object, message: str):
    field = Field("f", kind, "c0", options=OPTIONS if kind == "option" else {}, module_id="1001")

    with pytest.raises(BadValueError) as caught:
        read_value(field, sent)
    assert re.search(message, f"{caught.value} {caught.value.hint}")


def test_an_option_field_without_known_options_takes_any_id():
    assert read_value(Field("f", "option", "c0"), "777") == "777"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (8, 8),
        ("8", 8),
        ("008", 8),
        (0, 0),
        *((wrong, None) for wrong in (True, 8.0, "8.0", "-8", "", None, "\u0668", "9" * 19, 10**30, [8], " 8")),
    ],
)
def test_an_id_is_digits_bare_or_quoted(sent: object, read: int | None):
    assert parse_id(sent) == read


NUMBERS = ["0", "-1", "+1", "1.50", ".5", "5.", "0612", "1e5", " 1\n", "9" * 30, "1E-3"]
NO_NUMBERS = ["", " ", "0x10", "1,5", "inf", "nan", "--1", "- 1", ".", "1e", "\u0663", "\u00a01", "1_0", "1 2"]


@pytest.mark.parametrize(
    ("text", "is_one"), [(text, True) for text in NUMBERS] + [(text, False) for text in NO_NUMBERS]
)
def test_a_number_is_what_the_database_takes_for_one(text: str, is_one: bool):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE texts (text TEXT)")
        connection.execute("INSERT INTO texts VALUES (?)", [text])
        (in_sql,) = connection.execute("SELECT text <= CAST('9e999' AS REAL) FROM texts").fetchone()

    assert (is_number(text), bool(in_sql)) == (is_one, is_one)


def test_a_moment_keeps_its_precision():
    assert parse_moment("2020-04-13") == "2020-04-13"
    assert parse_moment("2020-04-13T09:00") == "2020-04-13 09:00:00"
