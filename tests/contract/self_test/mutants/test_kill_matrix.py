"""The contract is judged by mutants: each fails the rule that it names, and the fake without a fault fails none.

`python -m tests.contract.self_test.mutants` prints every rule that kills each one.
"""

from __future__ import annotations

import pytest

from tests.contract.harness.rules import all_rules
from tests.contract.self_test.mutants.kill_matrix import find_failures, judge
from tests.contract.self_test.mutants.mutant import Mutant, all_mutants


def test_the_fake_without_a_fault_keeps_every_rule() -> None:
    assert [f"{outcome.rule}: {outcome.message}" for outcome in find_failures(all_rules())] == []


@pytest.mark.parametrize("mutant", all_mutants(), ids=lambda mutant: mutant.id)
def test_a_mutant_is_killed_by_the_rule_that_it_names(mutant: Mutant) -> None:
    assert mutant.killer in {rule.id for rule in all_rules()}
    assert not judge(mutant).survives, f"{mutant.killer} does not notice: {mutant.title}"


def test_there_are_at_least_five_hundred_mutants() -> None:
    assert len(all_mutants()) >= 500


def test_every_mutant_says_in_a_sentence_what_is_wrong() -> None:
    assert [mutant.id for mutant in all_mutants() if not mutant.title.endswith(".")] == []
