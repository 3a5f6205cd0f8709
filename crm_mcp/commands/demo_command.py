"""`crm-mcp demo`: a short session on the bundled fake."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import click

from crm_mcp import languages
from crm_mcp.commands.ending import EXIT_PROBLEM
from crm_mcp.errors import CrmError


@click.command(epilog="Example: crm-mcp demo --language hu")
@click.option("--language", type=click.Choice(languages.LANGUAGES), help="Language of what people read.")
def demo(language: str | None) -> None:
    """Play a short real MCP session on the bundled fake, and print it."""
    from mcp import MCPError

    from crm_mcp.demo import play
    from crm_mcp.demo.stage import Stage, open_console

    if language:
        languages.use(language)
    failures: list[BaseException] = []
    try:
        asyncio.run(play(Stage(open_console())))
    except* (CrmError, MCPError, OSError) as group:
        failures = _leaves(group)
    except* SystemExit:  # whoever read what is printed has gone, as `head` does
        sys.exit(EXIT_PROBLEM)
    if failures:
        click.echo(f"crm-mcp demo: {failures[0]}", err=True)
        sys.exit(EXIT_PROBLEM)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """Return the errors in a group, which task groups nest as deep as they are nested themselves."""
    leaves: list[BaseException] = []
    for error in group.exceptions:
        nested = isinstance(error, BaseExceptionGroup)
        leaves += _leaves(cast("BaseExceptionGroup[BaseException]", error)) if nested else [error]
    return leaves
