"""Short texts for errors, previews and questions: quoted, clipped and listed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_QUOTE = 300
"""Characters of a CRM's error text that are passed on."""
MAX_CLIPPED = 200
"""Characters of a value that a preview shows."""
_LOGIN_IN_TEXT = re.compile(r"\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~\\-]+", re.IGNORECASE)
"""A login as a header writes it: some error pages print the request they refuse."""


def quote_text(text: str) -> str:
    """Return a CRM's words as one short line, without a login that they may repeat."""
    line = "".join(char if char.isprintable() else " " for char in text)
    line = _LOGIN_IN_TEXT.sub(r"\1 ***", " ".join(line.split()))
    line = line.replace('"', "'")  # so that the quotation ends where it seems to
    return line if len(line) <= MAX_QUOTE else line[:MAX_QUOTE] + "..."


def quoted(value: object) -> str:
    """Return a value as one short line in quotes, without a login that it may hold."""
    return f'"{clip_text(quote_text(str(value)), 60)}"'


def clip_text(text: str, max_length: int = MAX_CLIPPED) -> str:
    """Return a text, shortened with its full length where it is long."""
    return text if len(text) <= max_length else f"{text[:max_length]}... ({len(text)} characters)"


def listing(parts: Sequence[str], max_parts: int) -> str:
    """Join the first parts with commas and "and", saying how many are left out."""
    named = list(parts[:max_parts])
    if len(parts) > max_parts:
        return f"{', '.join(named)} and {len(parts) - max_parts} more"
    return " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))
