"""`make test` lints beside the tests, and what either finds is neither lost nor waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.__main__ import run_beside

NOTHING = ("true",)
WRONG = "echo a name is wrong; exit 3"


def test_what_lint_finds_is_said_last_and_fails_the_run(capfd: pytest.CaptureFixture[str]):
    assert run_beside(("sh", "-c", WRONG), NOTHING, ("echo", "tested")) == 3
    assert capfd.readouterr().out.endswith("a name is wrong\n")


def test_what_is_cut_off_while_the_tests_are_prepared_says_nothing(capfd: pytest.CaptureFixture[str]):
    assert run_beside(("sh", "-c", WRONG), ("sh", "-c", "echo found; echo a traceback >&2"), ("echo", "tested")) == 3
    assert capfd.readouterr().err == ""


def test_lint_has_the_open_files_by_which_make_shares_its_jobs():
    ours, lints = os.pipe()
    os.set_inheritable(lints, True)
    lint = f"import os; os.write({lints}, b'a job')"
    assert run_beside((sys.executable, "-c", lint), NOTHING, NOTHING) == 0
    assert os.read(ours, 100) == b"a job"
    os.close(ours)
    os.close(lints)


def test_tests_that_fail_fail_the_run(capfd: pytest.CaptureFixture[str]):
    assert run_beside(("echo", "all is well"), ("echo", "found"), ("sh", "-c", "echo 1 failed; exit 1")) == 1
    assert capfd.readouterr().out == "1 failed\nall is well\n"


def test_tests_end_as_soon_as_lint_fails(tmp_path: Path):
    begun = tmp_path / "begun"
    lint = ("sh", "-c", f"while [ ! -e '{begun}' ]; do sleep 0.01; done; {WRONG}")
    assert run_beside(lint, NOTHING, ("sh", "-c", f"touch '{begun}'; exec sleep 200")) == 3


def test_ctrl_c_ends_both():
    asked = "import sys; from tests.__main__ import run_beside; lint, tests = sys.argv[1:]"
    running = "sys.exit(run_beside(('sh', '-c', lint), ('true',), ('sh', '-c', tests)))"
    tests = "trap 'sleep 1; echo ended >&2; exit' INT; echo begun >&2; while :; do sleep 0.01; done"
    command = [sys.executable, "-c", f"{asked}; {running}", "exec sleep 200", tests]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, cwd=root) as run:
        assert run.stderr is not None
        assert run.stderr.readline() == b"begun\n"
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait() != 0
        os.set_blocking(run.stderr.fileno(), False)
        assert run.stderr.read() == b"ended\n", "it did not wait for the end of the tests"
        with pytest.raises(ProcessLookupError):
            os.killpg(run.pid, 0)
