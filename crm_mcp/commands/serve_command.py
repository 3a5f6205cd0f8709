"""`crm-mcp serve`: the MCP server on stdio or HTTP, also where the settings are wrong."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import signal
import sys
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import click

from crm_mcp import stdio_service
from crm_mcp.commands.connecting import connect, find_server_builder
from crm_mcp.commands.ending import EXIT_SETTINGS, end_by_settings
from crm_mcp.commands.log_option import log_level_option
from crm_mcp.errors import SettingsError
from crm_mcp.telemetry.asked import begin_observing, end_observing

if TYPE_CHECKING:
    from types import FrameType

    from mcp.server import MCPServer

    from crm_mcp.http_service.logins.live import LiveLogins
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.settings import ServerSettings
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool


@click.command(epilog="Example: crm-mcp serve --transport http --port 8000 --read-only")
@click.option("--transport", type=click.Choice(["stdio", "http"]), default="stdio", show_default=True)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="For http. Any address but loopback needs CRM_MCP_HTTP_TOKEN.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="For http. 0 picks a free port."
)
@click.option("--read-only", is_flag=True, help="Offer no writing tools.")
@click.option("--toolsets", default="", help="Which tools: default, all, or names joined by commas.")
@log_level_option(None)
def serve(
    transport: str = "stdio", host: str = "127.0.0.1", port: int = 8000, *, read_only: bool = False, toolsets: str = ""
) -> None:
    """Serve on stdio, or streamable HTTP at /mcp."""
    if transport == "http":
        _end_normally_on_signals()
    try:
        with _making_what_stays():
            built = _build_server(is_local=transport == "stdio", read_only=read_only, toolsets=toolsets)
    except SettingsError as error:
        if transport == "http" or sys.stdin.isatty():
            end_by_settings(error)
        _explain_to_host(error)
    if transport == "stdio":
        assert built.server is not None
        stdio_service.serve(built.server, built.finish, end_observing)
        return
    from crm_mcp import http_service

    try:
        app = http_service.build_app(
            built.server,
            built.settings,
            host=host,
            connectors=built.connectors,
            pool=built.pool,
            store=built.store,
            logins=built.logins,
        )
        http_service.serve(app, host, port, built.finish, built.settings.shutdown_s)
    except SettingsError as error:
        end_by_settings(error)
    finally:
        end_observing()


@dataclass(frozen=True, slots=True)
class _Built:
    """What is served: by `server`, which a service may lack that has `logins`."""

    server: MCPServer[None] | None
    settings: ServerSettings
    connectors: list[Connector]
    pool: ConnectionPool
    store: Store
    logins: LiveLogins | None

    async def finish(self) -> None:
        """Let the writes end that are under way, and begin no other."""
        from crm_mcp.server import finish_writes

        others = [] if self.logins is None else [self.logins.finish()]
        await asyncio.gather(finish_writes(self.connectors), *others)


def _end_normally_on_signals() -> None:
    """Let a signal be a normal end of a service, also while it starts."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _exit_normally)


def _exit_normally(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


@contextlib.contextmanager
def _making_what_stays() -> Generator[None]:
    """Collect no garbage while the server is made, nor ever look for it among what was made.

    That stays for as long as the process; looking it through again and again took a fifth of the start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _build_server(*, is_local: bool, read_only: bool, toolsets: str) -> _Built:
    settings, pool, store, connectors = connect(is_local=is_local)
    begin_observing(settings, "stdio" if is_local else "http")
    from crm_mcp.registry import choose_toolsets

    export_dir = settings.export_dir if is_local else None  # over HTTP it would be another's machine
    read_only = read_only or settings.read_only
    chosen = choose_toolsets(toolsets or settings.toolsets)
    logins = None
    if not is_local and settings.logins is not None:
        from crm_mcp.http_service.logins.making import find_logins

        logins = find_logins(settings, pool, store, chosen, read_only=read_only)
    server = None
    if connectors:
        build = functools.partial(find_server_builder(connectors), connectors, pool, store=store, toolsets=chosen)
        server = build(read_only=read_only, export_dir=export_dir, shares_exports=not is_local, is_alone=is_local)
    return _Built(server, settings, connectors, pool, store, logins)


def _explain_to_host(error: SettingsError) -> NoReturn:
    """Serve what is wrong with the settings until the host goes: it would hide how a process ended."""
    from crm_mcp import unconfigured

    click.echo(f"crm-mcp: {error.told}", err=True)
    stdio_service.serve(unconfigured.build_server(str(error)))
    sys.exit(EXIT_SETTINGS)
