"""What passes between a CRM's wire codec and the transport: one request out, one response back.

Nothing here knows httpx, MCP or any CRM.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal

_WORD = re.compile(r"[A-Za-z]*(?:\.[a-z]+)?|[RV][0-9]", re.IGNORECASE)
"""A part of a path that is the API's own: a word, a script, or a version."""
LONGEST_ASKED_S = 86_400.0
"""A longer `Retry-After` is a mistake, or a wish not to be asked at all."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to a CRM, not yet encoded: the transport encodes the query once, and the body as JSON.

    Attributes:
        path: Path from the CRM's base URL, percent-encoded where it holds free text. An id in it is no plain word: see
            `route`.
        is_idempotent: Whether sending it twice does no more than sending it once. The codec sets it for each
            operation: one HTTP method may both create and update.
        changes_by_get: Whether this GET changes something in the CRM all the same.
        is_repeatable: Whether it may be sent again where it certainly was not carried out, as after a refusal for
            haste; what cannot be undone is sent once, whatever comes back.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: object = None
    is_idempotent: bool = True
    changes_by_get: bool = False
    is_repeatable: bool = True

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing, so that it may be sent as often as one likes."""
        return self.method == "GET" and not self.changes_by_get

    @property
    def route(self) -> str:
        """The path without what stands for one record, such as `/Api/R3/Project/{id}`: it may be told to operators."""
        return "/".join(part if _WORD.fullmatch(part) else "{id}" for part in self.path.split("/"))

    @property
    def unknown_outcome(self) -> str:
        """What to do when this was sent and no clear response came: a sentence, empty for a read."""
        if not self.is_idempotent:
            return "The change may have been made all the same: look for it before you repeat it."
        return "" if self.is_read else "It may or may not have been made; sending it again does no harm."


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response of a CRM: the body raw, the media type as sent or empty, the names of headers in lower case.

    Attributes:
        login_note: What looks wrong with the login that was sent, as sentences without it; usually empty.
        login_place: Where it stands, for people; empty for the environment's variables.
    """

    status: int
    body: bytes
    content_type: str
    request: Request
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    waited_s: float = 0.0
    """How long the CRM refused the request for haste, before this response came."""
    login_note: str = ""
    login_place: str = ""

    @property
    def retry_after_s(self) -> float | None:
        """How many seconds the CRM asks to wait, by `Retry-After`; None where it does not say."""
        asked = self.headers.get("retry-after", "").strip()
        if asked.isascii() and asked.isdigit():
            return min(float(asked), LONGEST_ASKED_S)
        try:
            until, now = (parsedate_to_datetime(text) for text in (asked, self.headers.get("date", "")))
            return min(max(0.0, (until - now).total_seconds()), LONGEST_ASKED_S)
        except (TypeError, ValueError):
            return None

    @property
    def is_refusal(self) -> bool:
        """Whether the status is no 2xx."""
        return not 200 <= self.status < 300
