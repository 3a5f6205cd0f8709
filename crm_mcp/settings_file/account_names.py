"""What an account may be called: what can be typed, stand in an address and name a folder everywhere."""

from __future__ import annotations

import re

from crm_mcp.languages import mark

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_NOT_IN_SLUGS = re.compile("[^a-z0-9]+")
ALLOWED = mark("up to 32 letters from a to z, digits, - and _, beginning with a letter or a digit")


def is_allowed(name: str) -> bool:
    """Tell whether an account may be called so."""
    return bool(_NAME.fullmatch(name))


def slug_of(name: str) -> str:
    """Return the name in small letters, with single hyphens for whatever else it holds: two alike are one to people."""
    return _NOT_IN_SLUGS.sub("-", name.casefold()).strip("-")
