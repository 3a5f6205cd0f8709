"""Running the application on a socket: binding, telling that it listens, and ending cleanly on a signal."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn

from mockserver.server.app import MockApp
from mockserver.server.http_protocol import HttpProtocol
from mockserver.server.webhook_sender import WebhookSender

SHUTDOWN_TIMEOUT_S = 2
# Longer than clients keep idle connections (httpx: 5 s, the server's own default): who lets go first never loses a
# request to the other's letting go.
KEEP_ALIVE_S = 75


class _AnnouncingServer(uvicorn.Server):
    """Calls back once, as soon as requests are accepted, and sends webhooks as long as it runs."""

    def __init__(self, config: uvicorn.Config, app: MockApp, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._announce = announce
        self._sending: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._sending = asyncio.create_task(WebhookSender(self._app.workspaces).run())
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._sending is not None:
            self._sending.cancel()
        await super().shutdown(sockets)


def bind_socket(host: str, port: int) -> socket.socket:
    """Take the address and start queueing callers; port 0 takes a free one.

    Raises:
        OSError: The address cannot be had.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # asyncio sends small answers at once (TCP_NODELAY) only on sockets that say they are TCP's.
    listener = socket.socket(family, kind, protocol or socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(socket.SOMAXCONN)  # until here a second server could bind the same address too
    except OSError:
        listener.close()
        raise
    return listener


def format_url(host: str, listener: socket.socket, scheme: str = "http") -> str:
    """Return the address people reach a bound socket at."""
    port: int = listener.getsockname()[1]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def exit_on_signals() -> None:
    """Make SIGTERM and SIGINT a normal end, from now on and after the server has shut down.

    While it runs the server has handlers of its own; when it is done it raises what it caught once more, for these.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _exit_normally)


def _exit_normally(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def exit_with_stdin() -> None:
    """Make the end of standard input a normal end too."""
    threading.Thread(target=_wait_for_end_of_stdin, name="stdin", daemon=True).start()


def _wait_for_end_of_stdin() -> None:
    # Not through sys.stdin, whose lock a thread that waits would hold while the interpreter ends.
    with contextlib.suppress(OSError):
        while os.read(0, 65536):
            pass
    signal.raise_signal(signal.SIGTERM)


def serve(app: MockApp, listener: socket.socket, *, log_level: str, announce: Callable[[], None]) -> None:
    """Answer requests until a signal comes.

    Args:
        app: The application.
        listener: The bound socket.
        log_level: `debug` also logs every request.
        announce: Called once requests are accepted.
    """
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=HttpProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=log_level,
        access_log=log_level == "debug",
        # A caller's word about who called is not to be trusted: the control endpoints ask for the real peer.
        proxy_headers=False,
        server_header=False,
        date_header=False,  # the application tells the account's time
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
    )
    # What is here now stays until the end: looking for garbage in it would only delay responses.
    gc.collect()
    gc.freeze()
    _AnnouncingServer(config, app, announce).run(sockets=[listener])
