"""The command `crm-mock`: `serve`, which is also what it does when no subcommand is named, and those of other files."""

from __future__ import annotations

import logging
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from mockserver.crm.api import SeedError
from mockserver.crm.profiles import Language, Profile, ProfileName
from mockserver.live.drift.command import drift
from mockserver.live.record.command import record
from mockserver.seed_command import seed

if TYPE_CHECKING:
    from mockserver.server.app import MockApp

LOG_LEVELS = ("debug", "info", "warning", "error")


class _ServingGroup(click.Group):
    """A group whose options and behaviour are those of `serve` where no subcommand is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "--version"}
        if not args or (args[0].startswith("-") and not own & set(args)):
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Options, the same with and without the word serve"):
            records = [record for option in serve.params if (record := option.get_help_record(ctx)) is not None]
            formatter.write_dl(records)
        super().format_options(ctx, formatter)


def _print_version(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from mockserver.version import read_version

        click.echo(f"crm-mock {read_version()}")
        ctx.exit()


@click.group(cls=_ServingGroup)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def main() -> None:
    """A stateful fake of the Ivinex and MiniCRM HTTP APIs, on one port."""


for command in (seed, record, drift):
    main.add_command(command)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@click.option(
    "--seed",
    "seed_name",
    default="demo",
    show_default=True,
    metavar="demo|documented|empty|FILE",
    help="Data to start with; a FILE is JSON or YAML.",
)
@click.option(
    "--db",
    "database_path",
    default="",
    metavar="FILE",
    help="Keep the state in this file over restarts; what it holds wins over the seed.",
)
@click.option(
    "--profile",
    type=click.Choice(["documented", "observed"]),
    default="documented",
    show_default=True,
    help="Behave as the documents say, or as live servers were seen to.",
)
@click.option(
    "--deviation",
    "deviations",
    multiple=True,
    metavar="NAME[=on|off]",
    help="Turn one point of the profile on or off, any number of times; a wrong NAME lists them.",
)
@click.option(
    "--language", type=click.Choice(["en", "hu"]), default="en", show_default=True, help="Language of the account."
)
@click.option(
    "--control-token",
    default="",
    envvar="CRM_MOCK_CONTROL_TOKEN",
    metavar="TOKEN",
    help=(
        "Demand this bearer token at /_control/, and then from any machine. Everybody on this machine can read a"
        " command line: the variable CRM_MOCK_CONTROL_TOKEN, or a file, keeps it to yourself."
    ),
)
@click.option(
    "--control-token-file",
    default="",
    envvar="CRM_MOCK_CONTROL_TOKEN_FILE",
    metavar="FILE",
    help="Read the control token from this file (also CRM_MOCK_CONTROL_TOKEN_FILE).",
)
@click.option(
    "--webhook-host",
    "webhook_hosts",
    multiple=True,
    metavar="HOST",
    help="Let webhooks go to this host too, any number of times; without it they go to this machine only.",
)
@click.option(
    "--until-stdin-closes",
    is_flag=True,
    help="End with the program that started this one, however that ends: it holds the other end of standard input.",
)
@click.option(
    "--log-level", type=click.Choice(LOG_LEVELS), default="warning", show_default=True, help="Logs go to stderr."
)
def serve(
    *,
    host: str,
    port: int,
    seed_name: str,
    database_path: str,
    profile: ProfileName,
    deviations: tuple[str, ...],
    language: Language,
    control_token: str,
    control_token_file: str,
    webhook_hosts: tuple[str, ...],
    until_stdin_closes: bool,
    log_level: str,
) -> None:
    """Serve both APIs until SIGTERM or Ctrl+C."""
    # Imported here, so that --help and --version do not wait for the server's parts.
    from mockserver.server import serving

    serving.exit_on_signals()
    if until_stdin_closes:
        serving.exit_with_stdin()
    logging.basicConfig(stream=sys.stderr, level=log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    token = _read_token(control_token, control_token_file)
    try:
        listener = serving.bind_socket(host, port)
    except OSError as error:
        _fail(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port, or 0 for a free one")
    url = serving.format_url(host, listener)
    with closing(listener):
        chosen = Profile(profile, language, _read_switches(deviations))
        with closing(_open_app(seed_name, chosen, database_path, token, webhook_hosts)) as app:
            serving.serve(app, listener, log_level=log_level, announce=lambda: click.echo(f"listening on {url}"))


def _open_app(
    seed_name: str, profile: Profile, database_path: str, control_token: str, webhook_hosts: tuple[str, ...]
) -> MockApp:
    from mockserver.crm.database import DatabaseError
    from mockserver.seeds.load import name_line_of_file, read_seed
    from mockserver.server.app import create_app

    try:
        return create_app(
            read_seed(seed_name),
            profile,
            database_path=database_path,
            control_token=control_token,
            seed_name=seed_name,
            webhook_hosts=frozenset(map(str.lower, webhook_hosts)),
        )
    except SeedError as error:
        _fail(str(name_line_of_file(error, seed_name)))
    except DatabaseError as error:
        _fail(str(error))


def _read_token(token: str, file: str) -> str:
    """Return the control token: as it was given, or what stands in its file but for white space round it."""
    if not file:
        return token
    if token:
        _fail("name the control token or the file that holds it, not both")
    try:
        found = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"--control-token-file: {file} cannot be read: {getattr(error, 'strerror', '') or error}")
    if not found:
        _fail(f"--control-token-file: {file} is empty")
    return found


def _read_switches(texts: tuple[str, ...]) -> dict[str, bool]:
    from mockserver.crm.profiles import DeviationError, parse_switches
    from mockserver.registry import list_deviations

    try:
        return parse_switches(texts, list_deviations()) if texts else {}
    except DeviationError as error:
        _fail(f"--deviation: {error}")


def _fail(message: str) -> NoReturn:
    click.echo(f"crm-mock: {' '.join(message.split())}", err=True)
    sys.exit(2)
