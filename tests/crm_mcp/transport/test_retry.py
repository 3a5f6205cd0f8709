"""A request that the CRM refuses for haste is waited for and sent again, and whoever called hears of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
import respx
from mcp import Client

from crm_mcp.crm.call import answering, sleep_told
from crm_mcp.crm.http_refusals import Account, raise_for_refusal
from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import RateLimitedError
from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.store import account as store_account
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin
from crm_mcp.transport.rate_limit import RateLimit
from crm_mcp.transport.session import Session
from tests.crm_mcp.store.stepped_store import SteppedStore
from tests.support.crm_stub import API, CrmStub
from tests.support.mcp_play import call

URL = "https://crm.example/x"
ACCOUNT = store_account.Account("minicrm", "https://crm.example", "a", "b")
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
CREATE = Request("POST", "/x", body={}, is_idempotent=False)
READ = Request("GET", "/x")


def refusal(**headers: str) -> httpx.Response:
    return httpx.Response(429, headers={name.replace("_", "-"): value for name, value in headers.items()})


def send(request: Request, answers: list[httpx.Response], *, patience_s: float = 25.0) -> tuple[Response, list[float]]:
    """Send a request to a CRM that answers so in turn, the last again and again; return how long was slept too."""
    slept: list[float] = []
    store = SteppedStore()

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        await store.sleep(seconds)

    async def run() -> Response:
        pool = ConnectionPool(patience_s=patience_s, sleep=sleep)
        limit = RateLimit(store, ACCOUNT, 0, monotonic=store.monotonic)
        async with pool.open():
            login = BasicLogin("a", "b")
            session = Session(pool, crm="MiniCRM", base_url=ACCOUNT.base_url, login=login, rate_limit=limit)
            return await session.send(request)

    left = list(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        return left.pop(0) if len(left) > 1 else left[0]

    with respx.mock:
        respx.route().mock(side_effect=answer)
        return asyncio.run(run()), slept


@pytest.mark.parametrize("request_", [READ, CREATE])
def test_what_was_refused_for_haste_was_not_done_and_is_sent_again(request_: Request) -> None:
    response, slept = send(request_, [refusal(), refusal(), httpx.Response(200)])
    assert (response.status, slept, response.waited_s) == (200, [1.0, 2.0], 3.0)


@pytest.mark.parametrize(
    ("headers", "waits_s"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": " 7 "}, 7.0),
        ({"Retry_After": "0"}, 0.1),
        ({"Retry_After": format_datetime(NOW + timedelta(seconds=9), usegmt=True), "Date": "?"}, 1.0),
        (
            {
                "Retry_After": format_datetime(NOW + timedelta(seconds=9), usegmt=True),
                "Date": format_datetime(NOW, usegmt=True),
            },
            9.0,
        ),
        ({"Retry_After": "soon"}, 1.0),
        ({"Retry_After": "-1"}, 1.0),
    ],
)
def test_the_crm_is_given_the_time_that_it_asks_for(headers: dict[str, str], waits_s: float) -> None:
    assert send(READ, [refusal(**headers), httpx.Response(200)])[1] == [waits_s]


def test_waiting_has_an_end_and_then_it_is_said_how_long_it_was() -> None:
    response, slept = send(CREATE, [refusal()])
    assert (response.status, sum(slept)) == (429, 25.0)
    with pytest.raises(RateLimitedError) as caught:
        raise_for_refusal(response, Account("MiniCRM", "", ""))
    assert "still does after 25 s of waiting" in str(caught.value)
    assert "Wait a minute, then repeat; the change was not made." in str(caught.value)


def test_a_wait_that_is_known_to_be_too_long_is_told_at_once() -> None:
    response, slept = send(READ, [refusal(Retry_After="90"), httpx.Response(200)])
    assert slept == []
    with pytest.raises(RateLimitedError, match="Wait 90 seconds, then repeat"):
        raise_for_refusal(response, Account("MiniCRM", "", ""))


def test_other_refusals_are_not_waited_for() -> None:
    response, slept = send(READ, [httpx.Response(503, headers={"Retry-After": "1"}), httpx.Response(200)])
    assert (response.status, slept) == (503, [])


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str | None]] = []

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        assert total is None
        self.told.append((progress, message))


def test_a_long_wait_is_told_again_every_ten_seconds() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def run() -> Listener:
        listener = Listener()
        with answering(listener):
            await asyncio.create_task(sleep_told(24.5, "Full", sleep))
        await sleep_told(60, "Nobody's", sleep)
        return listener

    told = asyncio.run(run()).told
    assert [message for _, message in told] == [f"Full: {left} s to wait" for left in (25, 15, 5)]
    assert [progress for progress, _ in told] == sorted({progress for progress, _ in told}), "it grows"
    assert sum(slept) == 84.5


@pytest.mark.slow
def test_whoever_called_a_tool_hears_what_it_waits_for(crms: CrmStub) -> None:
    refusals = [refusal(Retry_After="2")]
    category = {"3": "Sales"}
    crms.answer(f"GET {API}/Category", lambda _: refusals.pop() if refusals else httpx.Response(200, json=category))
    heard: list[str | None] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        del progress, total
        heard.append(message)

    async def run() -> Any:
        pool = ConnectionPool(patience_s=25)
        async with Client(build_server(connect(pool), pool)) as client:
            await client.call_tool("list_modules", {"crm": "minicrm"}, progress_callback=on_progress)
            return await call(client, "list_modules", crm="minicrm")

    assert [one["name"] for one in asyncio.run(run())["items"]] == ["Sales"]
    assert heard == ["MiniCRM takes no more requests for now: 2 s to wait"]
