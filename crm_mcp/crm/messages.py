"""What passes between a CRM's wire codec and the transport: one request out, one response back.

Pure data: nothing here knows httpx, MCP or either CRM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to a CRM, not yet encoded.

    Attributes:
        method: The HTTP method.
        path: Path from the CRM's own root (`IVINEX_URL`, `MINICRM_URL`), percent-encoded where it holds free text.
        query: Decoded name and value pairs; the transport encodes them, once.
        body: What is sent as JSON; None sends no body.
        is_idempotent: Whether sending it twice does no more than sending it once. Set by the codec, operation by
            operation, since one method both creates and updates in both APIs.
    """

    method: Literal["GET", "POST", "PUT"]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: object = None
    is_idempotent: bool = True

    @property
    def unknown_outcome(self) -> str:
        """What to do when this was sent and no clear answer came: a sentence, empty for a read."""
        if not self.is_idempotent:
            return "The change may have been made all the same: look for it before you repeat it."
        return "" if self.body is None else "It may or may not have been made; sending it again does no harm."


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer of a CRM.

    Attributes:
        status: HTTP status.
        body: The raw body.
        content_type: The media type as sent; empty when there is none.
        request: What was asked, for errors to name.
    """

    status: int
    body: bytes
    content_type: str
    request: Request


class Sender(Protocol):
    """Whatever carries a request to the CRM: the transport's session, or a stand-in in tests."""

    async def send(self, request: Request) -> Response:
        """Send one request and return the CRM's answer, refusals included."""
        ...
