"""Whole searches, of several filters and an order, find what a brute-force reading of the documents finds."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.properties import oracle
from tests.properties.clients import Clients
from tests.properties.library import VALUES, build_records, conditions
from tests.properties.oracle import Condition
from tests.properties.seeds import build_seed
from tests.properties.strategies import share

RECORDS = build_records()
NOTES = [{"contact": str(number % 4)} if number % 4 else {} for number in range(1, 20)]
ORDERS = st.sampled_from([*VALUES, "collection_id"]).flatmap(lambda field: st.sampled_from([field, f"-{field}"]))


@pytest.fixture(scope="module", autouse=True)
def _seeded(clients: Clients) -> None:  # pyright: ignore[reportUnusedFunction]  # pytest calls it
    clients.fake.seed(build_seed(records=RECORDS, notes=NOTES))


@given(where=st.lists(conditions(), max_size=3), order=ORDERS)
@share(70)
@example(where=[("score", "GreaterThan", "9")], order="score")
@example(where=[("met", "LessThanEqual", "2020-04-28")], order="-met")
@example(where=[("name", "NotEqual", ""), ("name", "Contains", "%")], order="-name")
@example(where=[("score", "Equal", 0), ("name", "NotContains", "a")], order="collection_id")
def test_filters_and_order_together_find_what_the_oracle_finds(
    clients: Clients, where: list[Condition], order: str
) -> None:
    assert clients.find_records("1001", *where, order=order) == oracle.search(RECORDS, where, order)


def test_nine_is_less_than_ten_and_the_missing_are_neither(clients: Clients) -> None:
    less = set(clients.find_records("1001", ("score", "LessThan", "10")))
    more = set(clients.find_records("1001", ("score", "GreaterThanEqual", "10")))
    by_score = {str(record["collection_id"]): record.get("score") for record in RECORDS}
    assert {by_score[one] for one in less} >= {"9", "9.0", "-1", "0.5", "007"}
    assert {by_score[one] for one in more} >= {"10", "1e1", "100"}
    assert {value or "" for one, value in by_score.items() if one not in less | more} == {""}


def test_linked_to_finds_the_records_whose_link_points_there(clients: Clients) -> None:
    for contact in range(5):
        expected = [str(at) for at, note in enumerate(NOTES, 1) if note.get("contact") == str(contact)]
        found = clients.find_records("1002", ("collection_id", "LinkedTo", f"1001:{contact}"))
        assert found == (expected if contact else [])
