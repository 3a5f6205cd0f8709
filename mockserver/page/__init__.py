"""The web page: what this server is and holds, its records, its journal, its faults and its data.

Rendered from templates: no build step, nothing from other hosts, and no script is needed. This package, and Jinja with
it, is imported when the page is first opened.
"""

from __future__ import annotations

from mockserver.page.page import Page

__all__ = ["Page"]
