"""Names of tables and columns need no quotes, in SQLite and in PostgreSQL, and no two are alike."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.replica.naming import LONGEST, make_name, make_unique_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Int1201", "int1201"),
        ("Kivitelezés", "kivitelezes"),
        ("Árajánlat / 2026", "arajanlat_2026"),
        ("2nd try", "f_2nd_try"),
        ("Order", "order_value"),
        ("group", "group_value"),
        ("ő", "o"),
        ("***", "field"),
        ("x" * 80, "x" * LONGEST),
    ],
)
def test_a_name_is_lower_case_ascii(text: str, name: str) -> None:
    assert make_name(text) == name


@given(st.lists(st.text(max_size=70), min_size=1, max_size=8))
@example(["order", "order_value", "Order"])
@example(["a" * 60, "a" * 61])
def test_sqlite_takes_any_names_without_quotes(texts: list[str]) -> None:
    names: list[str] = []
    for text in texts:
        names.append(make_unique_name(text, names))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"create table t (id integer, {', '.join(f'c_{at}' for at in range(len(names)))})")
        shown = ", ".join(f"t.c_{at} as {name}" for at, name in enumerate(names))
        connection.execute(f"create view v as select {shown} from t")
        connection.execute(f"select {', '.join(names)} from v where {names[0]} is null")
    connection.close()


def test_two_modules_of_one_name_are_told_apart_by_their_ids() -> None:
    assert make_unique_name("Sales", ["sales"], "14") == "sales_14"


def test_the_name_of_a_column_that_another_has_is_numbered() -> None:
    assert make_unique_name("Név", ["nev", "nev_2"]) == "nev_3"
