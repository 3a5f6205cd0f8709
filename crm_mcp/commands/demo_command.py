"""`crm-mcp demo`: a short session on the bundled fake."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import cast

import click

from crm_mcp.commands.connecting import EXIT_PROBLEM
from crm_mcp.errors import CrmError

LANGUAGES = ("en", "hu")


@click.command()
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of what people read.")
def demo(language: str | None) -> None:
    """Play a short real MCP session on the bundled fake, and print it."""
    from mcp import MCPError

    from crm_mcp.demo import play
    from crm_mcp.demo.stage import Stage, open_console

    failures: list[BaseException] = []
    try:
        asyncio.run(play(Stage(open_console()), language or _find_language()))
    except* (CrmError, MCPError) as group:
        failures = _leaves(group)
    if failures:
        click.echo(f"crm-mcp demo: {failures[0]}", err=True)
        sys.exit(EXIT_PROBLEM)


def _find_language() -> str:
    """Return the language that the environment names, if it is one of ours."""
    from crm_mcp.registry import CONNECTORS

    names = ("CRM_MCP_LANGUAGE", *(f"{known.name.upper()}_LANGUAGE" for known in CONNECTORS))
    named = next((value for name in names if (value := os.environ.get(name, "").strip())), "")
    return named if named in LANGUAGES else LANGUAGES[0]


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """Return the errors in a group, which task groups nest as deep as they are nested themselves."""
    leaves: list[BaseException] = []
    for error in group.exceptions:
        nested = isinstance(error, BaseExceptionGroup)
        leaves += _leaves(cast("BaseExceptionGroup[BaseException]", error)) if nested else [error]
    return leaves
