"""The pipeline as a board and a chart inside hosts that draw MCP Apps; `pipeline.html` is the whole app.

It draws what `summarize_projects` answers and asks the host to call `search_projects` for the cards.

Source: the MCP Apps extension `io.modelcontextprotocol/ui`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from mcp.server.apps import Apps

from crm_mcp.mcp.tool import CrmTool

DRAWN_TOOL = "summarize_projects"
APP_URI = "ui://crm/pipeline.html"


def pipeline_apps(tools: Sequence[CrmTool]) -> list[Apps]:
    """Bind the app to the tool whose answers it draws; none where that tool is not served."""
    drawn = [tool for tool in tools if tool.name == DRAWN_TOOL]
    if not drawn:
        return []
    for tool in drawn:
        tool.meta = {"ui": {"resourceUri": APP_URI}}
    apps = Apps()
    html = resources.files("crm_mcp.mcp.pipeline_app").joinpath("pipeline.html").read_text(encoding="utf-8")
    apps.add_html_resource(APP_URI, html, name="pipeline", title="Pipeline", prefers_border=True)
    return [apps]
