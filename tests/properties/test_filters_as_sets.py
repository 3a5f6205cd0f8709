"""Filters are sets of records: several intersect, opposites are complements, wildcards are plain characters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.properties.clients import Clients
from tests.properties.library import (
    MOMENT_FIELDS,
    PROJECT_CRITERIA,
    VALUES,
    build_contacts,
    build_projects,
    build_records,
    conditions,
    criteria,
    list_wanted,
)
from tests.properties.oracle import Condition
from tests.properties.seeds import build_seed
from tests.properties.strategies import share

RECORDS = build_records()
ALL = [str(record["collection_id"]) for record in RECORDS]
VALUED = st.sampled_from([(field, wanted) for field in VALUES for wanted in list_wanted(field, "Equal")])
TEXTUAL = st.sampled_from([(field, wanted) for field in VALUES for wanted in list_wanted(field, "Contains")])
WILD = ("%", "_", "*", "?", "a_b", "a%b", "a*b", "[a]", "50%", "%20", ".", "\\", "'", '"', "+")


@pytest.fixture(scope="module")
def clients(mounted_clients: Clients) -> Clients:
    """In process alone: these are many searches, and what they mean does not hang on how they travel."""
    mounted_clients.fake.seed(build_seed(records=RECORDS, contacts=build_contacts(), projects=build_projects(60)))
    return mounted_clients


def intersect(*found: list[str]) -> list[str]:
    return [one for one in found[0] if all(one in other for other in found)]


@given(where=st.lists(conditions(), min_size=2, max_size=4))
@share(40)
@example(where=[("name", "Contains", "a"), ("name", "NotContains", "b")])
@example(where=[("score", "GreaterThan", 7), ("score", "LessThan", 10)])
def test_several_filters_find_the_intersection_of_what_each_finds(clients: Clients, where: list[Condition]) -> None:
    alone = [clients.find_records("1001", one) for one in where]
    assert clients.find_records("1001", *where) == intersect(*alone)
    assert clients.find_records("1001", *where[::-1]) == intersect(*alone)


@given(wanted=criteria(PROJECT_CRITERIA))
@share(40)
def test_several_criteria_find_the_intersection_of_what_each_finds(clients: Clients, wanted: dict[str, Any]) -> None:
    trash = {"Deleted": wanted.pop("Deleted", 0)}
    alone = [clients.find_projects(**trash, **{name: value}) for name, value in wanted.items()]
    assert clients.find_projects(**trash, **wanted) == intersect(clients.find_projects(**trash), *alone)


@given(one=VALUED)
@share(40)
@example(one=("name", ""))
@example(one=("score", 9))
def test_not_equal_finds_the_complement_of_equal(clients: Clients, one: tuple[str, object]) -> None:
    equal = clients.find_records("1001", (one[0], "Equal", one[1]))
    assert clients.find_records("1001", (one[0], "NotEqual", one[1])) == [each for each in ALL if each not in equal]


@given(one=TEXTUAL)
@share(40)
@example(one=("name", "%"))
def test_not_contains_finds_the_complement_of_contains_which_holds_starts_with(
    clients: Clients, one: tuple[str, object]
) -> None:
    contains = clients.find_records("1001", (one[0], "Contains", one[1]))
    assert clients.find_records("1001", (one[0], "NotContains", one[1])) == [
        each for each in ALL if each not in contains
    ]
    assert set(clients.find_records("1001", (one[0], "StartsWith", one[1]))) <= set(contains)


@given(one=VALUED.filter(lambda one: one[1] != ""))
@share(40)
@example(one=("met", "2020-04-28"))
@example(one=("name", "9"))
def test_greater_and_less_part_the_records_that_hold_a_value(clients: Clients, one: tuple[str, object]) -> None:
    field, wanted = one
    less, at_most, more, at_least = (
        set(clients.find_records("1001", (field, operand, wanted)))
        for operand in ("LessThan", "LessThanEqual", "GreaterThan", "GreaterThanEqual")
    )
    holding = {str(record["collection_id"]) for record in RECORDS if record.get(field)}
    assert less | at_least == holding == at_most | more
    assert not less & at_least
    assert not at_most & more
    assert at_least & at_most >= (set(clients.find_records("1001", (field, "Equal", wanted))) & holding)


@given(
    wanted=st.sampled_from([*VALUES]).flatmap(
        lambda field: st.tuples(
            st.just(field), st.lists(st.sampled_from(list_wanted(field, "Equal")), min_size=1, max_size=4)
        )
    )
)
@share(40)
def test_in_finds_the_union_of_what_equal_finds(clients: Clients, wanted: tuple[str, list[object]]) -> None:
    field, values = wanted
    values = [value for value in values if str(value) == str(value).strip() != "" and "," not in str(value)] or ["9"]
    if field in MOMENT_FIELDS:
        values = ["2020-04-28" if value == "9" else value for value in values]
    union = {one for value in values for one in clients.find_records("1001", (field, "Equal", value))}
    assert set(clients.find_records("1001", (field, "In", values))) == union


@pytest.mark.parametrize("text", WILD)
def test_what_is_a_wildcard_elsewhere_means_itself(clients: Clients, text: str) -> None:
    for operand, holds in (("Contains", str.__contains__), ("StartsWith", str.startswith), ("Equal", str.__eq__)):
        expected = [str(record["collection_id"]) for record in RECORDS if holds(record.get("name") or "", text)]
        assert clients.find_records("1001", ("name", operand, text)) == expected, operand


def test_trash_and_the_rest_are_complements(clients: Clients) -> None:
    kept, trash = set(clients.find_projects(Deleted=0)), set(clients.find_projects(Deleted=1))
    assert kept
    assert trash
    assert not kept & trash
    assert kept == set(clients.find_projects(UpdatedSince="2000-01-01"))
    everything = {
        group: set(clients.find_projects(StatusGroup=group)) for group in ("Lead", "Open", "Success", "Failed")
    }
    assert set().union(*everything.values()) == kept
    assert sum(map(len, everything.values())) == len(kept)
