"""Help of the commands in the language of the person, and what click says by itself.

The language is that of `CRM_MCP_LANGUAGE`: one variable for both programs, which share no code.
"""

from __future__ import annotations

import copy
import gettext
import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import click

from mockserver.texts import person_texts

_Command = TypeVar("_Command", bound=click.Command)
_AS_IT_STANDS = "\b"
"""What begins a paragraph whose lines click leaves as they are: commands to copy, which are the same everywhere."""


def paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text that are prose, each on one line."""
    return (_line(one) for one in _split(text) if not one.startswith(_AS_IT_STANDS))


def in_language(command: _Command) -> _Command:
    """Return a command whose help is in the language of the person; the command itself for English."""
    if person_texts().language == "en":
        return command
    said = copy.copy(command)
    vars(said)["_help_option"] = None  # click keeps it in the language in which it was first asked for
    said.help, said.short_help = _translated(command.help), _translated(command.short_help)
    said.params = [_parameter_in_language(one) for one in command.params]
    said.options_metavar = _translated(command.options_metavar)
    if isinstance(said, click.Group):
        said.subcommand_metavar = person_texts().text(said.subcommand_metavar)
        said.commands = {name: in_language(below) for name, below in said.commands.items()}
    return said


def speak_as_click_does() -> None:
    """Let click say its own words in the language of the person: it takes them from gettext's default catalogue."""
    language = person_texts().language
    if language == "en":
        gettext.textdomain("messages")  # gettext's own name of it, which holds nothing here
        return
    gettext.bindtextdomain("mockserver", str(Path(__file__).parents[1] / "locale"))
    gettext.textdomain("mockserver")
    os.environ["LANGUAGE"] = language  # the only way to tell gettext


def _parameter_in_language(parameter: click.Parameter) -> click.Parameter:
    said = copy.copy(parameter)
    said.type = copy.copy(parameter.type)
    said.type.name = person_texts().text(said.type.name)
    if isinstance(said, click.Option) and said.help:
        said.help = _translated(said.help)
    return said


def _translated(text: str | None) -> str | None:
    return text and "\n\n".join(
        one if one.startswith(_AS_IT_STANDS) else person_texts().text(_line(one)) for one in _split(text)
    )


def _split(text: str) -> list[str]:
    return inspect.cleandoc(text).split("\n\n")


def _line(paragraph: str) -> str:
    return " ".join(paragraph.split())
