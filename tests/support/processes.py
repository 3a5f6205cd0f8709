"""What a test has to know of a server that it starts: a port for it, and where it serves."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from pathlib import Path

_START_LIMIT_S = 60.0


def free_port() -> int:
    """Return a port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for_address(log: Path, process: subprocess.Popen[bytes]) -> str:
    """Return the address of `/mcp`, once the process has said it in its log."""
    give_up_at = time.monotonic() + _START_LIMIT_S
    while not (found := re.search(r"serving MCP on (\S+)\n", said := log.read_text(encoding="utf-8"))):
        assert process.poll() is None, said
        assert time.monotonic() < give_up_at, said
        time.sleep(0.02)
    return found[1]
