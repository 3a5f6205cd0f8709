"""The contract, run from outside against a server that is not the bundled fake: what differs is said in words.

`baseline.yaml` beside this file holds the rules that the second server breaks, as an integrator would keep them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.contract.harness.baseline import Deviation, read_baseline
from tests.contract.self_test.second_server.data import IVINEX_LOGIN, IVINEX_MODULES, MINICRM_LOGIN

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

_HERE = Path(__file__).parent
_BASELINE = _HERE / "baseline.yaml"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the suite: its exit status, what it printed, its report, and the writes that the server saw."""

    exit_status: int
    printed: str
    report: dict[str, Any]
    writes: int

    def of_result(self, result: str) -> dict[str, dict[str, Any]]:
        return {outcome["rule"]: outcome for outcome in self.report["rules"] if outcome["result"] == result}


@contextmanager
def running_second_server() -> Generator[str]:
    command = [sys.executable, "-m", "tests.contract.self_test.second_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_HERE.parents[3]) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().removeprefix("listening on ").strip()
        finally:
            process.terminate()


def run_suite(folder: Path, *options: str) -> Run:
    with running_second_server() as url:
        command = [sys.executable, "-m", "pytest", "tests/contract", "-q", "--target", url]
        done = subprocess.run(
            [*command, "--contract-report", str(folder), *options],
            cwd=_HERE.parents[3],
            env=_build_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        writes = httpx.get(f"{url}/writes", trust_env=False).json()["writes"]
    path = folder / "report.json"
    assert path.exists(), done.stdout + done.stderr
    return Run(done.returncode, done.stdout, json.loads(path.read_text(encoding="utf-8")), writes)


def _build_environment() -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "IVINEX", "MINICRM"))
    }
    return {
        **inherited,
        "IVINEX_USERNAME": IVINEX_LOGIN[0],
        "IVINEX_PASSWORD": IVINEX_LOGIN[1],
        "IVINEX_MODULES": ",".join(f"{name}={number}" for name, number in IVINEX_MODULES.items()),
        "MINICRM_SYSTEM_ID": MINICRM_LOGIN[0],
        "MINICRM_API_KEY": MINICRM_LOGIN[1],
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run without a baseline."""
    return run_suite(tmp_path_factory.mktemp("contract"))


@pytest.fixture(scope="module")
def known() -> Mapping[str, Deviation]:
    return read_baseline(_BASELINE)


def test_exactly_the_rules_fail_that_are_known_to_differ(run: Run, known: Mapping[str, Deviation]):
    failed = {rule: outcome["message"] for rule, outcome in run.of_result("failed").items()}
    assert {rule: message for rule, message in failed.items() if rule not in known} == {}
    assert known.keys() - failed.keys() == set()
    assert run.exit_status == 1


def test_every_difference_is_told_in_words(run: Run):
    for rule, outcome in run.of_result("failed").items():
        assert outcome["title"], rule
        assert outcome["source"], rule
        assert outcome["wanted"], rule
        assert outcome["came"], rule
        assert outcome["title"] in run.printed, rule


def test_what_live_servers_do_as_well_is_called_so(run: Run):
    live = {rule for rule, outcome in run.of_result("failed").items() if "observed" in outcome["live"]}
    assert {"minicrm.search.project-types", "minicrm.detail.contact-type", "minicrm.address-list.shape"} <= live


def test_most_documented_rules_are_tested_and_pass(run: Run):
    assert len(run.of_result("passed")) > 150


def test_a_run_reads_only(run: Run):
    assert run.writes == 0
    reasons = {outcome["message"] for outcome in run.of_result("not_tested").values()}
    assert any("read-only" in reason for reason in reasons)


def test_with_a_baseline_the_run_succeeds(known: Mapping[str, Deviation], tmp_path: Path):
    themes = ("minicrm.search", "minicrm.detail", "minicrm.access")  # some are enough to see that it is heeded
    chosen = [option for theme in themes for option in ("--rule", theme)]
    run = run_suite(tmp_path, "--baseline", str(_BASELINE), *chosen)
    assert run.of_result("failed") == {}
    assert run.of_result("unexpected_pass") == {}
    assert run.of_result("known_deviation").keys() == {rule for rule in known if rule.startswith(themes)}
    assert run.exit_status == 0
    assert run.writes == 0
