"""A read that met a failure that passes is sent again; a write only where nothing of it was sent."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx
import pytest
import respx

from crm_mcp.crm.call import answering, current_call
from crm_mcp.crm.http_refusals import Account, json_of, raise_for_refusal
from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import CrmError, UnreachableError
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin
from crm_mcp.transport.session import Session

BASE_URL = "http://127.0.0.1:9"
ACCOUNT = Account("MiniCRM", "MINICRM_API_KEY", "MINICRM_URL")
READ = Request("GET", "/x")
CREATE = Request("POST", "/x", body={}, is_idempotent=False)
UPDATE = Request("PUT", "/x/7", body={})
DELETE_BY_GET = Request("GET", "/DeleteItem/7", is_idempotent=False, changes_by_get=True)
WRITES = [CREATE, UPDATE, DELETE_BY_GET]
INVOICE = Request("POST", "/Invoice", body={}, is_idempotent=False, is_repeatable=False)
PURGE = Request("GET", "/PurgePerson/7", is_idempotent=False, changes_by_get=True, is_repeatable=False)
DONE = httpx.Response(200, json={"Id": 7})
BUSY = httpx.Response(503)
PAGE = "<!doctype html><html><title>Bad gateway</title></html>"

Reply = httpx.Response | Exception


@dataclass
class Played:
    """What came of a request: its parsed response or its error, how often it was sent, and the waits in between."""

    result: Any = None
    error: CrmError | None = None
    sent: int = 0
    slept: list[float] = field(default_factory=list[float])
    told: list[str | None] = field(default_factory=list[str | None])

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        del progress, total
        self.told.append(message)


def parse(response: Response) -> object:
    raise_for_refusal(response, ACCOUNT)
    return json_of(response, ACCOUNT)


def perform(request: Request, *replies: Reply, patience_s: float = 25.0, call_is_s: float = 0.0) -> Played:
    """Have a request carried out by a CRM that replies so in turn, the last again and again.

    The call works for `call_is_s` already.
    """
    played = Played()
    left = list(replies)

    async def sleep(seconds: float) -> None:
        played.slept.append(seconds)

    def reply(_: httpx.Request) -> httpx.Response:
        played.sent += 1
        one = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(one, Exception):
            raise one
        return one

    async def run() -> None:
        pool = ConnectionPool(timeout_s=5, patience_s=patience_s, sleep=sleep)
        async with pool.open():
            session = Session(pool, crm="MiniCRM", base_url=BASE_URL, login=BasicLogin("a", "b"))
            with answering(played):
                call = current_call()
                assert call is not None
                call.began_at -= call_is_s
                played.result = await session.perform(request, parse)

    with respx.mock:
        respx.route().mock(side_effect=reply)
        try:
            asyncio.run(run())
        except CrmError as error:
            played.error = error
    return played


PASSING = [
    *(httpx.Response(status) for status in (408, 502, 503, 504, 520, 524, 599)),
    *(httpx.Response(500, text=text) for text in ("", "500 Internal Server Error", PAGE, '{"error":"Server Error"}')),
    *(httpx.Response(200, text=text) for text in ("", '{"Results": {"7": {"Na', PAGE, "Gateway is starting")),
    httpx.Response(200, content=b"\xff\xfe{"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
    httpx.DecodingError("incorrect header check"),
    httpx.ReadTimeout("late"),
]
FINAL = [
    *(httpx.Response(status, text=PAGE) for status in (302, 400, 401, 403, 404, 405, 409, 501, 505)),
    *(httpx.Response(500, text=text) for text in ("Internal error", '{"error":"No such choice"}', "Belső hiba")),
    httpx.ProxyError("407 Proxy Authentication Required"),
    httpx.UnsupportedProtocol("odd"),
]


@pytest.mark.parametrize("failure", PASSING, ids=repr)
def test_a_read_is_sent_again_until_it_succeeds(failure: Reply) -> None:
    played = perform(READ, failure, failure, failure, failure, failure, DONE)
    assert (played.result, played.sent) == ({"Id": 7}, 6)
    assert all(0.1 * 2**number <= wait <= 0.1 * 2**number + 0.1 for number, wait in enumerate(played.slept))


@pytest.mark.parametrize("failure", PASSING, ids=repr)
def test_a_read_that_keeps_failing_says_how_often_it_was_tried(failure: Reply) -> None:
    played = perform(READ, failure)
    assert played.sent == 6
    assert "It was tried 6 times." in str(played.error)


@pytest.mark.parametrize("failure", FINAL, ids=repr)
@pytest.mark.parametrize("request_", [READ, *WRITES])
def test_what_will_not_change_is_told_at_once(request_: Request, failure: Reply) -> None:
    played = perform(request_, failure, DONE)
    assert (played.sent, played.slept) == (1, [])
    assert "tried" not in str(played.error)


@pytest.mark.parametrize(
    "failure",
    [*PASSING, *FINAL, httpx.Response(429, headers={"Retry-After": "1"}), httpx.ConnectError("refused")],
    ids=repr,
)
@pytest.mark.parametrize("request_", [INVOICE, PURGE])
def test_what_cannot_be_undone_is_sent_once_whatever_comes_back(request_: Request, failure: Reply) -> None:
    played = perform(request_, failure, DONE)
    assert (played.sent, played.slept) == (1, [])
    assert played.error is not None


@pytest.mark.parametrize("failure", PASSING, ids=repr)
@pytest.mark.parametrize("request_", WRITES)
def test_a_write_that_may_have_been_made_is_never_sent_again(request_: Request, failure: Reply) -> None:
    played = perform(request_, failure, DONE)
    assert (played.sent, played.slept) == (1, [])
    assert request_.unknown_outcome in str(played.error)


@pytest.mark.parametrize("request_", [READ, *WRITES])
@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ConnectTimeout("late"), httpx.ProxyError("503 Busy")], ids=repr
)
def test_what_was_certainly_not_sent_is_sent_twice_more(request_: Request, failure: Exception) -> None:
    assert perform(request_, failure, failure, DONE).result == {"Id": 7}
    played = perform(request_, failure)
    assert played.sent == 3
    assert "It was tried 3 times." in str(played.error)
    assert isinstance(played.error, UnreachableError)
    assert not played.error.may_have_been_done
    assert ("The change was not sent." in str(played.error)) is not request_.is_read


@pytest.mark.parametrize("request_", WRITES)
def test_a_write_that_is_lost_after_a_refused_connection_may_have_been_made(request_: Request) -> None:
    played = perform(request_, httpx.ConnectError("refused"), httpx.ReadError("reset"), DONE)
    assert played.sent == 2
    assert isinstance(played.error, UnreachableError)
    assert played.error.may_have_been_done
    assert "not sent" not in str(played.error)


def test_refused_connections_are_counted_apart_from_other_failures() -> None:
    refused = httpx.ConnectError("refused")
    assert perform(READ, BUSY, refused, BUSY, refused, BUSY, DONE).result == {"Id": 7}


def test_the_crm_is_given_the_time_that_it_asks_for_and_whoever_waits_hears_of_it() -> None:
    played = perform(READ, httpx.Response(503, headers={"Retry-After": "7"}), DONE)
    assert (played.result, played.slept) == ({"Id": 7}, [7.0])
    assert played.told == ["MiniCRM is busy or down for the moment: 7 s to wait"]


@pytest.mark.parametrize("asked", ["soon", "-1", "0", "Fri, 27 Nov 2026 99:00:00 GMT", ""])
def test_a_wish_that_cannot_be_read_changes_nothing(asked: str) -> None:
    played = perform(READ, httpx.Response(503, headers={"Retry-After": asked}), DONE)
    assert played.result == {"Id": 7}
    assert 0.1 <= sum(played.slept) <= 0.2


def test_a_wait_that_is_longer_than_the_call_has_time_is_told_at_once() -> None:
    played = perform(READ, httpx.Response(503, headers={"Retry-After": "3600"}), DONE)
    assert (played.sent, played.slept) == (1, [])
    assert "try again in 3600 seconds" in str(played.error)


def test_waiting_ends_with_the_time_of_the_call() -> None:
    played = perform(READ, httpx.Response(503, headers={"Retry-After": "7"}))
    assert (played.sent, played.slept) == (4, [7.0, 7.0, 7.0])


def test_a_request_has_its_own_time_however_long_its_call_works_already() -> None:
    busy = httpx.Response(503, headers={"Retry-After": "7"})
    assert perform(READ, busy, DONE, call_is_s=100).result == {"Id": 7}


def test_nothing_is_sent_again_where_no_time_is_given() -> None:
    assert perform(READ, BUSY, DONE, patience_s=0).sent == 1


def test_a_value_that_is_no_response_of_this_crm_is_not_read_for_ever() -> None:
    played = perform(READ, httpx.Response(200, text=json.dumps([[[]]] * 50_000)), DONE)
    assert played.sent == 1


def test_waits_are_not_the_same_for_everybody() -> None:
    first = [perform(READ, BUSY, DONE).slept[0] for _ in range(5)]
    assert any(one != other for one, other in pairwise(first))
