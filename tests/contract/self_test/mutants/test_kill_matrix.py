"""The contract is judged by wrong fakes: each fails at least one rule, and the unbroken fake fails none.

`python -m tests.contract.self_test.mutants` prints by which rules each one is killed.
"""

from __future__ import annotations

import pytest

from tests.contract.harness.rules import all_rules
from tests.contract.self_test.mutants.entry import WrongFake, all_wrong_fakes
from tests.contract.self_test.mutants.matrix import find_failures, judge


def test_the_unbroken_fake_keeps_every_rule() -> None:
    assert [f"{outcome.rule}: {outcome.message}" for outcome in find_failures(all_rules())] == []


@pytest.mark.parametrize("fake", all_wrong_fakes(), ids=lambda fake: fake.id)
def test_a_wrong_fake_is_killed(fake: WrongFake) -> None:
    verdict = judge(fake, stop_at_first=True)
    assert not verdict.survives, f"no rule notices: {fake.says}"


def test_the_rules_that_are_tried_first_exist() -> None:
    known = {rule.id for rule in all_rules()}
    named = {killer for fake in all_wrong_fakes() for killer in fake.killers}
    assert named - known == set()


def test_every_wrong_fake_says_in_a_sentence_what_is_wrong() -> None:
    assert [fake.id for fake in all_wrong_fakes() if not fake.says.endswith(".")] == []
