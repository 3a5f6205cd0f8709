"""MCP Apps: pages inside hosts that draw the results of a tool.

Source: the MCP Apps extension `io.modelcontextprotocol/ui`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcp.server.apps import Apps

from crm_mcp.mcp.tool import CrmTool


@dataclass(frozen=True, slots=True)
class ToolApp:
    """One page, and the tool whose results it draws."""

    tool: str
    name: str
    title: str
    html: str

    @property
    def uri(self) -> str:
        """Where hosts read the page."""
        return f"ui://crm/{self.name}.html"


def bind_apps(apps: Sequence[ToolApp], tools: Sequence[CrmTool]) -> list[Apps]:
    """Bind each app to its tool, and return the extension that serves them; none where no such tool is served."""
    by_name = {tool.name: tool for tool in tools}
    served = [app for app in apps if app.tool in by_name]
    if not served:
        return []
    extension = Apps()
    for app in served:
        by_name[app.tool].meta = {"ui": {"resourceUri": app.uri}}
        extension.add_html_resource(app.uri, app.html, name=app.name, title=app.title, prefers_border=True)
    return [extension]
