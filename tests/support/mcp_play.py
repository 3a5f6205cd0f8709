"""Calls tools as an assistant's host does, and gives back what the model would get."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Any

from mcp import Client
from mcp.types import CallToolResult, TextContent

from crm_mcp.registry import choose_toolsets, connect
from crm_mcp.server import build_server
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool

MODULES = "contact=1001,note=1002"
MOST_CALLS = 250
"""A list of more pages than this never ends."""


def both_crms(url: str) -> dict[str, str]:
    """Return the environment that connects both CRMs at one address, such as the fake's, without a rate limit."""
    return {
        "IVINEX_URL": url,
        "IVINEX_USERNAME": "demo",
        "IVINEX_PASSWORD": "demo-password",
        "IVINEX_MODULES": MODULES,
        "MINICRM_URL": url,
        "MINICRM_SYSTEM_ID": "10001",
        "MINICRM_API_KEY": "demo-api-key",
        "MINICRM_REQUESTS_PER_MINUTE": "0",
    }


async def call(client: Client, tool: str, /, **arguments: Any) -> Any:
    """Call a tool that must succeed; return its structured result, having checked that the text says the same."""
    result, text = await _call(client, tool, arguments)
    assert not result.is_error, f"{tool} failed: {text}"
    assert json.loads(text) == result.structured_content
    return result.structured_content


async def fail(client: Client, tool: str, /, **arguments: Any) -> str:
    """Call a tool that must fail; return what the model reads."""
    result, text = await _call(client, tool, arguments)
    assert result.is_error, f"{tool} did not fail: {text}"
    return text


async def _call(client: Client, tool: str, arguments: dict[str, Any]) -> tuple[CallToolResult, str]:
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    return result, "".join(block.text for block in result.content if isinstance(block, TextContent))


async def read_pages(client: Client, tool: str, **arguments: Any) -> list[Any]:
    """Follow next_cursor from the first page to the last.

    Raises:
        AssertionError: The list never ends.
    """
    pages: list[Any] = [await call(client, tool, **arguments)]
    while cursor := pages[-1].get("next_cursor"):
        assert len(pages) < MOST_CALLS, "the list never ends"
        pages.append(await call(client, tool, **arguments, cursor=cursor))
    return pages


def ids_of(pages: list[Any]) -> list[str]:
    """Return the id of every item of some pages, in order."""
    return [item["id"] for page in pages for item in page["items"]]


@contextlib.asynccontextmanager
async def assistant(
    *, read_only: bool = False, budget_s: float = 0.0, store: Store | None = None, toolsets: str = ""
) -> AsyncGenerator[Client]:
    """Connect a client in this process to a server on the CRMs that the environment names.

    A call of it takes at most `budget_s`, where that is not 0; CRM_MCP_CALL_BUDGET_S says it to what writes.
    """
    pool = ConnectionPool(timeout_s=30, patience_s=budget_s)
    chosen = choose_toolsets(toolsets)
    async with Client(build_server(connect(pool, store), pool, toolsets=chosen, read_only=read_only)) as client:
        yield client
