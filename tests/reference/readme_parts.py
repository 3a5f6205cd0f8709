"""The generated parts of the README: the settings that everybody needs, and the names of all tools by group."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from mcp.types import Tool

FIRST = "For everybody"


def render_settings(page: str) -> str:
    """Return the settings that everybody needs, as the page about settings tells them, and the names of the others."""
    sections = dict(re.findall(r"^## (.*?)\n\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    table = "".join(re.findall(r"^\|.*\n", sections.pop(FIRST), re.MULTILINE))
    table = re.sub(r"\]\((?!\.\./)", "](docs/reference/", table).replace("](../", "](docs/")
    further = {title: ", ".join(_names_in(part)) for title, part in sections.items()}
    return table + "\n" + "".join(f"- {title}: {names}.\n" for title, names in further.items() if names)


def _names_in(part: str) -> list[str]:
    cells = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`[A-Z_]+`", cell)]


def render_tool_groups(of_crm: Mapping[str, Sequence[Tool]], of_toolset: Mapping[str, Sequence[Tool]]) -> str:
    """Return a table of tools, those that read and those that write.

    Args:
        of_crm: The default tools with one CRM connected, by its title.
        of_toolset: The tools of each further toolset, by its name.
    """
    every = {tool.name: tool for tools in of_crm.values() for tool in tools}
    names = Counter(tool.name for tools in of_crm.values() for tool in tools)
    rows = [_render_row("both CRMs", [tool for name, tool in every.items() if names[name] > 1])]
    for title, tools in of_crm.items():
        rows.append(_render_row(title, [tool for tool in tools if names[tool.name] == 1]))
    rows += [_render_row(f"toolset `{name}`", tools) for name, tools in of_toolset.items()]
    return "| | read | write |\n|---|---|---|\n" + "".join(rows)


def _render_row(head: str, tools: Sequence[Tool]) -> str:
    return f"| {head} | {_join(tools, reads=True)} | {_join(tools, reads=False)} |\n"


def _join(tools: Sequence[Tool], *, reads: bool) -> str:
    return ", ".join(f"`{tool.name}`" for tool in tools if _is_reading(tool) == reads)


def _is_reading(tool: Tool) -> bool:
    """Tell whether a tool is annotated as one that only reads."""
    return bool(tool.annotations and tool.annotations.read_only_hint)
