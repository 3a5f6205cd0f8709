"""The pipeline as a board and a chart; `pipeline.html` is the whole app.

It draws what `summarize_projects` answers and asks the host to call `search_projects` for the cards.
"""

from __future__ import annotations

from importlib import resources

from crm_mcp.mcp.apps import ToolApp


def pipeline_app() -> ToolApp:
    """Return the app that draws the results of `summarize_projects`."""
    html = resources.files(__name__).joinpath("pipeline.html").read_text(encoding="utf-8")
    return ToolApp("summarize_projects", name="pipeline", title="Pipeline", html=html)
