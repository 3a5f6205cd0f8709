"""Where all places are taken, calls go on: whoever waits longest makes room, or else the newcomer does."""

from __future__ import annotations

import asyncio

import uvicorn
from starlette.types import Receive, Scope, Send

from crm_mcp.http_service.connections.room import Room
from crm_mcp.http_service.connections.timed import TimedProtocol


def test_a_newcomer_is_refused_only_where_every_other_is_being_answered() -> None:
    async def run() -> list[bytes]:
        called = asyncio.Semaphore(0)
        over = asyncio.Event()

        async def silent(_: Scope, _receive: Receive, _send: Send) -> None:
            called.release()
            await over.wait()

        server = uvicorn.Server(uvicorn.Config(silent, http=TimedProtocol, lifespan="off", log_config=None))
        server.config.load()
        room = Room(2)
        loop = asyncio.get_running_loop()
        made: list[TimedProtocol] = []

        class Accepted(TimedProtocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
                super().connection_made(transport)
                made.append(self)
                room.add(self)

        listening = await loop.create_server(
            lambda: Accepted(server.config, server.server_state, {}, loop), "127.0.0.1", 0
        )
        address = listening.sockets[0].getsockname()[:2]
        async with listening, asyncio.timeout(60):
            readers: list[asyncio.StreamReader] = []
            writers: list[asyncio.StreamWriter] = []
            for sent in (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b""):
                reader, writer = await asyncio.open_connection(*address)
                writer.write(sent)
                readers.append(reader)
                writers.append(writer)  # one that is let go of is closed
                if sent.endswith(b"\r\n\r\n"):
                    await called.acquire()
            ended = [await readers[1].read(), await readers[3].read()]
            answering = [made[0].transport.is_closing(), made[2].transport.is_closing()]
            tasks = [*server.server_state.tasks]
            over.set()
            for writer in writers:
                writer.close()
            await asyncio.wait(tasks)
            assert answering == [False, False]
            return ended

    waited, refused = asyncio.run(run())
    assert waited.startswith(b"HTTP/1.1 408 ")
    assert refused.startswith(b"HTTP/1.1 503 ")
