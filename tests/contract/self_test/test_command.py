"""The suite as people run it: `pytest tests/contract` with its options."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contract.harness.accounts.account import Pace
from tests.contract.harness.responses import CrmResponse
from tests.support.transports import quiet_environment

if TYPE_CHECKING:
    from mockserver.fake_process import FakeServer

ROOT = Path(__file__).parents[3]


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return run_pytest("tests/contract", *options)


def run_pytest(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Without the plugins that other tests need, which take longer to load than the rules to run.
    command = [sys.executable, "-m", "pytest", "-p", "pytest_timeout", "-q", *arguments]
    environment = quiet_environment({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})  # this machine's accounts are not asked
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_run_against_an_address_runs_the_rules_alone_and_writes_its_reports(fake_server: FakeServer, tmp_path: Path):
    baseline = tmp_path / "known.json"
    known = {"rule": "minicrm.search.url", "why": "relative addresses", "since": "2026-11-02"}
    baseline.write_text(json.dumps({"deviations": [known]}), encoding="utf-8")
    options = ["--target", fake_server.url, "--rule", "minicrm.search.", "--rule", "ivinex.paging.limit"]
    done = run(*options, "--baseline", str(baseline), "--contract-report", str(tmp_path / "report"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed unexpectedly" in done.stdout
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert report["target"] == fake_server.url
    assert {each["rule"].rpartition(".")[0] for each in report["rules"]} == {"minicrm.search", "ivinex.paging"}
    assert [each["rule"] for each in report["rules"] if each["crm"] == "ivinex"] == ["ivinex.paging.limit"]
    assert {path.name for path in (tmp_path / "report").iterdir()} == {
        "report.txt", "report.json", "junit.xml", "report.html",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "runs_the_self_test"),
    [
        (("tests/contract",), False),
        (("tests/contract", "--target", "http://127.0.0.1:9"), False),
        (("tests/contract/self_test",), True),
        (("tests/contract/self_test/test_guard.py",), True),
    ],
)
def test_the_tests_of_the_suite_itself_run_only_where_they_are_asked_for(
    arguments: tuple[str, ...], runs_the_self_test: bool
):
    collected = run_pytest("--collect-only", "--rule", "ivinex.paging.limit", *arguments).stdout
    assert ("tests/contract/self_test/test_guard.py::" in collected) == runs_the_self_test


def test_an_option_that_cannot_be_meant_ends_the_run_at_once():
    done = run("--rule", "minicrm.search.ulr")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "minicrm.search.url" in done.stderr


def test_a_failure_ends_the_run_with_1_and_is_told_in_words(tmp_path: Path):
    """Nothing listens at port 9 of this machine."""
    done = run("--target", "http://127.0.0.1:9", "--rule", "minicrm.modules.names", "--contract-report", str(tmp_path))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "the rule: Category answers an object of the modules' names" in done.stdout
    assert "wanted:   an answer" in done.stdout


def test_requests_keep_to_their_number_a_minute():
    clock = {"now": 100.0}
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock["now"] += seconds

    pace = Pace(3, now=lambda: clock["now"], sleep=sleep)
    for _ in range(7):
        pace.wait()
        clock["now"] += 1
    assert waits == [57.0, 57.0]


def test_without_a_limit_nobody_waits():
    pace = Pace(0, sleep=lambda _: pytest.fail("it waited"))
    for _ in range(1000):
        pace.wait()


def test_too_many_requests_are_repeated_after_the_time_that_the_answer_tells():
    import httpx

    waits: list[float] = []
    pace = Pace(0, sleep=waits.append)
    request = httpx.Request("GET", "http://127.0.0.1/")
    pace.wait_longer(httpx.Response(429, headers={"Retry-After": "7"}, request=request))
    pace.wait_longer(httpx.Response(429, request=request))
    assert waits == [7.0, 5.0]


def test_a_request_is_shown_as_a_command_without_its_login():
    import httpx

    request = httpx.Request(
        "PUT", "http://127.0.0.1/Api/R3/Project/1", headers={"Authorization": "Basic c2VjcmV0"}, json={"Name": "it's"}
    )
    shown = CrmResponse(httpx.Response(200, request=request)).curl()
    assert shown.startswith("curl -u LOGIN -X PUT -H 'Content-Type: application/json' -d ")
    assert "c2VjcmV0" not in shown
