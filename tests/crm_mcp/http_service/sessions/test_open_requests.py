"""What a process looks for in the store while it works on requests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.types import Scope

from crm_mcp.http_service.sessions.open_requests import Json, OpenRequests


def test_the_store_is_asked_for_nothing_once_the_requests_are_answered() -> None:
    looked_for: list[Sequence[str]] = []

    async def collect(recipients: Sequence[str]) -> Sequence[str]:
        looked_for.append(recipients)
        return ()

    async def deliver(scope: Scope, session_id: str, message: Json) -> None:
        raise AssertionError((scope, session_id, message))

    async def play() -> None:
        requests = OpenRequests("process", collect, deliver)
        with requests.working_on({"type": "http"}, "client", "session", {"id": 1, "method": "ping"}):
            await asyncio.sleep(0)
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

    asyncio.run(play())
    assert looked_for == []
