"""`crm-mcp tools`: which tools the present configuration offers."""

from __future__ import annotations

import asyncio
import json

import click

from crm_mcp.commands.connecting import connect, find_server_builder
from crm_mcp.commands.ending import end_by_settings
from crm_mcp.errors import SettingsError


@click.command(epilog="Example: crm-mcp tools --toolsets all")
@click.option("--json", "as_json", is_flag=True, help="Print the result of tools/list.")
@click.option("--toolsets", default="", help="Which tools: default, all, or names joined by commas.")
def tools(*, as_json: bool, toolsets: str) -> None:
    """List the tools of the present configuration."""
    try:
        settings, pool, store, connectors = connect()
        from crm_mcp.registry import choose_toolsets

        chosen = choose_toolsets(toolsets or settings.toolsets)
    except SettingsError as error:
        end_by_settings(error)
    from crm_mcp.mcp.tool_table import render_table

    build = find_server_builder(connectors)
    server = build(connectors, pool, store=store, toolsets=chosen, read_only=settings.read_only)
    listed = asyncio.run(server.list_tools())
    if as_json:
        plain = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed]
        click.echo(json.dumps({"tools": plain}, ensure_ascii=False, separators=(",", ":")))
    else:
        click.echo(render_table(listed))
