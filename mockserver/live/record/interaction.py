"""One request and its response as the proxy saw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request to a live account and its response, with all personal data in it.

    Attributes:
        method: The HTTP method.
        path: Decoded path from the CRM's root.
        query: Decoded names and values.
        body: The raw body of the request.
        status: HTTP status of the response.
        content_type: Its `Content-Type`; empty where there is none.
        response_body: Its raw body.
        has_login: Whether the request had a login.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    body: bytes
    status: int
    content_type: str
    response_body: bytes
    has_login: bool = True
