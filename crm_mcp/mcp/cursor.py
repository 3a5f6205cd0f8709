"""Cursors: where the next page starts, bound to the query it belongs to. Opaque to whoever carries it. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import NamedTuple

from crm_mcp.errors import InputError


class Place(NamedTuple):
    """Where a page starts.

    Attributes:
        offset: How many rows came before it.
        last_id: The id of the last of them, by which a list that moved meanwhile is noticed; empty at the start.
    """

    offset: int = 0
    last_id: str = ""


def encode_cursor(offset: int, query: object, last_id: str = "") -> str:
    """Return a cursor for the page that starts at a place of `query` (any JSON value: all arguments but the limit)."""
    return base64.urlsafe_b64encode(f"{offset}.{_digest(query)}.{last_id}".encode()).decode().rstrip("=")


def decode_place(cursor: str, query: object) -> Place:
    """Return the place a cursor stands for; the start for the empty one.

    Raises:
        InputError: It is no cursor, or one of another query.
    """
    if not cursor:
        return Place()
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        offset, digest, last_id = text.split(".", 2)
        start = int(offset)
    except (ValueError, binascii.Error):
        raise InputError(f"{cursor[:40]!r} is not a cursor.", hint=_NEXT_STEP) from None
    if digest != _digest(query) or start < 0:
        raise InputError("This cursor belongs to a search with other arguments.", hint=_NEXT_STEP)
    return Place(start, last_id)


_NEXT_STEP = (
    "Pass next_cursor of the page before with exactly the same arguments (limit may differ), "
    "or leave cursor out to start again."
)


def _digest(query: object) -> str:
    canonical = json.dumps(query, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
