"""The kill matrix: which rules of the contract fail on which wrong fake.

A rule kills a wrong fake where it fails on it and passes on the unbroken one. All of it runs in this process; seeds are
loaded once, by the unbroken fake, and then brought back by snapshot, which is most of the time saved.
"""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from mockserver.server.app import create_app
from mockserver.workspaces.workspace import Workspace
from tests.contract.harness.modes import open_app_target
from tests.contract.harness.rules import all_rules
from tests.contract.harness.runner import Outcome, run_rule
from tests.contract.self_test.mutants.seams import replaces

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from tests.contract.harness.rules import Rule
    from tests.contract.harness.target import Target
    from tests.contract.self_test.mutants.entry import WrongFake


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one wrong fake.

    Attributes:
        fake: The wrong fake.
        kills: The outcomes of the rules that failed on it.
        asked: How many rules there were to notice.
    """

    fake: WrongFake
    kills: Sequence[Outcome]
    asked: int

    @property
    def survives(self) -> bool:
        """Whether no rule noticed."""
        return not self.kills


_IMAGES: dict[str, bytes] = {}


@contextmanager
def open_fake(fake: WrongFake | None = None) -> Generator[Target]:
    """Open the bundled fake, broken as `fake` says or unbroken, as a target in this process."""
    with pytest.MonkeyPatch.context() as patch:
        _remember_seeds(patch)
        if fake is not None:
            if not _IMAGES:
                find_failures(all_rules()[:1])
            fake.breaks(patch)
        with closing(create_app({})) as app, open_app_target(app) as target:
            yield target


def _remember_seeds(patch: pytest.MonkeyPatch) -> None:
    """Have a seed that was loaded before come from its snapshot."""

    @replaces(patch, Workspace, "load")
    def load(original: Callable[..., None], workspace: Workspace, seed: Mapping[str, object]) -> None:
        text = json.dumps(seed)
        if text in _IMAGES:
            workspace.restore_snapshot(_IMAGES[text])
            return
        original(workspace, seed)
        _IMAGES[text] = workspace.dump_snapshot()


def find_failures(rules: Iterable[Rule]) -> list[Outcome]:
    """Return the outcomes of the rules that fail on the unbroken fake: there ought to be none."""
    with open_fake() as target:
        return list(_iter_failures(target, rules))


def judge(fake: WrongFake, *, stop_at_first: bool = False) -> Verdict:
    """Run the rules of a wrong fake's CRM against it, those named in its entry first.

    Args:
        fake: The wrong fake.
        stop_at_first: Whether one kill is enough.
    """
    chosen = [rule for rule in all_rules() if rule.crm == fake.crm]
    chosen.sort(key=lambda rule: rule.id not in fake.killers)
    with open_fake(fake) as target:
        kills = list(islice(_iter_failures(target, chosen), 1 if stop_at_first else None))
    return Verdict(fake, kills, len(chosen))


def _iter_failures(target: Target, rules: Iterable[Rule]) -> Iterator[Outcome]:
    for rule in rules:
        outcome = run_rule(rule, target)
        if outcome.is_failure:
            yield outcome
