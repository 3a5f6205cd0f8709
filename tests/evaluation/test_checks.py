"""The checks see what they must see, and nothing else."""

from __future__ import annotations

import pytest

from evaluation.checks import answer_faults, state_faults
from evaluation.task import AnswerCheck


@pytest.mark.parametrize(
    "said", ["18,400,000 HUF", "18 400 000 Ft", "18.400.000", "18400000", "about 18400000.0", "18\u00a0400\u00a0000"]
)
def test_a_number_is_seen_however_it_is_grouped(said: str) -> None:
    assert answer_faults(said, AnswerCheck(numbers=[18400000])) == []


@pytest.mark.parametrize("said", ["45,500.74", "45500.74", "45 500,74", "45.500,74 EUR"])
def test_a_fraction_is_seen_with_a_point_or_a_comma(said: str) -> None:
    assert answer_faults(said, AnswerCheck(numbers=[45500.74])) == []


@pytest.mark.parametrize("said", ["184000000", "1840000", "some", "12 and 3"])
def test_another_number_is_not_taken_for_it(said: str) -> None:
    assert answer_faults(said, AnswerCheck(numbers=[18400000])) == ["the answer does not tell the number 1.84e+07"]


def test_what_must_and_must_not_be_said_is_looked_for_without_case_and_line_breaks() -> None:
    check = AnswerCheck(has=["Reception desk"], any_of=[["none", "nothing"]], lacks=["secret"])
    assert answer_faults("RECEPTION\n  desk: nothing", check) == []
    assert len(answer_faults("a secret", check)) == 3


def test_a_state_may_have_more_keys_but_not_more_items() -> None:
    assert list(state_faults({"Count": 1}, {"Count": 1, "Results": {}})) == []
    assert list(state_faults({"Count": 1}, {"Count": "1"})) == []
    one: list[dict[str, int]] = [{}]
    assert list(state_faults({"Records": one}, {"Records": [{"a": 1}]})) == []
    assert list(state_faults({"Records": one}, {"Records": [*one, *one]})) == ["/Records has 2 items, not 1"]
    assert list(state_faults({"Count": 1}, {"Count": 2})) == ["/Count is 2, not 1"]
    assert list(state_faults({"Count": 1}, {"refused": "no"})) == ["/Count is missing"]
