"""Running the application on a socket until a signal comes."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import uvicorn
from sse_starlette.sse import AppStatus

from crm_mcp.errors import SettingsError
from crm_mcp.http_service.connections.room import Room, most_connections
from crm_mcp.http_service.connections.timed import TimedProtocol
from crm_mcp.http_service.limits.repeated_warnings import RepeatedWarnings
from crm_mcp.languages import Texts

_texts = Texts(__file__)

if TYPE_CHECKING:
    from types import FrameType

    from starlette.applications import Starlette

    from crm_mcp.http_service.supervision.readiness import Readiness

_CUT_AFTER_S = 1
"""How long what is left may take to end once calls in flight had their time."""
_PATIENT_SIGNALS = 2
"""As many signals do not wait for calls in flight any more."""
KEEP_ALIVE_S = 75
"""Longer than clients keep idle connections: who lets go first never loses a request to the other's letting go."""
_OUT_OF_FILES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class HttpServer(uvicorn.Server):
    """Accepts connections one by one, so that there is room for each, and says on stderr where it serves."""

    def __init__(
        self,
        config: uvicorn.Config,
        listener: socket.socket,
        url: str,
        finish: Callable[[], Coroutine[Any, Any, None]],
        readiness: Readiness,
        grace_s: float,
    ) -> None:
        super().__init__(config)
        self._finish = finish
        self._listener = listener
        self._url = url
        self._grace_s = grace_s
        self._room = Room(most_connections())
        self._readiness = readiness
        self._signals = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, and say so."""
        await super().startup(sockets)
        self._accepting = asyncio.create_task(self._accept())
        print(f"serving MCP on {self._url}", file=sys.stderr, flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; a second signal lets calls in flight wait no longer, a third one nothing."""
        self._readiness.is_stopping = True
        self._signals += 1
        super().handle_exit(sig, frame)
        self.force_exit = self._signals > _PATIENT_SIGNALS

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let calls in flight end, while whoever comes is told that this server stops; then end all else."""
        self._readiness.is_stopping = True
        self._finishing = asyncio.create_task(self._finish())
        self._room.let_go()
        until_s = time.monotonic() + self._grace_s
        while self._room.is_called and self._signals < _PATIENT_SIGNALS and time.monotonic() < until_s:  # noqa: ASYNC110  # nothing tells of the end of a call
            await asyncio.sleep(0.05)
        self._accepting.cancel()
        self._listener.close()
        self._room.end_streams()
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


def serve(
    app: Starlette, host: str, port: int, finish: Callable[[], Coroutine[Any, Any, None]], grace_s: float
) -> None:
    """Serve until told to stop, which is a normal end of the process: then `finish` lets writes under way end.

    Calls in flight have `grace_s` seconds to end.

    Raises:
        SettingsError: The address cannot be had.
    """
    for handler in logging.getLogger().handlers:
        handler.addFilter(RepeatedWarnings())
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
        timeout_graceful_shutdown=_CUT_AFTER_S,
    )
    url = f"http://{name}:{listener.getsockname()[1]}/mcp"
    HttpServer(config, listener, url, finish, app.state.readiness, grace_s).run(sockets=[])


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
