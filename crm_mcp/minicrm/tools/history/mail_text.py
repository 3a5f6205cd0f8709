"""The body of a mail as a reader sees it. Pure."""

from __future__ import annotations

import re

from crm_mcp.rendering.html_text import plain_text

_MARKUP = re.compile(
    r"<(?:br|p|div|html|body|table|t[rd]|span|[uo]l|li|font|blockquote|strong|b|i|em|h[1-6]|!doctype)(?=[\s/>])"
    r"|<a\s+href|<img\s",
    re.IGNORECASE,
)
_LINES = re.compile(r"\n{3,}")
MOST_MARKUP = 400_000
"""Characters of a body that are read: what follows in a longer one is pictures and styles, as a rule."""


def mail_text(body: str) -> str:
    """Return a body without its markup; one that holds none is returned as it is.

    Bodies are pieces of HTML as often as whole pages, so that a tag anywhere tells.
    """
    if not _MARKUP.search(body):
        return body.replace("\r\n", "\n").strip()
    cut = f"\n[the mail's HTML is cut: {MOST_MARKUP:,} of {len(body):,} characters]" if len(body) > MOST_MARKUP else ""
    return _LINES.sub("\n\n", plain_text(body[:MOST_MARKUP])) + cut
