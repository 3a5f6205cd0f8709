"""Tools as a table for people, in `crm-mcp tools`."""

from __future__ import annotations

from collections.abc import Sequence

from mcp.types import Tool


def render_table(tools: Sequence[Tool]) -> str:
    """Return aligned text: name, r or w, title."""
    width = max((len(tool.name) for tool in tools), default=0)
    return "\n".join(f"{tool.name:<{width}}  {_effect(tool)}  {tool.title}" for tool in tools)


def _effect(tool: Tool) -> str:
    return "r" if tool.annotations and tool.annotations.read_only_hint else "w"
