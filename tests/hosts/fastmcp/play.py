"""FastMCP's client, in both protocol eras."""

from __future__ import annotations

import asyncio
from typing import Any

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from tests.hosts.server import CALLS, COMMAND, SETTINGS, check_calls, report


async def play(mode: Any) -> tuple[int, str]:
    """Call both tools; return how many are listed, and in which revision of the protocol."""
    transport = StdioTransport(COMMAND[0], COMMAND[1:], env=SETTINGS, keep_alive=False)
    async with Client(transport, mode=mode) as client:
        tools = await client.list_tools()
        results = [await client.call_tool(call["tool"], call["arguments"]) for call in CALLS]
        check_calls([str(result.content) for result in results])
        return len(tools), str(client.protocol_version)


async def main() -> None:
    """Play in each era."""
    plays = [await play(mode) for mode in ("legacy", "auto")]
    report("fastmcp", plays[0][0], f"protocol {' and '.join(version for _, version in plays)}")


asyncio.run(main())
