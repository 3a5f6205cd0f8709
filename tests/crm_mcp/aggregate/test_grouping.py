"""Groups and measures over rows: counted right, and honest about what could not be counted."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.aggregate.grouping import Summary, parse_group_keys, parse_measures
from crm_mcp.errors import InputError

BUDAPEST = ZoneInfo("Europe/Budapest")


def summarized(
    rows: list[dict[str, object]], group_by: list[str], measures: list[str] | None = None, **options: int
) -> dict[str, Any]:
    summary = Summary(parse_group_keys(group_by), parse_measures(measures or []), BUDAPEST)
    for row in rows:
        summary.add(row)
    return summary.build(**options)


def test_the_biggest_group_stands_first() -> None:
    rows: list[dict[str, object]] = [{"s": "a"}, {"s": "b"}, {"s": "b"}, {"s": ""}]
    assert summarized(rows, ["s"])["groups"] == [
        {"s": "b", "count": 2},
        {"s": "a", "count": 1},
        {"s": None, "count": 1},
    ]


@pytest.mark.parametrize(("group", "measure"), [("month(d)", "sum(x)"), ("d:month", "x:sum"), (" month: d ", "sum: x")])
def test_what_is_asked_for_may_be_written_in_several_ways(group: str, measure: str) -> None:
    rows: list[dict[str, object]] = [{"d": "2026-02-01", "x": "2"}, {"d": "2026-02-03", "x": "3"}]
    assert summarized(rows, [group], [measure])["groups"] == [{group.strip(): "2026-02", "count": 2, measure: 5}]
    assert summarized(rows, [], ["avg(x)"])["groups"] == [{"count": 2, "avg(x)": 2.5}]


def test_text_that_is_no_plain_number_is_skipped_and_said() -> None:
    rows: list[dict[str, object]] = [{"x": value} for value in ("1.10", "2.20", 3, "1,000", "4 EUR", "1e3", "", None)]
    assert summarized(rows, [], ["sum:x", "average:x", "min:x", "max:x"]) == {
        "groups": [{"count": 8, "sum:x": 6.3, "average:x": 2.1, "min:x": 1.1, "max:x": 3}],
        "skipped": {"x": 3},
        "empty": {"x": 2},
    }


@pytest.mark.parametrize(("value", "total"), [("Reception desk", None), ("2026-01-31", None), ("", 0), (None, 0)])
def test_a_field_without_numbers_has_no_sum_of_zero(value: object, total: int | None) -> None:
    built = summarized([{"s": "a", "x": value}, {"s": "b", "x": 0}], ["s"], ["sum:x"])
    assert {one["s"]: one["sum:x"] for one in built["groups"]} == {"a": total, "b": 0}
    assert ("skipped" in built) is (total is None)


def test_an_average_has_two_decimals_more_than_its_values() -> None:
    assert summarized([{"x": "1"}, {"x": "1"}, {"x": "0"}], [], ["average:x"])["groups"] == [
        {"count": 3, "average:x": 0.67}
    ]


def test_the_first_and_last_of_dates_are_dates() -> None:
    rows: list[dict[str, object]] = [{"d": "2026-02-01"}, {"d": "2026-01-31 10:00:00"}, {"d": "soon"}]
    assert summarized(rows, [], ["min:d", "max:d"]) == {
        "groups": [{"count": 3, "min:d": "2026-01-31 10:00:00", "max:d": "2026-02-01"}],
        "skipped": {"d": 1},
    }


@pytest.mark.parametrize(
    ("period", "date", "group"),
    [
        ("month", "2026-01-31", "2026-01"),
        ("month", "2026-01-31 23:30:00", "2026-01"),
        ("month", "2026-01-31T23:30:00Z", "2026-02"),
        ("month", "2026-06-30T23:30:00+02:00", "2026-06"),
        ("day", "2026-03-29T01:30:00Z", "2026-03-29"),
        ("year", "2025-12-31T23:30:00Z", "2026"),
        ("quarter", "2026-10-01", "2026-Q4"),
        ("week", "2027-01-01", "2026-W53"),
        ("month", "2026-02-30", None),
        ("month", "yesterday", None),
    ],
)
def test_a_period_is_of_the_account_s_own_time(period: str, date: str, group: str | None) -> None:
    built = summarized([{"d": date}], [f"{period}:d"])
    assert built["groups"] == [{f"{period}:d": group, "count": 1}]
    assert ("skipped" in built) is (group is None)


def test_periods_stand_in_their_own_order() -> None:
    rows: list[dict[str, object]] = [{"d": day} for day in ("2026-02-01", "2026-01-01", "2026-02-02", "")]
    groups = summarized(rows, ["month:d"])["groups"]
    assert groups == [
        {"month:d": "2026-01", "count": 1},
        {"month:d": "2026-02", "count": 2},
        {"month:d": None, "count": 1},
    ]


SPREAD: list[dict[str, object]] = [
    {"s": "many", "d": "2026-01-05", "x": "1"},
    {"s": "many", "d": "2026-01-06", "x": "1"},
    {"s": "rich", "d": "2026-04-05", "x": "900"},
    {"s": "none", "d": "2026-05-01", "x": ""},
    {"s": "loss", "d": "2025-12-31", "x": "-5"},
]


@pytest.mark.parametrize(
    ("measures", "order"),
    [
        ([], ["many", "loss", "none", "rich"]),
        (["sum:x"], ["rich", "many", "none", "loss"]),
        (["sum(x)", "max:d"], ["rich", "many", "none", "loss"]),
        (["max:d", "sum:x"], ["none", "rich", "many", "loss"]),
        (["average:x"], ["rich", "many", "loss", "none"]),
        (["min:x"], ["rich", "many", "loss", "none"]),
    ],
)
def test_the_greatest_by_the_first_measure_is_never_among_the_others(measures: list[str], order: list[str]) -> None:
    assert [group["s"] for group in summarized(SPREAD, ["s"], measures)["groups"]] == order
    first = summarized(SPREAD, ["s"], measures, max_groups=1)
    assert [group["s"] for group in first["groups"]] == order[:1]
    assert first["other"]["groups"] == 3


def test_the_newest_periods_are_shown_and_a_month_without_rows_is_one() -> None:
    undated: dict[str, object] = {"s": "many", "d": "", "x": "7"}
    built = summarized([*SPREAD, undated], ["month:d"], ["sum:x"], max_groups=4)
    assert built["groups"] == [
        {"month:d": "2026-02", "count": 0, "sum:x": 0},
        {"month:d": "2026-03", "count": 0, "sum:x": 0},
        {"month:d": "2026-04", "count": 1, "sum:x": 900},
        {"month:d": "2026-05", "count": 1, "sum:x": 0},
    ]
    assert built["other"] == {"groups": 3, "count": 4, "sum:x": 4}


@pytest.mark.parametrize(
    ("period", "days", "empty"),
    [
        ("day", ("2026-02-28", "2026-03-02"), ["2026-03-01"]),
        ("week", ("2026-12-24", "2027-01-11"), ["2026-W53", "2027-W01"]),
        ("month", ("2026-11-30", "2027-02-01"), ["2026-12", "2027-01"]),
        ("quarter", ("2026-09-30", "2027-01-01"), ["2026-Q4"]),
        ("year", ("2024-09-30", "2026-01-01"), ["2025"]),
    ],
)
def test_every_period_between_two_is_there(period: str, days: tuple[str, str], empty: list[str]) -> None:
    groups = summarized([dict[str, object](d=day) for day in days], [f"{period}:d"])["groups"]
    assert [group[f"{period}:d"] for group in groups if not group["count"]] == empty
    assert [group["count"] for group in groups] == [1, *(0 for _ in empty), 1]


def test_one_wrong_date_does_not_fill_the_table_with_nothing() -> None:
    groups = summarized([{"d": "2026-01-01"}, {"d": "2026-03-01"}, {"d": "2206-01-01"}], ["day:d"])["groups"]
    assert [group["day:d"] for group in groups] == ["2026-01-01", "2026-03-01", "2206-01-01"]


def test_an_empty_period_beside_another_key_is_told_by_itself() -> None:
    groups = summarized(SPREAD, ["month:d", "s"])["groups"]
    assert {"month:d": "2026-02", "count": 0} in groups
    assert [group["month:d"] for group in groups] == sorted(group["month:d"] for group in groups)


def test_many_groups_stay_small_and_the_rest_is_added_up() -> None:
    rows: list[dict[str, object]] = [{"s": f"status number {at}", "x": "1.5"} for at in range(300)]
    built = summarized(rows, ["s"], ["sum:x"])
    assert len(json.dumps(built, separators=(",", ":"))) < 2_000
    shown = built["groups"]
    other = built["other"]
    assert other == {"groups": 300 - len(shown), "count": 300 - len(shown), "sum:x": (300 - len(shown)) * 1.5}


def test_as_many_groups_as_asked_for_are_told_apart() -> None:
    rows: list[dict[str, object]] = [{"s": f"status number {at}"} for at in range(300)]
    groups = summarized(rows, ["s"], max_groups=299)["groups"]
    assert len(groups) == 299


@pytest.mark.parametrize(
    ("group_by", "measures", "said"),
    [
        (["a", "a"], [], "'a' twice"),
        (["month:"], [], "names no field"),
        ([""], [], "names no field"),
        ([], ["median:x"], "'median:x' is not a measure"),
        ([], ["sum:"], "names no field"),
    ],
)
def test_what_cannot_be_asked_is_refused(group_by: list[str], measures: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        summarized([], group_by, measures)


def test_a_field_may_hold_a_colon_and_count_is_always_there() -> None:
    assert summarized([{"a:b": "x"}], ["a:b"], ["count"])["groups"] == [{"a:b": "x", "count": 1}]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.decimals(-(10**6), 10**6, places=2)), max_size=30))
def test_a_summary_says_what_counting_by_hand_says(rows: list[tuple[str, Decimal]]) -> None:
    built = summarized([{"s": name, "x": str(number)} for name, number in rows], ["s"], ["sum:x"])
    groups = built["groups"]
    sums = {name: sum((number for one, number in rows if one == name), Decimal(0)) for name, _ in rows}
    counts = Counter(name for name, _ in rows)
    by_hand = {(name, counts[name], float(sums[name])) for name in counts}
    assert {(one["s"], one["count"], float(one["sum:x"])) for one in groups} == by_hand
