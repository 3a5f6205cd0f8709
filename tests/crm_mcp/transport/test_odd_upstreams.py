"""What servers and proxies on real sockets do to connections: a read survives it, a write tells what is not known."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from crm_mcp.crm.http_refusals import Account, json_of, raise_for_refusal
from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import CrmError, RefusedError, UnexpectedAnswerError, UnreachableError
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin
from crm_mcp.transport.session import Session

from .raw_server import Act, RawServer, raw_server, reset, response, say

ACCOUNT = Account("MiniCRM", "MINICRM_API_KEY", "MINICRM_URL")
READ = Request("GET", "/x")
WRITE = Request("PUT", "/x", body={"a": 1}, is_idempotent=False)
OK = say(response())
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n"
CUTS: dict[str, Act] = {
    "ended without a word": say(keep=False),
    "reset without a word": reset,
    "chunks cut": say(CHUNKED + b'{"Id\r\n', keep=False),
    "within a chunk": say(CHUNKED + b'{"I', keep=False),
    "body cut": say(b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"Id":', keep=False),
    "head cut": say(b"HTTP/1.1 200 OK\r\nContent-", keep=False),
    "not HTTP": say(b"SSH-2.0-OpenSSH\r\n", keep=False),
    "an endless head": say(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000, keep=False),
    "two lengths": say(b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 8\r\n\r\n{"Id":7}', keep=False),
    "another protocol": say(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n", keep=False),
}
BROKEN: dict[str, Act] = {
    "no length, cut early": say(b'HTTP/1.0 200 OK\r\n\r\n{"Id":', keep=False),
    "gzip cut": say(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 11\r\n\r\n",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab",
    ),
    "no content": say(b"HTTP/1.1 204 No Content\r\n\r\n"),
}


def parse(received: Response) -> object:
    raise_for_refusal(received, ACCOUNT)
    return json_of(received, ACCOUNT)


def play(server: RawServer, *requests: Request, pause_s: float = 0.0, timeout_s: float = 30.0) -> list[object]:
    """Send requests one after the other; return the result or the error of each."""

    async def sleep(_: float) -> None:
        await asyncio.sleep(0)

    async def one(session: Session, request: Request) -> object:
        try:
            return await session.perform(request, parse)
        except CrmError as error:
            return error

    async def run() -> list[object]:
        pool = ConnectionPool(timeout_s=timeout_s, patience_s=60, sleep=sleep)
        results: list[object] = []
        async with pool.open():
            session = Session(pool, crm="MiniCRM", base_url=server.url, login=BasicLogin("a", "b"))
            for request in requests:
                results.append(await one(session, request))
                await asyncio.sleep(pause_s)  # a real socket has to be seen to close
        return results

    return asyncio.run(run())


@pytest.mark.parametrize("cut", CUTS | BROKEN)
def test_a_read_survives(cut: str) -> None:
    act = (CUTS | BROKEN)[cut]
    with raw_server(act, act, OK) as server:
        assert play(server, READ) == [{"Id": 7}]


@pytest.mark.parametrize("cut", CUTS)
def test_a_write_is_sent_once_and_may_have_been_made(cut: str) -> None:
    with raw_server(CUTS[cut], OK) as server:
        (error,) = play(server, WRITE)
        assert len(server.requests) == 1
    assert isinstance(error, UnreachableError)
    assert error.may_have_been_done
    assert "look for it" in str(error)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_write_with_a_broken_response_is_sent_once_and_may_have_been_made(broken: str) -> None:
    with raw_server(BROKEN[broken], OK) as server:
        (error,) = play(server, WRITE)
        assert len(server.requests) == 1
    assert isinstance(error, UnexpectedAnswerError)
    assert "look for it" in str(error)


@pytest.mark.parametrize("ending", [say(keep=False), reset], ids=["ended", "reset"])
def test_a_kept_connection_that_ends_under_a_read_is_no_error(ending: Act) -> None:
    with raw_server(OK, ending, OK, ending, OK) as server:
        assert play(server, READ, READ, READ) == [{"Id": 7}] * 3


def test_a_connection_that_is_closed_after_each_response_is_no_error() -> None:
    with raw_server(*[say(response(), keep=False)] * 8) as server:
        assert play(server, READ, READ, WRITE, WRITE, READ, WRITE, pause_s=0.02) == [{"Id": 7}] * 6


def test_each_write_goes_out_on_a_connection_of_its_own() -> None:
    with raw_server(*[OK] * 5) as server:
        assert play(server, READ, WRITE, WRITE, READ, WRITE) == [{"Id": 7}] * 5
        connections = [number for number, _ in server.requests]
    assert connections == [1, 2, 3, 1, 4]


def test_a_write_never_gets_a_response_that_was_sent_before_it() -> None:
    stray = say(response() + response(b'{"Id":666}'))
    with raw_server(stray, stray, stray) as server:
        assert play(server, WRITE, WRITE, WRITE) == [{"Id": 7}] * 3


def test_a_refusal_of_an_idle_connection_is_not_taken_for_a_response() -> None:
    late = say(response(), response(b"", "408 Request Timeout", "Connection: close"), pause_s=0.02, keep=False)
    with raw_server(late, OK, OK) as server:
        assert play(server, READ, READ, pause_s=0.1) == [{"Id": 7}] * 2


def test_a_response_that_never_ends_is_given_up_in_time() -> None:
    drip = say(*[bytes([one]) for one in response()], pause_s=0.1)
    with raw_server(drip, OK, OK) as server:
        assert play(server, READ, timeout_s=0.5) == [{"Id": 7}]
        assert len(server.requests) > 1, "it was not waited for"


@pytest.mark.parametrize("asked", ["3600", "9" * 400, "Sat, 28 Nov 2026 10:00:00 GMT"])
def test_a_crm_that_asks_for_more_time_than_there_is_is_not_asked_again(asked: str) -> None:
    busy = response(b"", "503 Down", f"Retry-After: {asked}", "Date: Fri, 27 Nov 2026 10:00:00 GMT")
    with raw_server(say(busy), OK) as server:
        (error,) = play(server, READ)
        assert len(server.requests) == 1
    assert isinstance(error, RefusedError)
    assert "try again in" in str(error)


def test_a_crm_that_is_not_there_was_not_sent_anything() -> None:
    with raw_server() as server:
        pass
    read, write = play(server, READ, WRITE)
    assert "It was tried 3 times." in str(read)
    assert isinstance(write, UnreachableError)
    assert not write.may_have_been_done
    assert "The change was not sent." in str(write)


def test_a_call_that_is_cancelled_sends_nothing_again() -> None:
    arrived, cancelled = threading.Event(), threading.Event()

    def say_nothing(_: socket.socket) -> bool:
        arrived.set()
        cancelled.wait(60)
        return False

    async def run(server: RawServer) -> None:
        pool = ConnectionPool(timeout_s=60, patience_s=60)
        async with pool.open():
            session = Session(pool, crm="MiniCRM", base_url=server.url, login=BasicLogin("a", "b"))
            call = asyncio.create_task(session.perform(READ, parse))
            await asyncio.to_thread(arrived.wait, 60)
            call.cancel()
            cancelled.set()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert await session.perform(READ, parse) == {"Id": 7}

    with raw_server(say_nothing, OK, OK) as server:
        asyncio.run(run(server))
        assert len(server.requests) == 2
