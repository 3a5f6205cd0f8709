"""Speaks the Tasks extension as a client does that declares it."""

from __future__ import annotations

import asyncio
from typing import Any

from mcp import Client
from mcp.types import Request as McpRequest
from mcp.types import RequestParams, Result
from pydantic import ConfigDict

TASKS = "io.modelcontextprotocol/tasks"
_TIME_S = 60.0


class AnyParams(RequestParams):
    """Parameters as a test writes them."""

    model_config = ConfigDict(extra="allow")


class AnyResult(Result):
    """A result as it came."""

    model_config = ConfigDict(extra="allow")


async def send(client: Client, method: str, meta: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
    """Send a request; return its result as it came."""
    request: Any = McpRequest[AnyParams, str](method=method, params=AnyParams.model_validate({**params, "_meta": meta}))
    result = await client.session.send_request(request, AnyResult)
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


async def start(client: Client, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """Call a tool; return the result, or the task."""
    return await send(client, "tools/call", name=tool, arguments=arguments)


async def finish(client: Client, tool: str, /, **arguments: Any) -> Any:
    """Call a tool; return its structured result, however long that takes."""
    result = await start(client, tool, **arguments)
    if result["resultType"] == "task":
        result = (await over(client, result["taskId"]))["result"]
    return result["structuredContent"]


async def get(client: Client, task_id: str) -> dict[str, Any]:
    """Return how a task stands."""
    return await send(client, "tasks/get", taskId=task_id)


async def cancel(client: Client, task_id: str) -> dict[str, Any]:
    """Ask for a task's end."""
    return await send(client, "tasks/cancel", taskId=task_id)


async def update(client: Client, task_id: str, replies: dict[str, Any]) -> dict[str, Any]:
    """Reply to the questions of a task."""
    return await send(client, "tasks/update", taskId=task_id, inputResponses=replies)


async def over(client: Client, task_id: str) -> dict[str, Any]:
    """Return a task once it is over."""
    return await until(client, task_id, "completed", "failed", "cancelled")


async def until(client: Client, task_id: str, *statuses: str) -> dict[str, Any]:
    """Return a task once it stands so."""
    async with asyncio.timeout(_TIME_S):
        while (task := await get(client, task_id))["status"] not in statuses:  # noqa: ASYNC110  # a client polls
            await asyncio.sleep(0.02)
    return task
