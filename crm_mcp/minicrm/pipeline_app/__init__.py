"""The pipeline, stage by stage.

It draws what `summarize_projects` answers and asks the host to call `search_projects` for the cards.
"""

from __future__ import annotations

from functools import partial

from crm_mcp.languages.texts import Texts
from crm_mcp.mcp.app_pages import build_page
from crm_mcp.mcp.apps import ToolApp

_texts = Texts(__file__)


def pipeline_app() -> ToolApp:
    """Return the app that draws the results of `summarize_projects`."""
    build = partial(build_page, __name__, "pipeline.html", _texts)
    return ToolApp(["summarize_projects"], name="pipeline", title="Pipeline", build=build)
