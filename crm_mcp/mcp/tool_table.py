"""Tools as a table for people: the same in `crm-mcp tools` and, as Markdown, in the README."""

from __future__ import annotations

from collections.abc import Sequence

from mcp.types import Tool


def render_table(tools: Sequence[Tool]) -> str:
    """Return aligned text: name, r or w, title."""
    width = max((len(tool.name) for tool in tools), default=0)
    return "\n".join(f"{tool.name:<{width}}  {_effect(tool)}  {tool.title}" for tool in tools)


def render_markdown(tools: Sequence[Tool]) -> str:
    """Return a Markdown table: name, reads or writes, arguments (required ones in bold), title."""
    rows = ["| tool | | arguments | does |", "|---|---|---|---|"]
    rows += [f"| `{tool.name}` | {_effect(tool)} | {_arguments(tool)} | {tool.title} |" for tool in tools]
    return "\n".join(rows) + "\n"


def _effect(tool: Tool) -> str:
    return "r" if tool.annotations and tool.annotations.read_only_hint else "w"


def _arguments(tool: Tool) -> str:
    required = tool.input_schema.get("required", [])
    names = tool.input_schema.get("properties", {})
    return ", ".join(f"**{name}**" if name in required else name for name in names)
