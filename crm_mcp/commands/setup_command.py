"""`crm-mcp setup`."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

from crm_mcp import languages
from crm_mcp.commands.ending import EXIT_PROBLEM, EXIT_SETTINGS, EXIT_STOPPED
from crm_mcp.errors import CrmError, SettingsError
from crm_mcp.languages import Texts

if TYPE_CHECKING:
    from crm_mcp.asking.asks import Asks
    from crm_mcp.setup.connections import Connections
    from crm_mcp.setup.dialogue import Dialogue

_texts = Texts(__file__)
_STOPPED_BY_USER = (KeyboardInterrupt, EOFError, asyncio.CancelledError)


@click.command(epilog="Example: crm-mcp setup --dry-run")
@click.option("--language", type=click.Choice(languages.LANGUAGES), default=None, help="The language of the questions.")
@click.option("--dry-run", is_flag=True, help="Ask and test, show what would be written, and write nothing.")
@click.option(
    "--answers",
    type=click.File(encoding="utf-8-sig"),
    default=None,
    help="Take the answers from this JSON file instead of asking; - is standard input.",
)
def setup(language: str | None, answers: TextIO | None, *, dry_run: bool) -> None:
    """Connect an account by questions and answers, and AI assistants to it."""
    languages.use(language or languages.current())
    try:
        asks = _find_who_answers(answers)
        dialogue = _prepare(asks, dry_run=dry_run)
    except SettingsError as error:
        _end(error, EXIT_SETTINGS)
    except CrmError as error:
        _end(error, EXIT_PROBLEM)
    try:
        with _quiet(asks):
            asyncio.run(dialogue.run(language or ""))
    except SettingsError as error:
        _end(error, EXIT_SETTINGS)
    except CrmError as error:
        _end(error, EXIT_PROBLEM)
    except _STOPPED_BY_USER:
        click.echo(f"\n{dialogue.tell_stopped()}", err=True)
        sys.exit(EXIT_STOPPED)
    _name_unused(asks)


def _find_who_answers(answers: TextIO | None) -> Asks:
    """Return the terminal, or the answers that were given.

    Raises:
        SettingsError: There is neither.
    """
    if answers is not None:
        from crm_mcp.setup.answering.answers import Answers, read_answers

        return Answers(read_answers(answers.read()), click.echo)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SettingsError(
            _texts.text("crm-mcp setup asks questions, and here is no terminal to ask them in."),
            hint=_texts.text("Run it in a terminal, or give it the answers: crm-mcp setup --answers FILE"),
        )
    from crm_mcp.setup.answering.terminal import Terminal

    return Terminal()


def _quiet(asks: Asks) -> AbstractContextManager[None]:
    """Let a terminal show nothing that is typed before it is asked for: it may be a password."""
    from crm_mcp.setup.answering.terminal import Terminal, without_echo

    return without_echo() if isinstance(asks, Terminal) else nullcontext()


def _prepare(asks: Asks, *, dry_run: bool) -> Dialogue:
    from crm_mcp.hosts import Machine
    from crm_mcp.hosts.starting_line import Running
    from crm_mcp.setting_names import given_variables
    from crm_mcp.settings_file.place import NO_FILE, VARIABLE
    from crm_mcp.setup.dialogue import Dialogue, World, known_crms
    from crm_mcp.setup.keychain import OsKeychain
    from crm_mcp.setup.machine_hosts import MachineHosts
    from crm_mcp.setup.plan import Plan

    plan = Plan(_settings_path())
    connections = _connections(asks, is_new=plan.is_new)
    os.environ[VARIABLE] = NO_FILE  # what is asked is tried as it was answered, whatever the file says
    world = World(
        known_crms(),
        OsKeychain(),
        connections,
        MachineHosts(Machine.this(), Running.this()),
        variables=lambda: given_variables(""),
        dry_run=dry_run,
    )
    return Dialogue(asks, plan, world)


def _connections(asks: Asks, *, is_new: bool) -> Connections:
    """Return connections as the server's settings say; where these are wrong, which setup may mend, say so.

    A settings file that is to be made is not there yet.
    """
    from crm_mcp.settings import ServerSettings, load
    from crm_mcp.settings_file.place import NO_FILE, VARIABLE
    from crm_mcp.setup.connections import Connections

    if is_new:
        os.environ[VARIABLE] = NO_FILE
    try:
        settings = load(ServerSettings)
    except SettingsError as error:
        asks.say(error.told, "note")
        return Connections()
    return Connections(settings.ca_file, settings.timeout_s)


def _settings_path() -> Path:
    """Return the settings file, which need not be there.

    Raises:
        SettingsError: There can be none.
    """
    from crm_mcp.setting_names import SERVER_PREFIX, given_variables
    from crm_mcp.settings_file.place import NO_FILE, VARIABLE, usual_path

    named = given_variables(SERVER_PREFIX).get(VARIABLE, "").strip()
    path = Path(named).expanduser() if named and named.casefold() != NO_FILE else usual_path()
    if path is None:
        raise SettingsError(
            _texts.later("There is no home folder for the settings file."),
            hint=_texts.later("Name a file in {variable}.", variable=VARIABLE),
        )
    return path


def _name_unused(asks: Asks) -> None:
    from crm_mcp.setup.answering.answers import Answers

    if isinstance(asks, Answers) and asks.unused:
        told = _texts.text("Not asked for, and so not used: {names}", names=", ".join(asks.unused))
        click.echo(told, err=True)


def _end(error: CrmError, code: int) -> NoReturn:
    click.echo(f"crm-mcp setup: {error.told}", err=True)
    sys.exit(code)
