"""The suite's options, the target that its rules are run against, and the report at the end."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import pytest

from tests.contract.harness.baseline import BaselineError, Deviation, read_baseline
from tests.contract.harness.modes import MODES, Mode, open_bundled_target, open_url_target
from tests.contract.harness.options import OptionError, read_target_settings
from tests.contract.harness.report import Report, explain, render_summary, write_reports
from tests.contract.harness.rules import Provenance, Rule, select_rules
from tests.contract.harness.runner import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from contextlib import AbstractContextManager

    from tests.contract.harness.target import Target

_REPORT = pytest.StashKey[Report]()
_OUTCOME = "contract outcome"
_NOTES = "contract_notes"
_SELF_TEST = Path(__file__).parent / "self_test"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("contract", "the contract suite")
    add = group.addoption
    add("--target", metavar="URL", help="hold what answers here to the documents; without it the bundled fake")
    add("--rule", action="append", metavar="ID", help="only this rule, or those whose ids begin so; can be repeated")
    add("--provenance", action="append", choices=get_args(Provenance), help="only rules that rest on this")
    add("--mode", choices=MODES, help="how to reach the bundled fake; without it in each of the ways")
    add("--baseline", metavar="FILE", help="known deviations, JSON or YAML; `live` is what live servers do")
    add("--contract-report", metavar="DIR", help="write report.html, report.json, report.txt and junit.xml here")
    places = "minicrm.module, minicrm.contact, ivinex.module; without it a run only reads"
    add("--sandbox", action="append", metavar="PLACE=ID", help=f"where writing is allowed: {places}")
    add("--name-prefix", default="contract-", help="how the name of everything begins that a run makes")
    add("--write-budget", type=int, default=40, help="how many writes a run may send, clean-up aside (40)")
    leftovers = "Ivinex records, contacts, addresses"
    add("--accept-leftovers", action="store_true", help=f"let things be made that nobody can delete: {leftovers}")
    add("--requests-per-minute", type=int, help="how fast to ask; 55 for MiniCRM where it is not on this machine")


def _get(config: pytest.Config, name: str) -> Any:
    """Return an option, or None where pytest was started without this folder and does not know it."""
    return config.getoption(name, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Begin a report, and refuse options that cannot be meant."""
    config.stash[_REPORT] = Report(_get(config, "target") or "the bundled fake")
    try:
        _select(config)
        _load_baseline(config)
        if _get(config, "target"):
            read_target_settings(lambda name: _get(config, name))
    except (OptionError, BaselineError, LookupError) as error:
        raise pytest.UsageError(str(error.args[0] if error.args else error)) from None


def _select(config: pytest.Config) -> list[Rule]:
    wanted = _get(config, "provenance")
    return [rule for rule in select_rules(_get(config, "rule") or []) if not wanted or rule.provenance in wanted]


def _load_baseline(config: pytest.Config) -> Mapping[str, Deviation]:
    name = _get(config, "baseline")
    if not name:
        return {}
    live = Path(__file__).parent / "harness" / "baselines" / "live.yaml"
    return read_baseline(live if name == "live" else Path(name))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each rule, and of each way to reach the bundled fake; a rule's id is its test's."""
    if {"rule", "mode"} <= set(metafunc.fixturenames):
        modes = _list_modes(metafunc.config)
        cases = [
            pytest.param(rule, mode, id=rule.id if len(modes) == 1 else f"{rule.id}-{mode}")
            for mode in modes
            for rule in _select(metafunc.config)
        ]
        metafunc.parametrize(("rule", "mode"), cases)


def _list_modes(config: pytest.Config) -> tuple[Mode, ...]:
    mode: Mode | None = _get(config, "mode")
    return ("socket",) if _get(config, "target") else (mode,) if mode else MODES


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the tests of the suite itself out where a target is given, or where this folder is all that was asked for.

    A plain `pytest`, `make test` and the path `tests/contract/self_test` run them.
    """
    if collection_path != _SELF_TEST:
        return None
    asked = {(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args}
    return True if _get(config, "target") or asked == {_SELF_TEST.parent} else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run nothing but rules where a target is given."""
    if _get(config, "target"):
        others = [item for item in items if "rule" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


@pytest.fixture(scope="session")
def baseline(pytestconfig: pytest.Config) -> Mapping[str, Deviation]:
    """Known deviations of the target, by rule id."""
    return _load_baseline(pytestconfig)


@pytest.fixture(scope="module")  # no longer: while respx is mounted, no other test's request would get out
def open_target(pytestconfig: pytest.Config) -> Generator[Callable[[Mode], Target]]:
    """Open the target in a mode; rules of one mode come one after the other, and only one target is open at a time."""
    opened: dict[Mode, Target] = {}
    with ExitStack() as stack:

        def open_in(mode: Mode) -> Target:
            if mode not in opened:
                close()
                opened[mode] = stack.enter_context(_open(pytestconfig, mode))
                if _get(pytestconfig, "target"):
                    _keep_notes(pytestconfig, opened[mode].notes)
            return opened[mode]

        def close() -> None:
            for target in opened.values():
                _keep_notes(pytestconfig, [f"left over: {line}" for line in target.sandbox.describe_leftovers()])
            opened.clear()
            stack.close()

        yield open_in
        close()


def _open(config: pytest.Config, mode: Mode) -> AbstractContextManager[Target]:
    if _get(config, "target"):
        return open_url_target(read_target_settings(lambda name: _get(config, name)))
    return open_bundled_target(mode)


def _keep_notes(config: pytest.Config, notes: list[str]) -> None:
    output = getattr(config, "workeroutput", None)  # what a process of xdist sends home
    if output is not None:
        cast("dict[str, Any]", output).setdefault(_NOTES, []).extend(notes)
    else:
        config.stash[_REPORT].notes += notes


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in the notes of a process of xdist."""
    node.config.stash[_REPORT].notes += getattr(node, "workeroutput", {}).get(_NOTES, [])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Take in how a rule went, in whichever process it ran."""
    if report.when == "call":
        for name, value in report.user_properties:
            if name == _OUTCOME and _collected is not None:
                _collected.outcomes.append(Outcome(**json.loads(str(value))))


_collected: Report | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the reports of tests find the report of the run: that hook is given no configuration."""
    global _collected
    _collected = session.config.stash[_REPORT]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the summary, what differs, and where the reports are."""
    report = config.stash[_REPORT]
    if not report.outcomes:
        return
    report.sort()
    folder = _get(config, "contract_report")
    terminalreporter.section("contract")
    terminalreporter.line(render_summary(report))
    for line in report.notes:
        terminalreporter.line(line)
    for each in report.list_of("known_deviation", "unexpected_pass"):
        for line in explain(each):
            terminalreporter.line(line)
    for path in write_reports(report, Path(folder)) if folder else ():
        terminalreporter.line(f"wrote {path}")
