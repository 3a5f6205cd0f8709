"""Help of the commands in the language of the person, and what click says by itself."""

from __future__ import annotations

import copy
import inspect
import os
from typing import TypeVar

import click

from crm_mcp.languages import Texts, current
from crm_mcp.languages.texts import find_locale

_texts = Texts(__file__)
_Command = TypeVar("_Command", bound=click.Command)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help text, each on one line."""
    return [" ".join(one.split()) for one in inspect.cleandoc(text).split("\n\n")]


def in_language(command: _Command) -> _Command:
    """Return a command whose help is in the language of the person; the command itself for English."""
    if current() == "en":
        return command
    said = copy.copy(command)
    vars(said)["_help_option"] = None  # click keeps it in the language in which it was first asked for
    said.help = _translated(command.help)
    said.short_help = _translated(command.short_help)
    said.epilog = _translated(command.epilog)
    said.params = [_parameter_in_language(one) for one in command.params]
    said.options_metavar = _translated(command.options_metavar)
    if isinstance(said, click.Group):
        said.subcommand_metavar = _texts.text(said.subcommand_metavar)
        said.commands = {name: in_language(below) for name, below in said.commands.items()}
    return said


def _parameter_in_language(parameter: click.Parameter) -> click.Parameter:
    said = copy.copy(parameter)
    said.type = copy.copy(parameter.type)
    said.type.name = _texts.text(said.type.name)
    if isinstance(said, click.Option) and said.help:
        said.help = _translated(said.help)
    return said


def _translated(text: str | None) -> str | None:
    return text and "\n\n".join(map(_texts.text, paragraphs(text)))


def speak_as_click_does() -> None:
    """Let click say its own words in the language of the person: it takes them from gettext's default catalogue."""
    import gettext

    if current() == "en":
        gettext.textdomain("messages")  # gettext's own name of it, which holds nothing here
        return
    locale = find_locale(__file__)
    gettext.bindtextdomain(locale.parent.name, locale)
    gettext.textdomain(locale.parent.name)
    os.environ["LANGUAGE"] = current()  # the only way to tell gettext
