"""`crm-mcp demo`: the bundled fake, the server on it, and one short real MCP session over stdio, printed.

The fake is started as a process of its own: this package and it share nothing but HTTP.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Generator
from typing import Any

import click
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

from crm_mcp.errors import CrmError
from crm_mcp.registry import CONNECTORS

WIDTH = 100
_OWN_VARIABLES = ("CRM_MCP_", "CRM_MOCK_", *(f"{known.name.upper()}_" for known in CONNECTORS))


class DemoError(CrmError):
    """The demo could not run to its end."""


@contextlib.contextmanager
def running_fake() -> Generator[str]:
    """Start the bundled fake with its demo data on a free port; give its address, stop it at the end.

    Raises:
        DemoError: It did not start.
    """
    # -P: a folder of the caller's that is called mockserver must not stand in for the package.
    command = [sys.executable, "-P", "-m", "mockserver", "serve", "--port", "0", "--seed", "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_neutral_environment()) as process:  # noqa: S603  # our own package
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if "listening on " not in line:
                raise DemoError("The bundled fake did not start.", hint="Run crm-mock serve to see why.")
            yield line.rsplit(" ", 1)[1].strip()
        finally:
            process.terminate()


class Narrator:
    """Makes tool calls in one MCP session and prints each: why, the call, and its result."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._step = 0

    async def call(self, why: str, tool: str, **arguments: object) -> Any:  # noqa: ANN401  # JSON
        """Call a tool, print the exchange, and return the structured result.

        Raises:
            DemoError: The result is an error.
        """
        self._step += 1
        click.echo("\n" + click.style(f"{self._step}. {why}", bold=True))
        shown = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())
        click.echo(click.style(_indented(f"{tool}({shown})", "   > "), fg="cyan"))
        started = time.perf_counter()
        result = await self._client.call_tool(tool, dict(arguments))
        elapsed_ms = (time.perf_counter() - started) * 1000
        assert isinstance(result, CallToolResult)
        text = "".join(block.text for block in result.content if isinstance(block, TextContent))
        if result.is_error:
            raise DemoError(f"{tool} failed: {text}")
        for line in _readable(result.structured_content):
            click.echo(_indented(line, "     "))
        click.echo(click.style(f"     ({len(text.encode())} bytes to the model, {elapsed_ms:.0f} ms)", dim=True))
        return result.structured_content


def _indented(text: str, indent: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent))


def _readable(result: Any) -> list[str]:  # noqa: ANN401  # JSON
    """Return an object as one line of its values, and a list as a line for each item."""
    if "items" not in result:
        return [_one_line(result)]
    total = [f"{result['total']} in all"] if "total" in result else []
    return [_one_line(item) for item in result["items"]] + total or ["(nothing)"]


def _one_line(item: dict[str, Any]) -> str:
    flat = {**item, **item.get("fields", {})} if isinstance(item.get("fields"), dict) else item
    parts = [
        f"{name}: {value}" for name, value in flat.items() if name != "fields" and value not in ("", None, [], False)
    ]
    return textwrap.shorten("- " + " | ".join(parts), 3 * WIDTH, placeholder=" ...")


async def play() -> None:
    """Start the fake and the server, play the session, print it.

    Raises:
        DemoError: A step failed.
    """
    click.echo(click.style("crm-mcp demo: an assistant's session, played for real", bold=True))
    click.echo("assistant (MCP client) -> crm-mcp (this server, stdio) -> HTTP -> crm-mock (a fake of both CRMs)")
    with running_fake() as url, tempfile.TemporaryDirectory() as folder:
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "crm_mcp"], env=_environment(url), cwd=folder
        )
        async with Client(server) as client:
            tools = (await client.list_tools()).tools
            click.echo(f"fake at {url}; MCP {client.protocol_version}; {len(tools)} tools:")
            click.echo(_indented(", ".join(tool.name for tool in tools), "   "))
            await _session(Narrator(client))
    click.echo("\n" + click.style("Done.", fg="green") + " Next: connect your assistant, see README.md.")


def _environment(url: str) -> dict[str, str]:
    """Return the environment of the demo's server: the demo accounts, nothing that is set for others, no store."""
    accounts = [known.demo_environment(url) for known in CONNECTORS]
    settings = {name: value for account in accounts for name, value in account.items()}
    return _neutral_environment() | settings | {"CRM_MCP_STORE": "memory", "CRM_MCP_SETTINGS": "off"}


def _neutral_environment() -> dict[str, str]:
    """Return the caller's environment without accounts, switches and proxies, in whatever case they are written."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(_OWN_VARIABLES) and not name.upper().endswith("_PROXY")
    }


async def _session(assistant: Narrator) -> None:
    """Look up a contact and its open tasks in MiniCRM, then filter, write a note and read it back in Ivinex."""
    people = await assistant.call("Who is Katalin?", "search_contacts", query="Katalin", type="Person")
    projects = await assistant.call(
        "What is going on with her?",
        "search_projects",
        module="Sales",
        contact_id=_first(people)["id"],
        status_group="Open",
    )
    for project in projects["items"]:
        why = f"What is still to do on {project['name']!r}?"
        await assistant.call(why, "get_project_tasks", project_id=project["id"], status="open")
    contacts = await assistant.call(
        "And in Ivinex: contacts at a roastery whose last name starts with Kov?",
        "search_records",
        module="contact",
        filters=[
            {"field": "last_name", "operand": "StartsWith", "value": "Kov"},
            {"field": "email", "operand": "Contains", "value": "roastery"},
        ],
        fields=["full_name", "email", "phone"],
    )
    note = await assistant.call(
        "Write down that she was called.",
        "create_note",
        contact_id=_first(contacts)["id"],
        text="Called \u00c1gnes: she takes both grinders & wants them by 30/11 \u2013 100% sure.",
    )
    await assistant.call("Is it really there?", "get_record", module="note", record_id=note["id"])


def _first(page: dict[str, Any]) -> dict[str, Any]:
    """Return the first item.

    Raises:
        DemoError: There is none.
    """
    if not page["items"]:
        raise DemoError("The demo data lack what the demo looks for.", hint="Run crm-mock serve and look around.")
    return page["items"][0]
