"""The page for people: what this server is and holds, its records to search and edit, its journal, and its switches.

Rendered here from templates; no build step, nothing from other hosts, and no script is needed. This package, and Jinja
with it, is imported when a person first opens the page.
"""

from __future__ import annotations

from mockserver.page.page import Page

__all__ = ["Page"]
