"""Filters and orders agree with a second implementation of the same rules, in plain Python over plain records."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.crm.database import open_connection
from mockserver.ivinex.filters import Filter, build_condition, build_order
from mockserver.ivinex.schema import is_number
from mockserver.ivinex.seed import parse_ivinex_seed
from mockserver.ivinex.store import Store

Value = str | None
FIELDS = {"name": {"type": "text"}, "score": {"type": "number"}, "day": {"type": "date"}, "at": {"type": "datetime"}}

NUMBERS = (
    st.integers(-20, 20).map(str)
    | st.decimals(-20, 20, places=1).map(str)
    | st.sampled_from(["007", "+3", "3.0", " 3", "1e1"])
)
DAYS = st.sampled_from(["2020-04-27", "2020-04-28", "2020-04-29"])
MOMENTS = st.builds("{} {}".format, DAYS, st.sampled_from(["00:00:00", "12:30:00", "23:59:59"]))
LETTERS = st.text("abAB\u00e9\u00c9\u00df\u0130%_'\"\\ 19.-e", max_size=3)
STORED = {
    "name": st.none() | LETTERS | NUMBERS,
    "score": st.none() | NUMBERS | st.sampled_from(["", "n/a"]),
    "day": st.none() | DAYS,
    "at": st.none() | MOMENTS,
}
RECORDS = st.lists(st.fixed_dictionaries(STORED), max_size=8)
ORDERING: Mapping[str, Callable[[int], bool]] = {
    "GreaterThan": lambda sign: sign > 0,
    "GreaterThanEqual": lambda sign: sign >= 0,
    "LessThan": lambda sign: sign < 0,
    "LessThanEqual": lambda sign: sign <= 0,
}


@st.composite
def conditions(draw: st.DrawFn) -> tuple[str, str, str]:
    field = draw(st.sampled_from(["name", "score", "day", "at"]))
    text_operands = ["Contains", "NotContains", "StartsWith"]
    operand = draw(st.sampled_from([*ORDERING, "Equal", "NotEqual", "In", *text_operands]))
    if field in {"day", "at"} and operand not in text_operands:
        value = draw(DAYS | MOMENTS)
        return field, operand, ",".join([value, *draw(st.lists(DAYS, max_size=2))]) if operand == "In" else value
    if field == "score":
        number = draw(NUMBERS)
        return field, operand, ",".join([number, *draw(st.lists(NUMBERS, max_size=2))]) if operand == "In" else number
    return field, operand, draw(LETTERS | NUMBERS | DAYS)


def compare(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def is_equal(field: str, stored: Value, wanted: str) -> bool:
    text = stored or ""
    if field == "at" and len(wanted) == 10:
        return text[:10] == wanted
    if field == "day":
        return text == wanted[:10]
    if field == "score" and is_number(text) and is_number(wanted):
        return Decimal(text) == Decimal(wanted)
    return text.casefold() == wanted.casefold()


def is_ordered(field: str, operand: str, stored: Value, wanted: str) -> bool:
    if not stored:
        return False
    holds = ORDERING[operand]
    if field == "day" or (field == "at" and len(wanted) == 10):
        return holds(compare(stored[:10], wanted[:10]))
    if is_number(stored) and is_number(wanted):
        return holds(compare(Decimal(stored), Decimal(wanted)))
    return holds(compare(stored.casefold(), wanted.casefold()))


def meets(record: Mapping[str, Value], field: str, operand: str, wanted: str) -> bool:
    stored = record[field]
    folded = (stored or "").casefold()
    if operand in ORDERING:
        return is_ordered(field, operand, stored, wanted)
    if operand == "In":
        return any(is_equal(field, stored, part.strip()) for part in wanted.split(",") if part.strip())
    return {
        "Equal": is_equal(field, stored, wanted),
        "NotEqual": not is_equal(field, stored, wanted),
        "Contains": wanted.casefold() in folded,
        "NotContains": wanted.casefold() not in folded,
        "StartsWith": folded.startswith(wanted.casefold()),
    }[operand]


def rank(field: str, value: Value) -> tuple[bool, bool, Decimal, str]:
    text = value or ""
    numeric = is_number(text) and field in {"name", "score"}
    return text != "", not numeric, Decimal(text) if numeric else Decimal(0), text.casefold()


def search(
    records: Sequence[Mapping[str, Value]], where: Sequence[tuple[str, str, str]], order: tuple[str, bool]
) -> list[int]:
    """Return the positions of the records that the fake's own code finds (it numbers from 1), indexed or not."""
    numbered = [{"collection_id": str(number), **record} for number, record in enumerate(records, start=1)]
    part = {"modules": {"1": {"fields": FIELDS, "records": numbered}}}
    with closing(open_connection()) as connection:
        store = Store(connection)
        store.replace_all(parse_ivinex_seed(part, "2026-01-01 00:00:00"))
        module = store.modules["1"]
        clauses = [build_condition(module, Filter(*condition), []) for condition in where]
        ordering = build_order(module.fields[order[0]], descending=order[1])
        found = store.search_records(module, clauses, ordering, 100, 0)
        with mock.patch("mockserver.ivinex.store.LEAST_INDEXED", 0):
            assert store.search_records(module, clauses, ordering, 100, 0) == found
        return [int(str(record["collection_id"])) - 1 for record in found]


@settings(deadline=None)
@given(RECORDS, st.lists(conditions(), max_size=3))
def test_filters_find_what_the_rules_say(records: list[dict[str, Value]], where: list[tuple[str, str, str]]):
    expected = [i for i, record in enumerate(records) if all(meets(record, *condition) for condition in where)]

    assert search(records, where, ("collection_id", False)) == expected


@settings(deadline=None)
@given(RECORDS, st.sampled_from(["name", "score", "day", "at"]), st.booleans())
def test_orders_are_what_the_rules_say_and_ties_stay_in_the_order_of_ids(
    records: list[dict[str, Value]], field: str, descending: bool
):
    def by_rule(left: int, right: int) -> int:
        sign = compare(rank(field, records[left][field]), rank(field, records[right][field]))
        return (-sign if descending else sign) or left - right

    expected = sorted(range(len(records)), key=functools.cmp_to_key(by_rule))

    assert search(records, [], (field, descending)) == expected
