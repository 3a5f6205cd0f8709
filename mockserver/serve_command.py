"""The commands that serve the fake: `crm-mock serve`, and `crm-mock proxy`, which also stands in for the real hosts."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

import click

from mockserver.crm.api import SeedError
from mockserver.crm.profiles import Language, Profile, ProfileName
from mockserver.ending import fail
from mockserver.live.options import tell_busy
from mockserver.registry import CRMS
from mockserver.texts import person_texts

if TYPE_CHECKING:
    from mockserver.server.app import MockApp
    from mockserver.server.entrance import Entrance

LOG_LEVELS = ("debug", "info", "warning", "error")


class ServingOptions(TypedDict):
    """The options that both commands take."""

    host: str
    port: int
    seed_name: str
    database_path: str
    profile: ProfileName
    deviations: tuple[str, ...]
    language: Language
    control_token: str
    control_token_file: str
    webhook_hosts: tuple[str, ...]
    until_stdin_closes: bool
    ca_folder: str
    log_level: str


_OPTIONS = (
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at."),
    click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one."),
    click.option(
        "--seed",
        "seed_name",
        default="demo",
        show_default=True,
        metavar="demo|documented|empty|FILE",
        help="Data to start with; a FILE is JSON or YAML.",
    ),
    click.option(
        "--db",
        "database_path",
        default="",
        metavar="FILE",
        help="Keep the state in this file over restarts; what it holds wins over the seed.",
    ),
    click.option(
        "--profile",
        type=click.Choice(["documented", "observed"]),
        default="documented",
        show_default=True,
        help="Behave as the documents say, or as live servers were seen to.",
    ),
    click.option(
        "--deviation",
        "deviations",
        multiple=True,
        metavar="NAME[=on|off]",
        help="Turn one point of the profile on or off, any number of times; a wrong NAME lists them.",
    ),
    click.option(
        "--language", type=click.Choice(["en", "hu"]), default="en", show_default=True, help="Language of the account."
    ),
    click.option(
        "--control-token",
        default="",
        envvar="CRM_MOCK_CONTROL_TOKEN",
        metavar="TOKEN",
        help=(
            "Demand this bearer token at /_control/, and then from any machine. Everybody on this machine can read a"
            " command line: the variable CRM_MOCK_CONTROL_TOKEN, or a file, keeps it to yourself."
        ),
    ),
    click.option(
        "--control-token-file",
        default="",
        envvar="CRM_MOCK_CONTROL_TOKEN_FILE",
        metavar="FILE",
        help="Read the control token from this file (also CRM_MOCK_CONTROL_TOKEN_FILE).",
    ),
    click.option(
        "--webhook-host",
        "webhook_hosts",
        multiple=True,
        metavar="HOST",
        help="Let webhooks go to this host too, any number of times; without it they go to this machine only.",
    ),
    click.option(
        "--ca-dir",
        "ca_folder",
        default="",
        metavar="FOLDER",
        help=(
            "Keep the certificate authority of https in this folder, so that what trusts it does so after the next"
            " start too; without it, each start makes a new one. Its key can sign for any host: keep it to yourself."
        ),
    ),
    click.option(
        "--until-stdin-closes",
        is_flag=True,
        help="End with the program that started this one, however that ends: it holds the other end of standard input.",
    ),
    click.option(
        "--log-level", type=click.Choice(LOG_LEVELS), default="warning", show_default=True, help="Logs go to stderr."
    ),
)


def _take_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _take_hosts(command: Callable[..., None]) -> Callable[..., None]:
    for entry in reversed(CRMS):
        text = f"A further host of {entry.title}, beside {' and '.join(entry.real_hosts)}; any number of times."
        command = click.option(f"--{entry.name}-host", multiple=True, metavar="HOST", help=text)(command)
    return command


@click.command()
@_take_options
@click.option("--tls", "is_tls", is_flag=True, help="Speak https, with a certificate of the fake's own CA.")
def serve(*, is_tls: bool, **options: Unpack[ServingOptions]) -> None:
    """Serve both APIs until SIGTERM or Ctrl+C.

    \b
    crm-mock serve --seed mine.yaml --db state.sqlite
    crm-mock serve --port 0 --profile observed --language hu
    """  # noqa: D301 - \b is click's word for "leave the lines as they are"
    if options["ca_folder"] and not is_tls:
        fail(person_texts().text("--ca-dir says where the CA of --tls is kept: name --tls too"))
    _serve(options, is_tls=is_tls)


@click.command()
@_take_options
@_take_hosts
@click.option("--quiet", is_flag=True, help="Do not say on stderr which variables to set.")
def proxy(*, quiet: bool, **options: object) -> None:
    """Stand in as an HTTPS proxy for the CRMs' real hosts, until SIGTERM or Ctrl+C.

    A program that has a CRM's address in its code runs unchanged: variables tell it of the proxy and its CA. Every
    other host is refused, and nothing is ever sent on. The port serves all that `crm-mock serve` does, too.

    \b
    crm-mock proxy --port 8443 --ca-dir ca
    """  # noqa: D301 - \b is click's word for "leave the lines as they are"
    named = [host for entry in CRMS for host in cast("tuple[str, ...]", options.pop(f"{entry.name}_host"))]
    hosts = [host for entry in CRMS for host in entry.real_hosts]
    _serve(cast("ServingOptions", options), proxied_hosts=[*hosts, *named], is_quiet=quiet)


def _serve(
    options: ServingOptions, *, is_tls: bool = False, proxied_hosts: Sequence[str] = (), is_quiet: bool = False
) -> None:
    # Imported here, so that --help and --version do not wait for the server's parts.
    from mockserver.server import entrance, serving

    serving.exit_on_signals()
    if options["until_stdin_closes"]:
        serving.exit_with_stdin()
    host, port, log_level = options["host"], options["port"], options["log_level"]
    logging.basicConfig(stream=sys.stderr, level=log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    token = _read_token(options["control_token"], options["control_token_file"])
    with ExitStack() as stack:
        try:
            listener = stack.enter_context(closing(serving.bind_socket(host, port)))
        except OSError as error:
            fail(tell_busy(f"{host}:{port}", error))
        url = serving.format_url(host, listener, scheme="https" if is_tls else "http")
        ways = entrance.open_entrance(url, is_tls=is_tls, proxied_hosts=proxied_hosts, ca_folder=options["ca_folder"])
        stack.enter_context(closing(ways))
        said = _describe(ways, url) if options["ca_folder"] or not is_quiet else ""
        app = stack.enter_context(closing(_open_app(options, token, ways)))
        serving.serve(app, listener, log_level=log_level, announce=lambda: _announce(url, "" if is_quiet else said))


def _describe(ways: Entrance, url: str) -> str:
    from mockserver.http.certificates import CertificateError

    try:
        return ways.describe(url)
    except CertificateError as error:
        fail(f"--ca-dir: {error}")


def _announce(url: str, said: str) -> None:
    click.echo(f"listening on {url}")
    if said:
        click.echo(said, err=True)


def _open_app(options: ServingOptions, control_token: str, ways: Entrance) -> MockApp:
    from mockserver.crm.database import DatabaseError
    from mockserver.seeds.load import name_line_of_file, read_seed
    from mockserver.server.app import create_app

    seed_name = options["seed_name"]
    profile = Profile(options["profile"], options["language"], _read_switches(options["deviations"]))
    try:
        return create_app(
            read_seed(seed_name),
            profile,
            database_path=options["database_path"],
            control_token=control_token,
            seed_name=seed_name,
            webhook_hosts=frozenset(map(str.lower, options["webhook_hosts"])),
            entrance=ways,
        )
    except SeedError as error:
        fail(str(name_line_of_file(error, seed_name)))
    except DatabaseError as error:
        fail(str(error))


def _read_token(token: str, file: str) -> str:
    """Return the control token: as it was given, or what stands in its file but for white space round it."""
    if not file:
        return token
    if token:
        fail(person_texts().text("name the control token or the file that holds it, not both"))
    try:
        found = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", "") or error
        fail(person_texts().text("--control-token-file: {file} cannot be read: {why}", file=file, why=why))
    if not found:
        fail(person_texts().text("--control-token-file: {file} is empty", file=file))
    return found


def _read_switches(texts: tuple[str, ...]) -> dict[str, bool]:
    from mockserver.crm.profiles import DeviationError, parse_switches
    from mockserver.registry import list_deviations

    try:
        return parse_switches(texts, list_deviations()) if texts else {}
    except DeviationError as error:
        fail(f"--deviation: {error}")
