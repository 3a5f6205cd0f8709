"""The command `crm-mcp` and its subcommands. Heavy imports wait until one needs them."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Mapping
from typing import TypeVar, cast

import click
from click.exceptions import NoSuchCommand

from crm_mcp import languages
from crm_mcp.commands.ending import OneLineGroup
from crm_mcp.commands.log_option import log_level_option
from crm_mcp.settings_file.language import find_language

_Command = TypeVar("_Command", bound=click.Command)

_LAZY: Mapping[str, str] = {
    "audit": "audit.command:audit",
    "call": "call_command:call",
    "demo": "demo_command:demo",
    "doctor": "doctor_command:doctor",
    "install": "install_command:install",
    "query": "replica.commands:query",
    "replica": "replica.commands:replica",
    "serve": "serve_command:serve",
    "setup": "setup_command:setup",
    "skill": "skill_command:skill",
    "sync": "replica.commands:sync",
    "tools": "tools_command:tools",
    "undo": "audit.undo_command:undo",
    "uninstall": "install_command:uninstall",
}
"""The commands, each imported when it is used, or all are listed: `crm_mcp.commands.MODULE:NAME`."""


def _print_whatever_comes() -> None:
    """Print what the terminal's or file's encoding lacks as an escape, in place of ending with a traceback."""
    if getattr(sys.stdout, "errors", "") == "strict":
        cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")


class _Commands(OneLineGroup):
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
        del ctx
        return list(_LAZY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _LAZY:
            return None
        module, _, name = _LAZY[cmd_name].partition(":")
        command = getattr(importlib.import_module(f"crm_mcp.commands.{module}"), name)
        return _in_language(cast("click.Command", command))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand:
            raise NoSuchCommand(args[0], possibilities=_LAZY, ctx=ctx) from None


def _in_language(command: _Command) -> _Command:
    if languages.current() == "en":
        return command
    from crm_mcp.commands.help_texts import in_language

    return in_language(command)


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="crm-mcp-server", prog_name="crm-mcp")
@log_level_option("warning")
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
        from crm_mcp.commands.serve_command import serve

        context.invoke(serve)
