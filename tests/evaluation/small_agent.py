"""A very small agent: reads an MCP configuration, calls the one tool that it was told to, and says what it told."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent


async def main(server: dict[str, Any], call: str) -> None:
    tool, _, arguments = call.partition(" ")
    command = StdioServerParameters(command=server["command"], args=server["args"], env=server["env"])
    async with Client(command) as client:
        await client.list_tools()
        result = await client.call_tool(tool, json.loads(arguments))
        assert isinstance(result, CallToolResult)
        sys.stdout.write("".join(block.text for block in result.content if isinstance(block, TextContent)))


assert sys.stdin.read(), "the prompt comes on stdin"
config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
asyncio.run(main(config["mcpServers"]["crm"], sys.argv[2]))
