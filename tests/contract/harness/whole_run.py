"""A whole run without pytest: what `crm-mock contract` does, wherever it was installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.contract.harness.baseline import BaselineError, read_baseline
from tests.contract.harness.modes import open_bundled_target, open_url_target
from tests.contract.harness.options import OptionError, read_target_settings
from tests.contract.harness.report import Report, explain, render_summary, write_reports
from tests.contract.harness.rules import select_rules
from tests.contract.harness.runner import run_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from tests.contract.harness.baseline import Deviation
    from tests.contract.harness.rules import Rule
    from tests.contract.harness.target import Target

EXIT_FAILED, EXIT_OPTION = 1, 2
LIVE_BASELINE = Path(__file__).parent / "baselines" / "live.yaml"


@dataclass(frozen=True, slots=True)
class _Run:
    """What was asked for, all of it read and found to be meant."""

    rules: list[Rule]
    baseline: Mapping[str, Deviation]
    opened: AbstractContextManager[Target]
    report: Report = field(repr=False)


def run(options: Mapping[str, object], say: Callable[[str], None]) -> int:
    """Ask every chosen rule of the target, telling how it goes; return the exit code.

    Args:
        options: Those of the command by their names in Python; `target` is empty for the bundled fake.
        say: Takes each line.
    """
    try:
        asked = _read(options)
    except (OptionError, BaselineError, LookupError) as error:
        say(f"crm-mock contract: {error.args[0] if error.args else error}")
        return EXIT_OPTION
    if options.get("target") and not _answers(str(options["target"])):
        say(f"crm-mock contract: nothing answers at {options['target']}")
        return EXIT_OPTION
    report = asked.report
    with asked.opened as target:
        for chosen in asked.rules:
            outcome = run_rule(chosen, target, asked.baseline)
            report.outcomes.append(outcome)
            if outcome.is_failure:
                say("\n".join(explain(outcome)))
        report.add_notes([*target.notes, *(f"left over: {line}" for line in target.sandbox.describe_leftovers())])
    _tell(report, str(options.get("contract_report") or ""), say)
    return EXIT_FAILED if any(each.is_failure for each in report.outcomes) else 0


def _read(options: Mapping[str, object]) -> _Run:
    wanted = [str(each) for each in _list(options.get("provenance"))]
    rules = [
        each
        for each in select_rules([str(each) for each in _list(options.get("rule"))])
        if not wanted or each.provenance in wanted
    ]
    name = str(options.get("baseline") or "")
    baseline: Mapping[str, Deviation] = read_baseline(LIVE_BASELINE if name == "live" else Path(name)) if name else {}
    if options.get("target"):
        settings = read_target_settings(options.get)
        return _Run(rules, baseline, open_url_target(settings), Report(str(options["target"])))
    return _Run(rules, baseline, open_bundled_target("in_process"), Report("the bundled fake"))


def _answers(url: str) -> bool:
    try:
        httpx.get(url)
    except httpx.TransportError:
        return False
    return True


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _tell(report: Report, folder: str, say: Callable[[str], None]) -> None:
    report.sort()
    say(render_summary(report))
    for line in report.notes:
        say(line)
    for each in report.list_of("known_deviation", "unexpected_pass"):
        say("\n".join(explain(each)))
    for path in write_reports(report, Path(folder)) if folder else ():
        say(f"wrote {path}")
