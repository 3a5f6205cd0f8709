"""The command `crm-mock`: `serve`, which is also what it does when no subcommand is named, and those of other files."""

from __future__ import annotations

import io
import sys
from typing import cast

import click
from click.shell_completion import CompletionItem

from mockserver.command_help import in_language, speak_as_click_does
from mockserver.contract_command import contract
from mockserver.ending import OneLineGroup
from mockserver.live.drift.command import drift
from mockserver.live.record.command import record
from mockserver.seed_command import seed
from mockserver.serve_command import proxy, serve
from mockserver.texts import person_texts


class _ServingGroup(OneLineGroup):
    """A group whose options and behaviour are those of `serve` where no subcommand is named."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        return found and in_language(found)

    def get_usage(self, ctx: click.Context) -> str:
        return super(_ServingGroup, in_language(self)).get_usage(ctx)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super(_ServingGroup, in_language(self)).format_help(ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # What the encoding of a terminal or file lacks is printed as an escape, in place of a traceback.
        if getattr(sys.stdout, "errors", "") == "strict":
            cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
        speak_as_click_does()
        own = {"-h", "--help", "--version"}
        is_completing_a_name = ctx.resilient_parsing and not args
        if not is_completing_a_name and (not args or (args[0].startswith("-") and not own & set(args))):
            args = ["serve", *args]
        return super(_ServingGroup, in_language(self)).parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        return [*super().shell_complete(ctx, incomplete), *serve.shell_complete(ctx, incomplete)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(person_texts().text("Options, the same with and without the word serve")):
            records = [
                record for option in in_language(serve).params if (record := option.get_help_record(ctx)) is not None
            ]
            formatter.write_dl(records)
        super().format_options(ctx, formatter)


def _print_version(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from mockserver.version import read_version

        click.echo(f"crm-mock {read_version()}")
        ctx.exit()


@click.group(cls=_ServingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def main() -> None:
    """A stateful fake of the Ivinex and MiniCRM HTTP APIs, on one port."""


for command in (serve, proxy, seed, record, drift, contract):
    main.add_command(command)
