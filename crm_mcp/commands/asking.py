"""A yes or no from the person at the terminal, in their language."""

from __future__ import annotations

import click

from crm_mcp.languages import Texts, current

_texts = Texts(__file__)
_YES = ("i", "igen", "y", "yes")
_NO = ("", "n", "nem", "no")


def confirm(question: str) -> bool:
    """Return whether the person says yes; an empty reply is a no, and so is the end of what is read.

    Raises:
        Abort: They stopped it.
    """
    try:
        return _ask(question)
    except click.Abort as stopped:
        if not isinstance(stopped.__context__, EOFError):
            raise
        click.echo(err=True)
        return False


def _ask(question: str) -> bool:
    if current() == "en":
        return click.confirm(question, err=True)
    while True:
        reply: str = click.prompt(f"{question} [i/N]", default="", show_default=False, prompt_suffix=": ", err=True)
        if (said := reply.strip().casefold()) in (*_YES, *_NO):
            return said in _YES
        click.echo(_texts.text("Write yes or no."), err=True)
