"""`crm-mcp install` and `crm-mcp uninstall`: this server in the configuration of the programs that talk to it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from crm_mcp.commands.ending import EXIT_PROBLEM, end_with_problem
from crm_mcp.errors import CrmError
from crm_mcp.hosts import CLIENTS, Change, Found, InstallOptions, Machine, survey, wanted_entry
from crm_mcp.hosts import install as install_into
from crm_mcp.hosts import uninstall as uninstall_from
from crm_mcp.hosts.advice import advise
from crm_mcp.hosts.installing import DEFAULT_NAME, Scope
from crm_mcp.hosts.known import host_of
from crm_mcp.hosts.login import find_login
from crm_mcp.hosts.preview import show_difference, show_entry
from crm_mcp.hosts.starting_line import Running, find_command
from crm_mcp.languages import Texts

_texts = Texts(__file__)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _check_name(_context: click.Context, _option: click.Parameter, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise click.BadParameter(_texts.text("letters of English, digits, - and _ are what all hosts take."))
    return name


_name_option = click.option(
    "--name", default=DEFAULT_NAME, show_default=True, callback=_check_name, help="What the host calls the server."
)
_scope_option = click.option(
    "--scope",
    type=click.Choice(["user", "project"]),
    default="user",
    show_default=True,
    help="For you everywhere, or for the project in this folder.",
)
_dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would be changed, and write nothing.")


@click.command(epilog="Example: crm-mcp install claude-desktop --dry-run")
@click.argument("client", type=click.Choice(CLIENTS), required=False)
@_dry_run_option
@_name_option
@_scope_option
@click.option("--read-only", is_flag=True, help="Offer no writing tools.")
@click.option("--toolsets", default="", help="Which tools: default, all, or names joined by commas.")
@click.option("--env-file", type=click.Path(path_type=Path), help="A .env file that the server is to read.")
@click.option("--settings", type=click.Path(path_type=Path), help="A settings file that the server is to read.")
@click.option("--with-secrets", is_flag=True, help="Write the login of this environment as plain text.")
@click.option("--replace", is_flag=True, help="Take the place of another server of that name.")
@click.option("--print", "is_printed", is_flag=True, help="Print what to put into the file, and write nothing.")
@click.pass_context
def install(
    context: click.Context,
    client: str | None,
    name: str,
    scope: Scope,
    *,
    dry_run: bool,
    read_only: bool,
    toolsets: str,
    env_file: Path | None,
    settings: Path | None,
    with_secrets: bool,
    replace: bool,
    is_printed: bool,
) -> None:
    """Install this server into a program that talks to it.

    Without a client: list which are found, and where it is installed.
    """
    machine = Machine.this()
    if client is None:
        _print_survey(survey(machine))
        return
    env_file = env_file or _env_file_of(context)
    try:
        login = find_login(
            machine.environ, machine.folder, env_file=env_file, settings=settings, with_secrets=with_secrets
        )
        command = find_command(Running.this())
        options = InstallOptions(command, login, name, read_only, toolsets, scope, replace)
        if is_printed:
            click.echo(show_entry(host_of(client), name, wanted_entry(host_of(client), options)), nl=False)
            return
        changes = install_into(client, options, machine, dry_run=dry_run)
    except CrmError as error:
        end_with_problem("install", error)
    _print_changes(changes, dry_run=dry_run)
    for text in advise(changes, options, machine):
        click.echo(text)


@click.command(epilog="Example: crm-mcp uninstall claude-desktop")
@click.argument("client", type=click.Choice(CLIENTS))
@_dry_run_option
@_name_option
@_scope_option
def uninstall(client: str, name: str, scope: Scope, *, dry_run: bool) -> None:
    """Take this server out of a program that talks to it."""
    try:
        changes = uninstall_from(client, name, Machine.this(), scope=scope, dry_run=dry_run)
    except CrmError as error:
        end_with_problem("uninstall", error)
    if not any(change.is_needed for change in changes):
        click.echo(_texts.text("No server called {name} is in {host}.", name=name, host=host_of(client).title))
        return
    _print_changes([change for change in changes if change.is_needed], dry_run=dry_run)


def _env_file_of(context: click.Context) -> Path | None:
    """Return the `--env-file` that stood before the command."""
    given = context.find_root().params.get("env_file")
    return Path(given) if given else None


def _print_changes(changes: Sequence[Change], *, dry_run: bool) -> None:
    for change in changes:
        path = change.place.path
        if not change.is_needed:
            click.echo(_texts.text("{path} is as it should be.", path=path))
            continue
        if dry_run:
            click.echo(show_difference(change))
            click.echo(_texts.text("Nothing was written; all else in {path} would stay as it is.", path=path))
        elif change.is_removed:
            click.echo(_texts.text("{path} is removed again: nothing else was in it.", path=path))
        elif change.backup:
            click.echo(_texts.text("{path} was written. As it was before: {backup}", path=path, backup=change.backup))
        else:
            click.echo(_texts.text("{path} was written.", path=path))


def _print_survey(found: Sequence[Found]) -> None:
    width = max(len(client) for client in CLIENTS)
    for one in found:
        there = _texts.text("found") if one.is_there else _texts.text("not found")
        click.echo(f"{one.host.client:{width}}  {_describe(one, there)}")
    click.echo(_texts.text("Install with: crm-mcp install CLIENT"))
    if any(one.problem or not all(there.works for there in one.installed) for one in found):
        sys.exit(EXIT_PROBLEM)


def _describe(found: Found, there: str) -> str:
    parts = [there]
    for one in found.installed:
        if one.works:
            parts.append(_texts.text("installed as {name} in {path}", name=one.name, path=one.path))
        else:
            parts.append(
                _texts.text(
                    "installed as {name} in {path}, but {command} is not there: install it again",
                    name=one.name,
                    path=one.path,
                    command=one.command,
                )
            )
    if found.problem:
        parts.append(found.problem.told)
    return "; ".join(parts)
