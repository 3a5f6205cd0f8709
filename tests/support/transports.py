"""Starts the server as a process of its own, on stdio or HTTP, and connects a client in either protocol era."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal

from mcp import Client, StdioServerParameters
from mcp.client.session import ElicitationFnT

from tests.support.warm_commands import WARM

Era = Literal["legacy", "auto"]
_SERVING = "serving MCP on http://127.0.0.1:"
ERAS: tuple[Era, ...] = ("legacy", "auto")
"""How a client begins: by the handshake of before 2026, or by discovering what the server speaks."""


def quiet_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with no CRM setting but the given ones, and nothing remembered.

    Beside a PostgreSQL what is read is kept in memory, and not in the user's data folder.
    """
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("IVINEX_", "MINICRM_", "CRM_MCP_"))
    }
    no_file = {"CRM_MCP_REPLICA": "off"} if settings.get("CRM_MCP_STORE", "").startswith("postgresql") else {}
    return {**kept, "CRM_MCP_STORE": "memory", "CRM_MCP_SETTINGS": "off", **no_file, **settings}


def run_warm(
    *arguments: str, settings: Mapping[str, str], cwd: Path | str = ".", stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command of `crm-mcp` with these settings and no others."""
    return subprocess.run(
        [WARM.path(), *arguments],
        env=quiet_environment(settings),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@contextlib.asynccontextmanager
async def over_stdio(
    settings: Mapping[str, str],
    cwd: str,
    era: Era,
    *options: str,
    user: ElicitationFnT | None = None,
    is_cold: bool = False,
) -> AsyncGenerator[Client]:
    """Start `crm-mcp` and speak to it through its standard input and output.

    Args:
        settings: The environment's settings.
        cwd: The folder to start in.
        era: How the client begins.
        *options: More options of the command.
        user: Answers its questions.
        is_cold: Start a Python of its own, as hosts do, which takes a second; else what has imported all forks.
    """
    program = (sys.executable, "-m", "crm_mcp") if is_cold else (str(WARM.path()),)
    command = StdioServerParameters(
        command=program[0], args=[*program[1:], *options], env=quiet_environment(settings), cwd=cwd
    )
    async with Client(command, mode=era, elicitation_callback=user) as client:
        yield client


@contextlib.contextmanager
def serving_http(settings: Mapping[str, str], cwd: str, *options: str) -> Generator[str]:
    """Start `crm-mcp serve --transport http` on a free port; yield the address of `/mcp`, end it by SIGTERM."""
    command = [str(WARM.path()), "serve", "--transport", "http", "--port", "0", *options]
    with _serving(command, settings, cwd, None, options) as (_, url):
        yield url


@contextlib.contextmanager
def http_process(
    settings: Mapping[str, str], cwd: str, *options: str, log: IO[str] | None = None, most_files: int = 0
) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Start the same with a Python of its own, as a service is started; yield the process too.

    Args:
        settings: The environment's settings.
        cwd: The folder to start in.
        *options: More options of the command.
        log: A file for what the process writes to standard error beside the line with the address.
        most_files: How many files the process may open; 0 is as many as this one.
    """
    command = [sys.executable, "-m", "crm_mcp", "serve", "--transport", "http", "--port", "0", *options]
    if most_files:
        command = ["sh", "-c", f'ulimit -n {most_files}; exec "$@"', "sh", *command]
    with _serving(command, settings, cwd, log, options) as served:
        yield served


@contextlib.contextmanager
def _serving(
    command: Sequence[str], settings: Mapping[str, str], cwd: str, log: IO[str] | None, options: Sequence[str]
) -> Generator[tuple[subprocess.Popen[str], str]]:
    said: list[str] = []
    with subprocess.Popen(
        command, env=quiet_environment(settings), cwd=cwd, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            said.append(process.stderr.readline())
            while "--log-level" in options and said[-1] and not said[-1].startswith(_SERVING):
                said.append(process.stderr.readline())
            line = said[-1]
            assert line.startswith(_SERVING), said
            yield process, line.split()[-1]
        finally:
            process.terminate()
            process.wait(timeout=120)
            if log is not None:
                log.write("".join(said[:-1]) + process.stderr.read())
