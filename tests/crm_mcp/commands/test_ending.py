"""However a command ends, a person gets one line and a script a code."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from crm_mcp.commands.ending import OneLineGroup as OfServer
from mockserver.ending import OneLineGroup as OfFake

GROUPS = {"crm-mcp": OfServer, "crm-mock": OfFake}
CTRL_C_AT_ITS_FIRST_IMPORT = """
import os, signal, sys
class Press:
    def find_spec(self, name, *rest):
        if name == "click": os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Press())
from {package}.__main__ import main
main()
"""


@pytest.mark.parametrize("program", GROUPS)
@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "\nStopped.\n"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "nothing more can be written: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "there.txt"), 1, "there.txt: Permission denied"),
        (KeyError("s3cret"), 1, "a fault of this program (KeyError in "),
        (click.UsageError("no such thing"), 2, "Error: no such thing"),
        (SystemExit(1), 1, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_whatever_stops_a_command_it_ends_in_one_line(program: str, error: BaseException, code: int, says: str) -> None:
    def work() -> None:
        raise error

    group = GROUPS[program](commands={"work": click.Command("work", callback=work)})
    result = CliRunner().invoke(group, ["work"])
    assert result.exit_code == code
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert "s3cret" not in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no signal for one process alone")
@pytest.mark.parametrize("package", ["crm_mcp", "mockserver"])
def test_ctrl_c_while_a_program_is_still_imported_ends_it_in_one_line(package: str) -> None:
    code = CTRL_C_AT_ITS_FIRST_IMPORT.format(package=package)
    ended = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "\nStopped.\n")


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no disk that is always full")
@pytest.mark.parametrize("package", ["crm_mcp", "mockserver"])
def test_a_full_disk_is_told_in_one_line(package: str) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", package, "--version"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "No space left on device" in ended.stderr
