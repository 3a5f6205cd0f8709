"""Running the application on a socket until a signal comes."""

from __future__ import annotations

import contextlib
import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

from crm_mcp.errors import SettingsError

if TYPE_CHECKING:
    from starlette.applications import Starlette

SHUTDOWN_TIMEOUT_S = 3


class AnnouncingServer(uvicorn.Server):
    """Says on stderr where it serves once it does, which is also when it heeds signals."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, and say so."""
        await super().startup(sockets=sockets)
        print(f"serving MCP on {self._url}", file=sys.stderr, flush=True)


def serve(app: Starlette, host: str, port: int) -> None:
    """Serve until told to stop.

    Raises:
        SettingsError: The address cannot be had.
    """
    listener = _listen(host, port)
    name = f"[{host}]" if ":" in host else host
    url = f"http://{name}:{listener.getsockname()[1]}/mcp"
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S)
    with contextlib.suppress(KeyboardInterrupt):
        AnnouncingServer(config, url).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsError(
            f"Cannot listen on {host} port {port}: {error.strerror}.", hint="Choose another with --port."
        ) from None
