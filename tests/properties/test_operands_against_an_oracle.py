"""Every operand on every type of field and every value of the library finds what a brute-force reading finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import oracle
from tests.properties.clients import Clients
from tests.properties.library import OPERANDS, VALUES, build_records, list_wanted
from tests.properties.oracle import Record
from tests.properties.seeds import build_seed
from tests.properties.strategies import share

RECORDS = build_records()
LETTERS = "abAB9%_*.-\u00e9\u00df\u0130 "


@pytest.fixture(scope="module")
def clients(mounted_clients: Clients) -> Clients:
    """In process alone: these are many searches, and what they mean does not hang on how they travel."""
    mounted_clients.fake.seed(build_seed(records=RECORDS))
    return mounted_clients


@pytest.mark.parametrize("operand", OPERANDS)
def test_an_operand_finds_what_it_means_for_every_field_and_value(clients: Clients, operand: str) -> None:
    for field in VALUES:
        for wanted in list_wanted(field, operand):
            condition = (field, operand, wanted)
            assert clients.find_records("1001", condition) == oracle.search(RECORDS, [condition]), condition


@pytest.mark.parametrize("field", ["collection_id", "id"])
@pytest.mark.parametrize("operand", OPERANDS)
def test_an_operand_means_the_same_for_the_records_id_by_either_name(
    clients: Clients, field: str, operand: str
) -> None:
    for wanted in ("9", "10", 9, "09", "5", "60", "61", "0", "x", ["9", "10"]):
        if operand == "In" or not isinstance(wanted, list):
            expected = oracle.search(RECORDS, [("collection_id", operand, wanted)])
            assert clients.find_records("1001", (field, operand, wanted)) == expected, (operand, wanted)


@given(
    stored=st.lists(st.none() | st.text(LETTERS, max_size=4), min_size=1, max_size=6),
    operand=st.sampled_from(OPERANDS),
    wanted=st.text(LETTERS, max_size=3),
)
@share(40)
def test_an_operand_finds_what_it_means_for_any_stored_text(
    clients: Clients, stored: list[str | None], operand: str, wanted: str
) -> None:
    results = clients.run(lambda: clients.ivinex.create_records("1001", [{"name": one, "born": ""} for one in stored]))
    records: list[Record] = [
        {"collection_id": result.get("id"), "name": one} for result, one in zip(results, stored, strict=True)
    ]
    first = str(records[0]["collection_id"])
    condition = ("name", operand, wanted)
    found = clients.find_records("1001", ("id", "GreaterThanEqual", first), condition)
    assert found == oracle.search(records, [condition])
