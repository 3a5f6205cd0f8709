"""The server that a host gets where the settings are wrong or absent: it answers, and says what to set.

A process that ends at once would show people no more than "Connection closed".
"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, cast

from mcp.server import MCPServer
from typing_extensions import TypedDict

from crm_mcp.mcp.tool import READ, build_tool

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool

NEXT_STEP = (
    "Tell the user: only whoever installed this server can change that. Its settings are the form of the extension "
    "where the host has one, else environment variables in the host's configuration or a .env file. The command "
    "`crm-mcp setup` asks for them and writes them, `crm-mcp doctor` checks them."
)


class NoModules(TypedDict):
    """No modules, and why."""

    items: list[str]
    problem: str
    next_step: str


def build_server(problem: str) -> MCPServer[None]:
    """Make a server whose only tool, `list_modules`, tells the problem with the settings."""

    async def list_modules() -> NoModules:
        """Say why no CRM is connected and what to set."""
        return {"items": [], "problem": problem, "next_step": NEXT_STEP}

    tool = build_tool(list_modules, title="List modules", annotations=READ)
    return MCPServer(
        "crm-mcp-server",
        title="CRM (not configured)",
        version=metadata.version("crm-mcp-server"),
        instructions=f"No CRM is connected. {problem} {NEXT_STEP}",
        tools=cast("list[Tool]", [tool]),
        log_level="WARNING",
    )
