"""Cursors: where the next page starts, bound to the arguments of its call. Opaque to whoever carries it. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_mcp.errors import InputError

PAGING_ARGUMENTS = ("limit", "cursor")
"""The arguments of a list that a cursor is not bound to; any other must stay as it was."""

_NEXT_STEP = (
    "Pass next_cursor of the page before with exactly the same arguments (limit may differ), "
    "or leave cursor out to start again."
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page starts in a list.

    The parameter `cursor` of a tool's function has this type, and `mcp.arguments` binds it to the arguments
    of the call: a host gives a text, and a text of a call with other arguments is refused.

    Attributes:
        offset: How many rows came before the page.
        last_id: The id of the last of them, by which a list that moved meanwhile is noticed; empty at the start.
        digest: A hash of the arguments.
    """

    offset: int = 0
    last_id: str = ""
    digest: str = ""

    @classmethod
    def decode(cls, text: str, scope: object) -> Cursor:
        """Return the cursor that a text encodes; the start for the empty one.

        Args:
            text: `next_cursor` of the page before.
            scope: What it is bound to, any JSON value.

        Raises:
            InputError: It is no cursor, or one of another scope.
        """
        digest = _digest_of(scope)
        if not text:
            return cls(digest=digest)
        try:
            decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
            offset, bound_to, last_id = decoded.split(".", 2)
            start = int(offset)
        except (ValueError, binascii.Error):
            raise InputError(f"{text[:40]!r} is not a cursor.", hint=_NEXT_STEP) from None
        if bound_to != digest or start < 0:
            raise InputError("This cursor belongs to a search with other arguments.", hint=_NEXT_STEP)
        return cls(start, last_id, digest)

    def encode(self) -> str:
        """Return the text that encodes this cursor."""
        return base64.urlsafe_b64encode(f"{self.offset}.{self.digest}.{self.last_id}".encode()).decode().rstrip("=")

    def after(self, rows: Sequence[Mapping[str, Any]], shown: int, *, more: bool, start: int | None = None) -> str:
        """Return `next_cursor`; empty where nothing follows.

        Args:
            rows: The rows read from here on, each with an `id`.
            shown: How many of them the result has room for.
            more: Whether others follow them.
            start: The offset of the first row, where the list moved meanwhile.
        """
        if not shown or not (more or shown < len(rows)):
            return ""
        offset = self.offset if start is None else start
        return Cursor(offset + shown, rows[shown - 1]["id"], self.digest).encode()


FIRST_PAGE = Cursor()


def _digest_of(scope: object) -> str:
    canonical = json.dumps(scope, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
