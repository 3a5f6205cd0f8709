"""Rows as CSV and JSON lines: read back as they were, and no formula of a stranger's runs."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.rendering.export_formats import columns_of, flat_row, iter_csv, iter_json_lines


def read_back(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff"), "Excel would garble every ő"
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_columns_are_those_of_all_rows_in_the_order_they_come() -> None:
    rows = [{"id": "1", "b": "x"}, {"id": "2", "a": None, "b": ""}]
    assert columns_of(rows) == ["id", "b", "a"]
    assert "".join(iter_csv(rows)) == "\ufeffid,b,a\r\n1,x,\r\n2,,\r\n"


@pytest.mark.parametrize(
    "text",
    [
        *("=1+2", "+1+2", "-1+2", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x","y")'),
        *(
            "+cmd|' /C calc'!A0",
            "\uff1d1",
            "\uff0b1+1",
            "\ufe66SUM(A1)",
            "\ufeff=1",
            "\u200b=1",
            "\u00a0=1",
            "\u202e=1",
        ),
        *("+36 1 555 ext. A1", "-1-1", "+1;=1", "- a point"),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    assert read_back("".join(iter_csv([{"a": text}])))[1] == [f"'{text}"]
    assert read_back("".join(iter_csv([{text: "a"}])))[0] == [f"'{text}"]


@pytest.mark.parametrize(
    "text",
    [
        *("-12.5", "+3", "-1,5", "-1 234,50", "-1.234.567,89", "-1\u00a0234,50", "-5 %", "-1e-5", "a=b", "'x"),
        *("+36 30 123-4567", "+36 (1) 555 0101", "+36\u00a01\u00a0555\u00a01001", "+36 1 555 1001 ext. 7"),
        *("+36/1/5551001 mellék 12", "+1-555-0100 x7", "+36 1 555\u202f1001", " +36 1 555 1001\u00a0"),
    ],
)
def test_numbers_and_telephone_numbers_stay_as_they_are(text: str) -> None:
    assert read_back("".join(iter_csv([{"a": text}])))[1] == [text]


def test_values_that_are_no_text_are_written_as_json() -> None:
    row = {"a": 1, "b": -2.5, "c": True, "d": ["x"], "e": {"k": "é"}}
    assert read_back("".join(iter_csv([row])))[1] == ["1", "-2.5", "true", '["x"]', '{"k":"é"}']


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.text(st.characters(exclude_categories=["Cs"])), min_size=1)))
def test_what_is_written_is_read_back(rows: list[dict[str, str]]) -> None:
    assert [json.loads(line) for line in "".join(iter_json_lines(rows)).split("\n")[:-1]] == rows
    header, *cells = read_back("".join(iter_csv(rows))) if rows else [[]]
    names = columns_of(rows)
    assert header == names
    for row, given_row in zip(cells, rows, strict=True):
        for name, cell in zip(names, row, strict=True):
            assert cell.removeprefix("'") == given_row.get(name, "").removeprefix("'")


def test_a_field_that_has_the_name_of_a_key_stands_beside_it() -> None:
    assert flat_row({"id": "1", "fields": {"id": "x", "b": 2}}) == {"id": "1", "fields.id": "x", "b": 2}
