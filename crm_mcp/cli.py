"""The command `crm-mcp` and its subcommands. Heavy imports wait until one needs them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import importlib
import io
import json
import logging
import signal
import sys
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

import click

from crm_mcp import languages, stdio_service
from crm_mcp.commands.connecting import (
    EXIT_PROBLEM,
    EXIT_SETTINGS,
    connect,
    end_by_settings,
    end_with_problem,
    find_server_builder,
)
from crm_mcp.errors import CrmError, SettingsError
from crm_mcp.settings_file.language import find_language
from crm_mcp.telemetry.asked import begin_observing, end_observing

if TYPE_CHECKING:
    from types import FrameType

    from mcp.server import MCPServer

    from crm_mcp.http_service.logins.live import LiveLogins
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.settings import ServerSettings
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_texts = languages.Texts(__file__)
_Command = TypeVar("_Command", bound=click.Command)

_LAZY: Mapping[str, str] = {
    "audit": "audit.command:audit",
    "call": "call_command:call",
    "demo": "demo_command:demo",
    "install": "install_command:install",
    "query": "replica_commands:query",
    "replica": "replica_commands:replica",
    "setup": "setup_command:setup",
    "skill": "skill_command:skill",
    "sync": "replica_commands:sync",
    "uninstall": "install_command:uninstall",
}
"""Commands of which what they need is imported when one is used, or all are listed: `crm_mcp.commands.MODULE:NAME`."""


def _print_whatever_comes() -> None:
    """Print what the terminal's or file's encoding lacks as an escape, in place of ending with a traceback."""
    if getattr(sys.stdout, "errors", "") == "strict":
        cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")


class _Commands(click.Group):
    """The commands, which speak the language of the person."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _print_whatever_comes()
        languages.use(find_language())
        if languages.current() != "en":
            from crm_mcp.commands.help_texts import speak_as_click_does

            speak_as_click_does()
        return super(_Commands, _in_language(self)).parse_args(ctx, args)

    def get_usage(self, ctx: click.Context) -> str:
        return super(_Commands, _in_language(self)).get_usage(ctx)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super(_Commands, _in_language(self)).format_help(ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_LAZY])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _LAZY:
            known = super().get_command(ctx, cmd_name)
            return known and _in_language(known)
        module, _, name = _LAZY[cmd_name].partition(":")
        command = getattr(importlib.import_module(f"crm_mcp.commands.{module}"), name)
        return _in_language(cast("click.Command", command))


def _in_language(command: _Command) -> _Command:
    if languages.current() == "en":
        return command
    from crm_mcp.commands.help_texts import in_language

    return in_language(command)


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029) if code not in (9, 10)}


class LogLines(logging.Formatter):
    """Writes what is logged so that no text in it passes for another line, or commands the terminal that shows it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the library's
        """Return the line of a record, whose message may have had several."""
        return super().formatMessage(record).replace("\n", "\\n")

    def format(self, record: logging.LogRecord) -> str:
        """Return a record with its traceback, and signs that command a terminal written out."""
        return super().format(record).translate(_CONTROLS)


def _set_log_level(_context: click.Context, _option: click.Parameter, level: str | None) -> None:
    if level is None:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LogLines("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler])
    logging.getLogger().setLevel(level.upper())
    # At INFO the MCP SDK logs error texts, and httpx URLs: both hold what is in the CRM. At DEBUG the others log
    # headers, cookies among them, and results.
    for name in ("mcp", "httpx", "httpcore", "httpx2", "httpcore2", "sse_starlette"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _log_level_option(default: str | None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        "--log-level",
        type=click.Choice(["debug", "info", "warning", "error"]),
        default=default,
        callback=_set_log_level,
        expose_value=False,
        help="How much is logged to stderr (default: warning).",
    )


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="crm-mcp-server", prog_name="crm-mcp")
@_log_level_option("warning")
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False),
    default=None,
    help="Read the settings from this file in place of .env.",
)
@click.pass_context
def main(context: click.Context, env_file: str | None) -> None:
    """Serve Ivinex and MiniCRM to AI assistants over MCP. Without a command: serve on stdio."""
    if env_file is not None:
        from crm_mcp.setting_names import reading_env_file

        context.with_resource(reading_env_file(env_file))
        languages.use(find_language())
    if context.invoked_subcommand is None:
        context.invoke(serve)


@main.command()
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
@_log_level_option(None)
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


@main.command()
def doctor() -> None:
    """Check settings and logins; exit 1 on a problem."""
    from crm_mcp.doctor import examine

    healthy = True
    ok, problem = _texts.text("ok"), _texts.text("PROBLEM")
    width = max(map(len, (ok, problem)))
    ok, problem = ok.ljust(width), problem.ljust(width)
    for finding in asyncio.run(examine()):
        healthy = healthy and finding.ok
        click.echo(f"{click.style(ok, fg='green') if finding.ok else click.style(problem, fg='red')} {finding}")
    sys.exit(0 if healthy else EXIT_PROBLEM)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result of tools/list.")
@click.option("--toolsets", default="", help="Which tools: default, all, or names joined by commas.")
def tools(*, as_json: bool, toolsets: str) -> None:
    """List the tools of the present configuration."""
    try:
        settings, pool, store, connectors = connect()
        from crm_mcp.registry import choose_toolsets

        chosen = choose_toolsets(toolsets or settings.toolsets)
    except SettingsError as error:
        end_by_settings(error)
    from crm_mcp.mcp.tool_table import render_table

    build = find_server_builder(connectors)
    server = build(connectors, pool, store=store, toolsets=chosen, read_only=settings.read_only)
    listed = asyncio.run(server.list_tools())
    if as_json:
        plain = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed]
        click.echo(json.dumps({"tools": plain}, ensure_ascii=False, separators=(",", ":")))
    else:
        click.echo(render_table(listed))


@main.command()
@click.argument("write_id")
@click.option("--dry-run", is_flag=True, help="Show what would be put back, and write nothing.")
@click.option("--yes", is_flag=True, help="Ask nobody, even where the write itself was asked about.")
def undo(write_id: str, *, dry_run: bool, yes: bool) -> None:
    """Take back one write; exit 1 where a record could not be, or nobody confirmed."""
    try:
        settings, pool, store, connectors = connect()
    except SettingsError as error:
        end_by_settings(error)
    if settings.read_only and not dry_run:
        end_by_settings(
            SettingsError(
                _texts.later("CRM_MCP_READ_ONLY is set, so nothing is written."), hint=_texts.later("--dry-run works.")
            )
        )
    from crm_mcp import audit_commands

    unasked = yes or settings.unconfirmed_writes
    try:
        result = asyncio.run(
            audit_commands.take_back(pool, store, connectors, write_id, dry_run=dry_run, unasked=unasked)
        )
    except CrmError as error:
        end_with_problem("undo", error)
    sys.exit(0 if audit_commands.print_undone(result) else EXIT_PROBLEM)
