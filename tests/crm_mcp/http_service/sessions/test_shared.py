"""Sessions as their clients meet them, in front of what stands for the SDK's application."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from crm_mcp.http_service.sessions.shared import SharedSessions
from crm_mcp.store.engine import Store
from tests.crm_mcp.http_service.app_client import HELLO


class Sdk:
    """Begins a session, and ends it once."""

    def __init__(self) -> None:
        self.is_ended = False

    async def __call__(self, request: Request) -> Response:
        status = 404 if self.is_ended else 200
        self.is_ended = request.method == "DELETE"
        return Response(status_code=status, headers={"mcp-session-id": "one"})


def test_a_session_is_ended_without_an_error_however_long_it_lasted(tmp_path: Path) -> None:
    now = 0.0
    sessions = SharedSessions(
        Starlette(routes=[Route("/mcp", Sdk().__call__, methods=["POST", "DELETE"])]),
        Store(str(tmp_path / "store")),
        clock=lambda: now,
    )
    with TestClient(Starlette(routes=[Mount("/", sessions)])) as client:
        session = {"mcp-session-id": client.post("/mcp", json=HELLO).headers["mcp-session-id"]}
        now = 3_600.0
        assert client.delete("/mcp", headers=session).status_code == 200
