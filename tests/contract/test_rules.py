"""Every rule, asked of the target: `pytest tests/contract --target URL`, or of the bundled fake without it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.contract.harness.report import explain
from tests.contract.harness.runner import run_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.contract.harness.baseline import Deviation
    from tests.contract.harness.modes import Mode
    from tests.contract.harness.rules import Rule
    from tests.contract.harness.target import Target


def test_rule(
    rule: Rule,
    mode: Mode,
    open_target: Callable[[Mode], Target],
    baseline: Mapping[str, Deviation],
    record_property: Callable[[str, object], None],
):
    outcome = run_rule(rule, open_target(mode), baseline)
    record_property("contract outcome", json.dumps(outcome.as_json()))
    if outcome.is_failure:
        pytest.fail("\n".join(explain(outcome)), pytrace=False)
    if outcome.result in ("not_tested", "known_deviation"):
        pytest.skip(outcome.message)
