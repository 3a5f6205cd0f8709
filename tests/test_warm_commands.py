"""A warm command ends as one that was started does, so that no test leaves a server behind."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.mcp_play import both_crms
from tests.support.transports import quiet_environment
from tests.support.warm_commands import WARM


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_its_script_ends_the_command(number: signal.Signals, tmp_path: Path) -> None:
    settings = both_crms("http://127.0.0.1:9")
    command = [WARM.path(), "serve", "--transport", "http", "--port", "0"]
    with subprocess.Popen(command, env=quiet_environment(settings), cwd=tmp_path, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"serving MCP on")
        process.send_signal(number)
        process.stderr.read()  # to its end: the server had it open
        assert process.wait() == (-number if number is signal.SIGKILL else 0)
