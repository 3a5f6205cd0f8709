"""What the start and the tool calls are measured against: the least that the MCP SDK serves, one trivial tool."""

from __future__ import annotations

import socket
import sys

from mcp.server import MCPServer

server = MCPServer("no-op", log_level="WARNING")


@server.tool()
def ping() -> str:
    """Answer pong."""
    return "pong"


def serve_http() -> None:
    """Serve it over HTTP as the SDK does, and say where."""
    import uvicorn

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(server.streamable_http_app(), log_level="warning", access_log=False, ws="none")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    if sys.argv[1:] == ["http"]:
        serve_http()
    else:
        server.run("stdio")
