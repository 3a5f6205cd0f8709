"""Every tool with its arguments, defaults, descriptions and annotations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcp.types import Tool


def render_tools(by_toolset: Mapping[str, Sequence[Tool]]) -> str:
    """Return a heading for each toolset, and below it one for each of its tools."""
    return "\n".join(
        f"## Toolset `{name}`\n\n" + "\n".join(_render_tool(tool) for tool in tools)
        for name, tools in by_toolset.items()
    )


def _render_tool(tool: Tool) -> str:
    told = (tool.description or "").strip().replace("\n", " ")
    head = f"### `{tool.name}`\n\n**{tool.title}.** {told}\n\n{_describe_effect(tool)}\n"
    arguments = tool.input_schema.get("properties", {})
    if not arguments:
        return f"{head}\nIt takes no arguments.\n"
    required = tool.input_schema.get("required", [])
    rows = [_render_argument(name, schema, is_required=name in required) for name, schema in arguments.items()]
    return f"{head}\n| argument | type | default | meaning |\n|---|---|---|---|\n" + "".join(rows)


def _describe_effect(tool: Tool) -> str:
    marks = tool.annotations
    assert marks is not None
    said = [
        "reads" if marks.read_only_hint else "writes",
        "may change or remove what is there" if marks.destructive_hint else "",
        "the same call again changes nothing more" if marks.idempotent_hint and not marks.read_only_hint else "",
    ]
    return f"Annotations: {', '.join(filter(None, said))}."


def _render_argument(name: str, schema: Mapping[str, Any], *, is_required: bool) -> str:
    default = (
        "**required**" if is_required else f"`{schema['default']}`" if schema.get("default") not in (None, "") else ""
    )
    meaning = " ".join(str(schema.get("description", "")).split()).replace("|", "\\|")
    return f"| `{name}` | {_describe_type(schema)} | {default} | {meaning} |\n"


def _describe_type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        of = str(schema.get("items", {}).get("type", ""))
        return {"string": "list of text", "object": "list of objects"}.get(of, "list")
    return "text" if kind == "string" else kind
