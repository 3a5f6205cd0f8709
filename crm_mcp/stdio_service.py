"""The service on stdio, until the host closes stdin or sends a signal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcp.server import MCPServer

_LAST_RESPONSES_S = 0.1
"""How long the responses of the calls that just ended may take to be written."""


async def _nothing() -> None:
    """Leave nothing to finish."""


def serve(
    server: MCPServer[None],
    finish: Callable[[], Awaitable[None]] = _nothing,
    at_exit: Callable[[], None] = lambda: None,
) -> None:
    """Serve until stdin ends; at SIGTERM `finish` what is under way, and end normally; then `at_exit` is called."""
    # The SDK reads stdin in a thread that nothing can wake, so Ctrl-C must end the process by itself.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(_serve(server, finish, at_exit))
    at_exit()


async def _serve(server: MCPServer[None], finish: Callable[[], Awaitable[None]], at_exit: Callable[[], None]) -> None:
    ending: list[asyncio.Task[None]] = []
    with contextlib.suppress(NotImplementedError):  # on Windows
        asyncio.get_running_loop().add_signal_handler(
            signal.SIGTERM, lambda: ending.append(asyncio.create_task(_end(finish, at_exit)))
        )
    await server.run_stdio_async()


async def _end(finish: Callable[[], Awaitable[None]], at_exit: Callable[[], None]) -> None:
    await finish()
    await asyncio.sleep(_LAST_RESPONSES_S)
    at_exit()
    sys.stdout.flush()
    os._exit(0)  # a normal exit would wait for the thread that reads stdin
