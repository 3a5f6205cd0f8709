"""What passes between the web server and a faked CRM: one request in, one response out.

Nothing here knows HTTP libraries, SQL or either CRM.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mockserver.crm.changed_record import ChangedRecord

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"

_encode_json = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One authenticated request to a CRM.

    Attributes:
        method: Upper-case HTTP method.
        path: Decoded path from the root, such as `/Api/R3/Project/1234`.
        query: Decoded name and value pairs, in the order sent.
        body: The raw body.
        base_url: Where the caller reached the fake, such as `http://127.0.0.1:8080`.
        username: The name that the caller logged in with.
        is_counted: Whether it uses up a limit of requests; what the page reads does not.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    body: bytes
    base_url: str
    username: str = ""
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a fault does to a response on its way to the caller.

    Attributes:
        fault: The fault's kind, for the journal.
        delay_s: Seconds by which it is late; of a dripped body, the seconds it takes.
        is_reset: Whether the connection is reset without a response, which then has status 0 and no body here.
        is_dripped: Whether the body comes in small pieces.
        cut_at: How many bytes of the body are sent before the connection is closed; None is all of them.
    """

    fault: str
    delay_s: float = 0.0
    is_reset: bool = False
    is_dripped: bool = False
    cut_at: int | None = None


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """The response of a CRM to a request.

    Attributes:
        status: HTTP status.
        body: The raw body.
        content_type: The body's media type.
        reason: For the journal: why the request was refused, with the section of the document. Empty on success.
        hints: For the journal: odd but accepted things, and "did you mean" for near misses.
        headers: Further headers, such as `Allow` beside a 405.
        delivery: What a fault does to it on its way; None where no fault applies.
        list_changes: Returns the records that the request changed, if asked at once, for webhooks; None: none.
    """

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    reason: str = ""
    hints: Sequence[str] = field(default_factory=tuple)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delivery: Delivery | None = None
    list_changes: Callable[[], Sequence[ChangedRecord]] | None = None

    @property
    def arriving_body(self) -> bytes:
        """What of the body reaches the caller."""
        return self.body[: self.delivery.cut_at] if self.delivery else self.body

    @classmethod
    def of_json(cls, value: object, *, status: int = 200, reason: str = "", hints: Sequence[str] = ()) -> ApiResponse:
        """Return a response of `value` as JSON, compact and ASCII only, as PHP's `json_encode` prints it."""
        return cls(status, _encode_json(value).encode(), JSON_TYPE, reason, tuple(hints))

    @classmethod
    def of_text(cls, text: str, *, status: int, reason: str = "", hints: Sequence[str] = ()) -> ApiResponse:
        """Return a response of plain text."""
        return cls(status, text.encode(), TEXT_TYPE, reason, tuple(hints))


class Clock(Protocol):
    """The account's time."""

    def now(self) -> dt.datetime:
        """Return the present local time of the account, without an offset and without microseconds."""
        ...


class SeedError(Exception):
    """A seed document cannot be loaded; the message names the path inside it and what to write instead."""
