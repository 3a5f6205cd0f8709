"""A response does not wait for the peer's delayed acknowledgement, which takes 40 ms."""

from __future__ import annotations

import asyncio
import socket

import pytest

from crm_mcp.http_service import serving


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_accepted_connection_sends_what_it_is_given_at_once(host: str) -> None:
    async def run() -> int:
        sends_at_once: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted: socket.socket = writer.get_extra_info("socket")
            sends_at_once.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = serving.listen(host, 0)
        async with await asyncio.start_server(accept, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
            writer.close()
            return await sends_at_once

    assert asyncio.run(run())
