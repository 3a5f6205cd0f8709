"""What passes between a CRM's wire codec and the transport: one request out, one response back.

A client's method is made of the two halves of a codec: build the request, send it, parse the response. Nothing here
knows httpx, MCP or any CRM.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to a CRM, not yet encoded: the transport encodes the query once, and the body as JSON.

    Attributes:
        path: Path from the CRM's base URL, percent-encoded where it holds free text.
        is_idempotent: Whether sending it twice does no more than sending it once. The codec sets it for each
            operation: one HTTP method may both create and update.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: object = None
    is_idempotent: bool = True

    @property
    def unknown_outcome(self) -> str:
        """What to do when this was sent and no clear response came: a sentence, empty for a read."""
        if not self.is_idempotent:
            return "The change may have been made all the same: look for it before you repeat it."
        return "" if self.method == "GET" else "It may or may not have been made; sending it again does no harm."


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response of a CRM: the body raw, the media type as sent or empty, the names of headers in lower case."""

    status: int
    body: bytes
    content_type: str
    request: Request
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def is_refusal(self) -> bool:
        """Whether the status is no 2xx."""
        return not 200 <= self.status < 300


class Sender(Protocol):
    """Whatever carries a request to the CRM: the transport's session, or a stand-in in tests."""

    async def send(self, request: Request) -> Response:
        """Send one request and return the CRM's response, refusals included."""
        ...


class Client:
    """Works in one account through a `Sender`; each CRM's client adds its operations."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender


def operation(
    build: Callable[_P, Request], parse: Callable[[Response], _T]
) -> Callable[Concatenate[Client, _P], Coroutine[Any, Any, _T]]:
    """Return a method that takes what `build` takes and returns what `parse` makes of the response."""

    async def perform(client: Client, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return parse(await client.sender.send(build(*args, **kwargs)))

    perform.__doc__ = build.__doc__
    return perform
