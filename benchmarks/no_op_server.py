"""What the server's start is measured against: the least that the MCP SDK serves, one trivial tool on stdio."""

from __future__ import annotations

from mcp.server import MCPServer

server = MCPServer("no-op")


@server.tool()
def ping() -> str:
    """Answer pong."""
    return "pong"


if __name__ == "__main__":
    server.run("stdio")
