"""Plays a task with any agent that is a command: it gets an MCP configuration and a prompt, and answers on stdout."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from evaluation.counting import Count
from evaluation.outcome import Outcome
from evaluation.proxy import COUNT_VARIABLE, PERSON_VARIABLE
from evaluation.world import World

AGENT_TIMEOUT_S = 600.0
_HERE = Path(__file__).resolve().parent.parent


def run_agent(world: World, command: str) -> Outcome:
    """Start the agent, wait for its answer, and check what it said and did.

    Args:
        world: Where it works.
        command: A command line; `{mcp_config}` stands for the path of the configuration, and `{prompt}` for the
            prompt, which comes on stdin where the command does not name it.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config, count_file = folder / "mcp.json", folder / "count.json"
        config.write_text(json.dumps(_mcp_config(world, count_file)), encoding="utf-8")
        words = [
            word.replace("{mcp_config}", str(config)).replace("{prompt}", world.task.prompt)
            for word in shlex.split(command)
        ]
        answer, failure = _answer_of(words, "" if "{prompt}" in command else world.task.prompt, folder)
        count = Count(**json.loads(count_file.read_text(encoding="utf-8"))) if count_file.exists() else Count()
    return Outcome(world.task, answer, count, [failure] if failure else world.faults(answer))


def _mcp_config(world: World, count_file: Path) -> dict[str, Any]:
    environment = {
        **world.account,
        COUNT_VARIABLE: str(count_file),
        PERSON_VARIABLE: world.task.person,
        "PYTHONPATH": str(_HERE),
    }
    return {"mcpServers": {"crm": {"command": sys.executable, "args": ["-m", "evaluation.proxy"], "env": environment}}}


def _answer_of(words: list[str], prompt: str, folder: Path) -> tuple[str, str]:
    """Return what the agent said last, and why it failed where it did."""
    try:
        done = subprocess.run(  # noqa: S603  # the person named this command
            words, input=prompt, capture_output=True, text=True, cwd=folder, timeout=AGENT_TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        return "", f"there is no command {words[0]!r}"
    except subprocess.TimeoutExpired:
        return "", f"the agent did not answer within {AGENT_TIMEOUT_S:g} seconds"
    if done.returncode:
        return done.stdout, f"the agent ended with {done.returncode}: {done.stderr.strip()[-300:]}"
    return done.stdout, ""
