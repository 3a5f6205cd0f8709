"""A plan as a table in hosts that show MCP Apps: each record before and after, with a tick.

It reads the plan by the tool that made it, with the unlisted argument `table`, and has it written by the same tool,
with `plan_id` and the unlisted argument `without`. So whatever holds of a plan's call holds of the page's: the page can
leave records out and do nothing else, and where the user is to be asked, the server asks, through the client, as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from crm_mcp.languages.texts import Texts
from crm_mcp.mcp.app_pages import build_page
from crm_mcp.mcp.apps import ToolApp
from crm_mcp.safe_writes.tool import WriteTool

_texts = Texts(__file__)


def plan_app(tools: Sequence[object]) -> ToolApp:
    """Return the app for those of these tools that make plans; what cannot be undone is asked by the client alone."""
    names = [tool.name for tool in tools if isinstance(tool, WriteTool) and tool.makes_plans]
    return ToolApp(names, name="plan", title="Plan", build=partial(build_page, __name__, "plan.html", _texts))
