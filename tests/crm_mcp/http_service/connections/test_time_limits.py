"""A client has its time for the headers of a request and its time for the body, and no more by sending slowly."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from crm_mcp.http_service.connections import timed
from crm_mcp.http_service.connections.timed import TimedProtocol

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
BODY = HEAD + b"Content-Length: 1000\r\n\r\n"
Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def echo(_: Scope, receive: Receive, send: Send) -> None:
    """Answer once the body is whole."""
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        pass
    if message["type"] == "http.request":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


def with_a_client(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect a client to a server whose limits are 0.2 s."""
    monkeypatch.setattr(timed, "HEAD_TIMEOUT_S", 0.2)
    monkeypatch.setattr(timed, "BODY_TIMEOUT_S", 0.2)

    async def run() -> None:
        server = uvicorn.Server(uvicorn.Config(echo, http=TimedProtocol, lifespan="off", log_config=None))
        loop = asyncio.get_running_loop()
        config = server.config
        config.load()
        listening = await loop.create_server(
            lambda: TimedProtocol(config, server.server_state, {}, loop), "127.0.0.1", 0
        )
        async with listening:
            reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname()[:2])
            async with asyncio.timeout(60):
                await play(reader, writer)
            writer.close()

    asyncio.run(run())


@pytest.mark.parametrize("sent", [b"", b"P", HEAD, BODY, BODY + b"{"])
def test_whoever_stops_in_the_middle_is_told_and_let_go(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")

    with_a_client(play, monkeypatch)


@pytest.mark.parametrize("start", [b"", BODY])
def test_sending_slowly_gives_no_more_time(monkeypatch: pytest.MonkeyPatch, start: bytes) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        response = asyncio.create_task(reader.read())
        for char in HEAD * 20:
            writer.write(bytes([char]))
            if (await asyncio.wait({response}, timeout=0.05))[0]:
                break
        with contextlib.suppress(ConnectionResetError):  # it wrote once more just when it was let go
            assert (await response).startswith(b"HTTP/1.1 408 ")
        assert response.done()

    with_a_client(play, monkeypatch)


def test_a_connection_that_is_kept_for_the_next_request_is_not_hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for pause_s in (0.4, 0.01):
            writer.write(HEAD + b"Content-Length: 2\r\n\r\n{}")
            assert b"\r\n\r\nok" in await reader.readuntil(b"ok")
            idle = asyncio.create_task(reader.read(1))
            assert not (await asyncio.wait({idle}, timeout=pause_s))[0]
            idle.cancel()
            await asyncio.wait({idle})

    with_a_client(play, monkeypatch)
