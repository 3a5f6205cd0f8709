"""`crm-mcp call`: one tool called as an assistant's host would, to try a tool without a host."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any, cast

import click

from crm_mcp.commands.asking import confirm
from crm_mcp.commands.connecting import connect, find_server_builder
from crm_mcp.commands.ending import EXIT_PROBLEM, end_by_settings, end_with_problem
from crm_mcp.crm.name_matching import did_you_mean
from crm_mcp.errors import CrmError, InputError, SettingsError
from crm_mcp.languages import Texts
from crm_mcp.rendering.hidden_characters import remove_hidden

if TYPE_CHECKING:
    from mcp.client import ClientRequestContext
    from mcp.types import ElicitRequestParams, ElicitResult

_texts = Texts(__file__)
_EXAMPLE = """'{"query": "Anna"}'"""


@click.command(epilog="""Example: crm-mcp call search_contacts '{"query": "Anna"}'""")
@click.argument("tool")
@click.argument("arguments", default="{}", metavar="[JSON]")
@click.option("--toolsets", default="", help="Which tools: default, all, or names joined by commas.")
def call(*, tool: str, arguments: str, toolsets: str) -> None:
    """Call one tool as an assistant would, and print its result.

    The arguments are a JSON object; - reads it from stdin. What needs a confirmation is asked on the terminal, and
    refused where there is none. It ends with 1 where the tool says that it failed.
    """
    try:
        given = _read_arguments(sys.stdin.read() if arguments == "-" else arguments)
        is_error, text = asyncio.run(_call(tool, given, toolsets))
    except SettingsError as error:
        end_by_settings(error)
    except CrmError as error:
        end_with_problem("call", error)
    click.echo(text, err=is_error)
    if is_error:
        sys.exit(EXIT_PROBLEM)


def _read_arguments(text: str) -> dict[str, Any]:
    """Return the arguments.

    Raises:
        InputError: The text is no JSON object.
    """
    try:
        given = json.loads(text)
    except ValueError as error:
        raise InputError(_texts.later("The arguments are no JSON: {error}.", error=error), hint=_how()) from error
    if not isinstance(given, dict):
        raise InputError(_texts.later("The arguments are no JSON object."), hint=_how())
    return cast("dict[str, Any]", given)


def _how() -> str:
    return _texts.later("Write them as {example}.", example=_EXAMPLE)


async def _call(tool: str, arguments: dict[str, Any], toolsets: str) -> tuple[bool, str]:
    """Return whether the tool failed, and its result as text."""
    from mcp import Client
    from mcp.types import CallToolResult, TextContent

    from crm_mcp.registry import choose_toolsets

    settings, pool, store, connectors = connect()
    server = find_server_builder(connectors)(
        connectors,
        pool,
        store=store,
        toolsets=choose_toolsets(toolsets or settings.toolsets),
        read_only=settings.read_only,
        export_dir=settings.export_dir,
    )
    names = [one.name for one in await server.list_tools()]
    if tool not in names:
        raise InputError(
            _texts.later("There is no tool {name}{near}.", name=repr(tool[:60]), near=did_you_mean(tool, names)),
            hint=_texts.later("The tools are {names}.", names=", ".join(names)),
        )
    ask = _ask_on_terminal if sys.stdin.isatty() else None
    async with Client(server, elicitation_callback=ask) as client:
        result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    if result.is_error or result.structured_content is None:
        return result.is_error, "\n".join(one.text for one in result.content if isinstance(one, TextContent))
    return False, json.dumps(result.structured_content, ensure_ascii=False, indent=2)


async def _ask_on_terminal(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    from mcp.types import ElicitResult

    del context
    says_yes = await asyncio.to_thread(confirm, remove_hidden(params.message))
    return ElicitResult(action="accept", content={"confirm": True}) if says_yes else ElicitResult(action="decline")
