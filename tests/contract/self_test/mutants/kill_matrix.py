"""The kill matrix: which rules of the contract fail on which mutant.

A rule kills a mutant where it fails on it and passes on the fake without a fault. All of it runs in this process.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.contract.harness.modes import open_app_target
from tests.contract.harness.rules import all_rules
from tests.contract.harness.runner import Outcome, run_rule
from tests.contract.self_test.mutants.broken_app import QuickSeedApp

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from tests.contract.harness.rules import Rule
    from tests.contract.harness.target import Target
    from tests.contract.self_test.mutants.mutant import Mutant


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant.

    Attributes:
        mutant: The mutant.
        kills: The outcomes of the rules that failed on it.
        asked: How many rules there were to notice.
    """

    mutant: Mutant
    kills: Sequence[Outcome]
    asked: int

    @property
    def survives(self) -> bool:
        """Whether no rule noticed."""
        return not self.kills


@contextmanager
def _open_target(mutant: Mutant | None) -> Generator[Target]:
    with closing(QuickSeedApp({}, mutant)) as app, open_app_target(app) as target:
        yield target


def find_failures(rules: Iterable[Rule], mutant: Mutant | None = None) -> list[Outcome]:
    """Return the outcomes of the rules that fail, on a mutant or on the fake without a fault."""
    with _open_target(mutant) as target:
        return [outcome for rule in rules if (outcome := run_rule(rule, target)).is_failure]


def judge(mutant: Mutant, *, by_all: bool = False) -> Verdict:
    """Run the rule that is named as a mutant's killer against it, or every rule of its CRM."""
    rules = [rule for rule in all_rules() if rule.id == mutant.killer or (by_all and rule.crm == mutant.crm)]
    return Verdict(mutant, find_failures(rules, mutant), len(rules))
