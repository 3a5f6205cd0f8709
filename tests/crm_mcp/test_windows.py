"""What Windows has not is not needed: tried here by taking it away."""

from __future__ import annotations

import ast
import asyncio
import sys
from pathlib import Path

import pytest

import crm_mcp
import mockserver
from crm_mcp.commands.connecting import until_stopped
from crm_mcp.http_service.connections.room import MOST_CONNECTIONS, most_connections

POSIX_ONLY = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}


class LoopWithoutSignals(asyncio.SelectorEventLoop):
    """An event loop as Windows has it."""

    def add_signal_handler(self, sig: int, callback: object, *args: object) -> None:
        """Refuse."""
        raise NotImplementedError


async def answer() -> int:
    await asyncio.sleep(0)
    return 42


def test_a_command_does_its_work_where_the_loop_takes_no_signal_handlers() -> None:
    with asyncio.Runner(loop_factory=LoopWithoutSignals) as runner:
        assert runner.run(until_stopped(answer())) == 42


def test_connections_are_limited_where_the_system_tells_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    assert most_connections() == MOST_CONNECTIONS


def test_no_module_needs_what_only_posix_has_to_be_imported() -> None:
    for package in (crm_mcp, mockserver):
        for path in Path(str(package.__file__)).parent.rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not POSIX_ONLY & {name.partition(".")[0] for name in names}, path
