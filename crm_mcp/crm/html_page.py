"""What a page of HTML says that came where a CRM's words were expected: an error page, a page to log in. Pure.

The media type does not tell: PHP calls every text `text/html` unless told otherwise.
"""

from __future__ import annotations

import html
import re

_BEGINNING = re.compile(
    r"(?:\s|\ufeff|<\?xml[^>]*\?>|<!--.*?-->)*"
    r"<(?:!doctype\s+html|/?(?:html|head|body|title|meta|link|style|script|base|div|span|p|br|hr|h[1-6]|b|i|strong|em|font"
    r"|center|table|ul|ol|li|pre|form|a|img|section|main|header|article)\b)[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-z!?][^>]*(?:>|\Z)", re.IGNORECASE)
MOST_READ = 8_000
"""Characters of a page that are looked at."""


def is_page(text: str) -> bool:
    """Tell whether a text is HTML, by how it begins: `<Name> is missing` is not."""
    return _BEGINNING.match(text[:MOST_READ]) is not None


def first_words(page: str) -> str:
    """Return the title of a page, or where it has none its visible text, as words from a stranger."""
    page = page[:MOST_READ]
    title = _TITLE.search(page)
    shown = title[1] if title and title[1].strip() else _UNSEEN.sub(" ", page)
    return " ".join(html.unescape(_TAG.sub(" ", shown)).split())
