"""langchain-mcp-adapters: the tools as LangChain's."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain_mcp_adapters.client import MultiServerMCPClient

from tests.hosts.server import CALLS, COMMAND, SETTINGS, check_calls, report


async def main() -> None:
    """Call both tools as an agent's tool node would."""
    server: Any = {"transport": "stdio", "command": COMMAND[0], "args": COMMAND[1:], "env": SETTINGS}
    tools = await MultiServerMCPClient({"crm": server}).get_tools()
    by_name = {tool.name: tool for tool in tools}
    results = [str(await by_name[call["tool"]].ainvoke(call["arguments"])) for call in CALLS]
    check_calls(results)
    report("langchain-mcp-adapters", len(tools), "a session for each call")


asyncio.run(main())
