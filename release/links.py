"""Links that add the server to a host with one click, all made of one description.

They name the command and no login: `crm-mcp setup` has put those where the server finds them.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, urlencode

NAME = "crm"
COMMAND: dict[str, object] = {"command": "crm-mcp", "args": []}


def vscode_link() -> str:
    """Return the link that VS Code itself opens; pages of a forge do not let it through."""
    return f"vscode:mcp/install?{quote(_compact({'name': NAME, **COMMAND}), safe='')}"


def vscode_page(*, insiders: bool = False) -> str:
    """Return the https address that hands on to VS Code, or to its Insiders edition."""
    query = {"name": NAME, "config": _compact(COMMAND)} | ({"quality": "insiders"} if insiders else {})
    return f"https://insiders.vscode.dev/redirect/mcp/install?{urlencode(query, quote_via=quote)}"


def cursor_link() -> str:
    """Return the link that Cursor itself opens."""
    return f"cursor://anysphere.cursor-deeplink/mcp/install?{_cursor_query()}"


def cursor_page() -> str:
    """Return the https address that hands on to Cursor."""
    return f"https://cursor.com/en/install-mcp?{_cursor_query()}"


def _cursor_query() -> str:
    config = base64.b64encode(_compact(COMMAND).encode()).decode()
    return urlencode({"name": NAME, "config": config}, quote_via=quote)


def _compact(value: dict[str, object]) -> str:
    return json.dumps(value, separators=(",", ":"))


def render_links() -> str:
    """Return the README's lines: what can be clicked there, and what else to paste into a browser's address bar."""
    return (
        f"[Add to VS Code]({vscode_page()}) · [Add to VS Code Insiders]({vscode_page(insiders=True)})"
        f" · [Add to Cursor]({cursor_page()})\n\n"
        "Where a page does not hand on, paste one of these into a browser's address bar:\n\n"
        f"```text\n{vscode_link()}\n{cursor_link()}\n```\n"
    )
