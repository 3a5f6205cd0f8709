"""Texts as callers write them."""

from __future__ import annotations

from mockserver.minicrm.documents import rules
from mockserver.minicrm.rules import RefusalError


def read_text(name: str, given: object) -> str:
    """Return a text or number as text, empty for null.

    Raises:
        RefusalError: It is something else.
    """
    if given is None:
        return ""
    if not isinstance(given, (str, int, float)) or isinstance(given, bool):
        raise RefusalError(rules.BAD_DOCUMENT_VALUE, name, [f"{name} takes a text"])
    return str(given)
