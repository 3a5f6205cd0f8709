"""Running the application on a socket until a signal comes."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NoReturn

import uvicorn
from sse_starlette.sse import AppStatus

from crm_mcp.errors import SettingsError
from crm_mcp.http_service.connections import Room, TimedProtocol, most_connections
from crm_mcp.languages import Texts

_texts = Texts(__file__)

if TYPE_CHECKING:
    from types import FrameType

    from starlette.applications import Starlette

SHUTDOWN_TIMEOUT_S = 3
"""How long calls in flight may go on after a signal."""
KEEP_ALIVE_S = 75
"""Longer than clients keep idle connections: who lets go first never loses a request to the other's letting go."""
_OUT_OF_FILES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class HttpServer(uvicorn.Server):
    """Accepts connections one by one, so that there is room for each, and says on stderr where it serves."""

    def __init__(
        self, config: uvicorn.Config, listener: socket.socket, url: str, finish: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        super().__init__(config)
        self._finish = finish
        self._listener = listener
        self._url = url
        self._room = Room(most_connections())
        self._tasks: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, and say so."""
        await super().startup(sockets)
        self._tasks.append(asyncio.create_task(self._accept()))
        print(f"serving MCP on {self._url}", file=sys.stderr, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, and let calls in flight end; streams that only wait for news end with the last call."""
        self._tasks.pop().cancel()
        self._tasks.append(asyncio.create_task(self._finish()))
        self._tasks.append(asyncio.create_task(self._end_streams_after_calls()))
        self._listener.close()
        await super().shutdown(sockets)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        self._listener.setblocking(False)
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listener)
            except OSError as error:  # the client is gone already, or no file is left until one is closed
                await asyncio.sleep(0.1 if error.errno in _OUT_OF_FILES else 0)
                continue
            protocol = TimedProtocol(self.config, self.server_state, self.lifespan.state, loop)
            try:
                await loop.connect_accepted_socket(lambda made=protocol: made, connection)
            except OSError:
                connection.close()
                continue
            self._room.add(protocol)

    async def _end_streams_after_calls(self) -> None:
        while self._room.is_called:  # noqa: ASYNC110  # nothing tells of the end of a call
            await asyncio.sleep(0.05)
        self._room.end_streams()


def serve(app: Starlette, host: str, port: int, finish: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Serve until told to stop, which is a normal end of the process: then `finish` lets writes under way end.

    Raises:
        SettingsError: The address cannot be had.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _exit_normally)
    AppStatus.disable_automatic_graceful_drain()  # else streams are cut at once, and with them the calls in flight
    listener = listen(host, port)
    name = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        app,
        http=TimedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
    )
    HttpServer(config, listener, f"http://{name}:{listener.getsockname()[1]}/mcp", finish).run(sockets=[])


def _exit_normally(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def listen(host: str, port: int) -> socket.socket:
    """Take the address and start queueing callers; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets that name their protocol; without it each response waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(socket.SOMAXCONN)
    except OSError as error:
        listener.close()
        raise SettingsError(
            _texts.later(
                "Cannot listen on {host} port {port}: {why}.", host=host, port=port, why=error.strerror or error
            ),
            hint=_texts.later("Choose another with --port."),
        ) from None
    return listener
