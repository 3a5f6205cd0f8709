"""What passes between the web server and a CRM: one request in, one answer out, and the promise a CRM keeps.

Nothing here knows HTTP libraries, SQL or either CRM.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mockserver.crm.profiles import Deviation

if TYPE_CHECKING:
    from mockserver.crm.record_views import RecordViews

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"

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
        is_counted: Whether it uses up a limit of requests; what the page for people reads does not.
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
    """How a fault has an answer reach the caller.

    Attributes:
        fault: The fault's kind, for the journal.
        delay_s: Seconds by which it is late; of a dripped body, the seconds it takes.
        is_reset: Whether the connection is reset instead of answering; the answer then has status 0 and no body.
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
    """What a CRM says to a request.

    Attributes:
        status: HTTP status.
        body: The raw body.
        content_type: The body's media type.
        reason: For the journal: why it was refused, with the section of the document it rests on. Empty on success.
        hints: For the journal: odd but accepted things, and "did you mean" for near misses.
        headers: Further headers, such as `Allow` beside a 405.
        delivery: How a fault disturbs it on its way; None where nothing does.
    """

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    reason: str = ""
    hints: Sequence[str] = field(default_factory=tuple)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delivery: Delivery | None = None

    @property
    def arriving_body(self) -> bytes:
        """What of the body reaches the caller."""
        return self.body[: self.delivery.cut_at] if self.delivery else self.body

    @classmethod
    def of_json(cls, value: object, *, status: int = 200, reason: str = "", hints: Sequence[str] = ()) -> ApiResponse:
        """Answer with `value` as JSON, compact and ASCII only, as PHP's `json_encode` prints it."""
        return cls(status, _encode_json(value).encode(), JSON_TYPE, reason, tuple(hints))

    @classmethod
    def of_text(cls, text: str, *, status: int, reason: str = "", hints: Sequence[str] = ()) -> ApiResponse:
        """Answer with plain text."""
        return cls(status, text.encode(), TEXT_TYPE, reason, tuple(hints))


class Clock(Protocol):
    """Tells the CRMs what time it is, so that a test can decide."""

    def now(self) -> dt.datetime:
        """Return the present local time of the account, without an offset and without microseconds."""
        ...


class SeedError(Exception):
    """A seed document cannot be loaded; the message names the path inside it and what to write instead."""


class Crm(Protocol):
    """One faked CRM: its data, and its answers.

    It is built as `Fake(connection, clock, profile)`, makes its tables where they are missing, and is built anew over
    the tables it finds after a snapshot was restored, so it may cache what it read from them.

    Every method runs to its end without awaiting, so one request is one step; `answer` commits or rolls back by itself.
    The connection is in autocommit and shared: write inside `mockserver.crm.database.transaction(connection)`, which
    nests, because a seed is loaded into both CRMs as one step.
    """

    def load(self, seed: Mapping[str, object]) -> None:
        """Replace all data by this CRM's part of a seed document (`{}` is an empty account).

        Raises:
            SeedError: The part has another shape; nothing was changed.
        """
        ...

    def counts(self) -> dict[str, int]:
        """Return how many rows of each kind there are, such as `{"projects": 12}`."""
        ...

    def list_logins(self) -> Sequence[tuple[str, str]]:
        """Return the account's logins as user name and password, for the page that tells people how to start."""
        ...

    def record_views(self) -> RecordViews:
        """Return how the page shows the account's records."""
        ...

    def list_deviations(self) -> Sequence[Deviation]:
        """Return every point where the profile decides between the document and live behaviour."""
        ...

    def knows_login(self, username: str, password: str) -> bool:
        """Tell whether this Basic login opens the account."""
        ...

    def refuse_login(self) -> ApiResponse:
        """Answer a request whose login is missing or wrong."""
        ...

    def answer(self, request: ApiRequest) -> ApiResponse:
        """Answer one authenticated request."""
        ...
