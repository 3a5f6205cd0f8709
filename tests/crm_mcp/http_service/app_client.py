"""A client of the HTTP application in the test's process, on whatever CRMs the environment names."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from starlette.testclient import TestClient

from crm_mcp.http_service import build_app
from crm_mcp.registry import choose_toolsets, connect
from crm_mcp.server import build_server
from crm_mcp.settings import ServerSettings
from crm_mcp.transport.connections import ConnectionPool

TOKEN = "A-long-random-Fake-token"
ACCEPT = {"Accept": "application/json, text/event-stream"}
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


@contextmanager
def served(
    host: str = "127.0.0.1",
    token: str = TOKEN,
    allowed: str = "",
    webhook_login: str | None = None,
    *,
    toolsets: str = "",
    **others: str,
) -> Generator[TestClient]:
    """Yield a client of the server on stubbed CRMs, in this process; `others` are further settings."""
    given = {"http_token": token, "allowed_hosts": allowed, "webhook_login": webhook_login, **others}
    settings = ServerSettings.model_validate(given)
    pool = ConnectionPool()
    connectors = connect(pool)
    server = build_server(connectors, pool, toolsets=choose_toolsets(toolsets), is_alone=False)
    app = build_app(server, settings, host=host, connectors=connectors, pool=pool)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client
