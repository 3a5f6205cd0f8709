"""Stands between a client and a server, hands on every byte, and remembers what was asked, as it was on the wire."""

from __future__ import annotations

import asyncio
import re
from contextlib import closing
from urllib.parse import urlsplit

_REQUEST_LINE = re.compile(rb"^(?:GET|POST|PUT) (\S+) HTTP/1\.1\r$", re.MULTILINE)


class WireTap:
    """A relay on loopback.

    Args:
        url: The server behind it.
    """

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname, address.port
        self._server: asyncio.Server | None = None
        self._sent = bytearray()
        self.url = ""

    async def open(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening; the connections end with their clients, for which `wait_closed` may wait from 3.12 on."""
        assert self._server is not None
        self._server.close()

    def take_targets(self) -> list[bytes]:
        """Return the targets (path and query) of the requests since the last call, undecoded."""
        targets = _REQUEST_LINE.findall(self._sent)
        self._sent.clear()
        return targets

    async def _relay(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(self._host, self._port)
        with closing(to_client), closing(to_server):
            answers = asyncio.create_task(self._pump(from_server, to_client))
            await self._pump(from_client, to_server, self._sent)
            answers.cancel()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: bytearray | None = None
    ) -> None:
        while data := await reader.read(65536):
            if seen is not None:
                seen += data
            writer.write(data)
            await writer.drain()
