"""How a script calls tools, and how it is registered and run."""

from __future__ import annotations

import asyncio
import importlib
import os
import pkgutil
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

from mcp import Client

import evaluation.solver
from crm_mcp.registry import choose_toolsets, connect
from crm_mcp.server import build_server
from crm_mcp.transport.connections import ConnectionPool
from evaluation.counting import Count, person_of, text_of
from evaluation.outcome import Outcome
from evaluation.world import World


class ToolFailedError(Exception):
    """A tool answered with an error; the text is what the model would read."""


class Play:
    """The tools as a script sees them."""

    def __init__(self, client: Client, count: Count) -> None:
        self._client = client
        self._count = count

    async def call(self, tool: str, /, **arguments: Any) -> Any:  # noqa: ANN401  # any JSON
        """Call a tool and return its structured result.

        Raises:
            ToolFailedError: It answered with an error.
        """
        result = await self._client.call_tool(tool, arguments)
        self._count.add_result(result)
        if result.is_error:
            raise ToolFailedError(text_of(result))
        return result.structured_content

    async def refused(self, tool: str, /, **arguments: Any) -> str:  # noqa: ANN401
        """Call a tool that must refuse; return the text of its error."""
        try:
            answer = await self.call(tool, **arguments)
        except ToolFailedError as error:
            return str(error)
        raise AssertionError(f"{tool} ought to have refused, but answered {answer}")


Script = Callable[[Play], Awaitable[str]]
_SCRIPTS: dict[str, Script] = {}


def solves(task_id: str) -> Callable[[Script], Script]:
    """Register the script of a task."""

    def register(script: Script) -> Script:
        assert task_id not in _SCRIPTS, f"two scripts solve {task_id}"
        _SCRIPTS[task_id] = script
        return script

    return register


def scripts() -> dict[str, Script]:
    """Return every script by its task's id."""
    for module in pkgutil.iter_modules(evaluation.solver.__path__):
        importlib.import_module(f"evaluation.solver.{module.name}")
    return dict(_SCRIPTS)


def solve(world: World) -> Outcome:
    """Play a task by its script, and check the outcome as any agent's, and its number of calls too."""
    task, count = world.task, Count()
    answer, failure = asyncio.run(_played(world, scripts()[task.id], count))
    faults = [failure] if failure else world.faults(answer)
    if count.calls > task.most_calls:
        faults.append(f"took {count.calls} calls, {task.most_calls} must do")
    return Outcome(task, answer, count, faults)


async def _played(world: World, script: Script, count: Count) -> tuple[str, str]:
    """Return the script's answer, and where it could not finish, why."""
    pool = ConnectionPool()
    with patch.dict(os.environ, world.settings, clear=True):
        server = build_server(connect(pool), pool, toolsets=choose_toolsets(world.task.toolsets))
    async with Client(server, elicitation_callback=person_of(world.task.person, count)) as client:
        count.add_tools((await client.list_tools()).tools)
        try:
            return await script(Play(client, count)), ""
        except (ToolFailedError, AssertionError, LookupError, TypeError, ValueError) as error:
            return "", f"the script stopped: {error!r}"
