"""The request of the protocol that is answered, for whoever learns something of it on the way."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from crm_mcp.telemetry import events


@dataclass(slots=True)
class Request:
    """One request while it is answered; its fields are those of `events.request_served`, and the following.

    Attributes:
        trace: Where W3C trace context may stand: `_meta`, then HTTP headers.
        is_http: Whether it came over HTTP.
    """

    method: str
    name: str
    request_id: str
    protocol: str
    user: str
    trace: tuple[Mapping[str, Any], ...]
    is_http: bool
    outcome: str = "ok"
    error: str = ""
    began_at: float = field(default_factory=events.start_clock)


class FollowsRequests(Protocol):
    """An observer that follows each request while it is answered."""

    def follow(self, request: Request) -> contextlib.AbstractContextManager[object]:
        """Return what surrounds the answering; at its end the outcome is known."""
        ...


followers: list[FollowsRequests] = []

_request: ContextVar[Request | None] = ContextVar("request", default=None)


@contextlib.contextmanager
def answering(request: Request) -> Generator[None]:
    """Answer a request inside the block, also in tasks begun there."""
    before = _request.set(request)
    try:
        yield
    finally:
        _request.reset(before)


def note_error(error: BaseException) -> None:
    """Note what kind of error a tool ended with: on its way to the caller it becomes text."""
    if (request := _request.get()) is not None:
        kind = type(error.__cause__ or error).__name__
        request.error = "InvalidArguments" if kind == "ValidationError" else kind
