"""Every request to a CRM with a rate limit waits for its turn, and the settings say how many there are a minute."""

from __future__ import annotations

import asyncio
from typing import Any, Self

import httpx
import pytest
import respx

from crm_mcp.crm.messages import Request
from crm_mcp.transport import rate_limit
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin
from crm_mcp.transport.rate_limit import RateLimit
from crm_mcp.transport.session import Session
from tests.support.crm_stub import API, CrmStub, in_session
from tests.support.mcp_play import call

happened: list[str] = []
"""What the recorder and the CRM saw, in order."""


class Recorder(RateLimit):
    """Lets everybody through at once and remembers it."""

    def __init__(self, requests_per_minute: int, **_: Any) -> None:
        super().__init__(requests_per_minute)
        happened.append(f"limit {requests_per_minute}")

    async def wait(self) -> None:
        happened.append("wait")

    @classmethod
    def fresh(cls) -> Self:
        happened.clear()
        return cls(60)


@respx.mock
def test_a_session_waits_before_each_request() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        happened.append("request")
        return httpx.Response(200)

    respx.get("https://crm.example/x").mock(side_effect=answer)

    async def run() -> None:
        pool = ConnectionPool()
        limit = Recorder.fresh()
        async with pool.open():
            session = Session(
                pool, crm="C", base_url="https://crm.example", login=BasicLogin("a", "b"), rate_limit=limit
            )
            for _ in range(2):
                await session.send(Request("GET", "/x"))

    asyncio.run(run())
    assert happened == ["limit 60", "wait", "request", "wait", "request"]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("7", ["limit 7", "wait", "wait"]), ("", ["limit 60", "wait", "wait"]), ("0", [])],
)
def test_minicrm_is_held_to_the_requests_per_minute_of_its_settings(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch, setting: str, expected: list[str]
) -> None:
    monkeypatch.setenv("MINICRM_REQUESTS_PER_MINUTE", setting)
    monkeypatch.setattr(rate_limit, "RateLimit", Recorder)
    happened.clear()
    in_session(lambda client: call(client, "describe_module", crm="minicrm", module="Sales"))
    assert crms.calls == [f"GET {API}/Category", f"GET {API}/Schema/Project/3"]
    assert happened == expected


@pytest.mark.parametrize(("setting", "expected"), [("", []), ("0", []), ("90", ["limit 90", "wait"])])
def test_ivinex_is_held_to_the_requests_per_minute_of_its_settings(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch, setting: str, expected: list[str]
) -> None:
    monkeypatch.setenv("IVINEX_REQUESTS_PER_MINUTE", setting)
    monkeypatch.setattr(rate_limit, "RateLimit", Recorder)
    crms.answer("GET /API/Records.php", {"Records": [{"collection_id": "1", "name": "A"}]})
    happened.clear()
    in_session(lambda client: call(client, "search_records", module="contact"))
    assert happened == expected
