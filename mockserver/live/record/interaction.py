"""One request and its answer as the proxy saw them, and what each CRM promises about scrubbing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request to a live account and its answer, with everything the account said.

    Attributes:
        method: GET, POST or PUT.
        path: Decoded path from the CRM's root.
        query: Decoded names and values.
        body: The raw body of the request.
        status: HTTP status of the answer.
        content_type: Its `Content-Type`; empty where there is none.
        answer: Its raw body.
        has_login: Whether the request had a login.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    body: bytes
    status: int
    content_type: str
    answer: bytes
    has_login: bool = True


@dataclass(frozen=True, slots=True)
class Example:
    """The documented example that a request is nearest to.

    Attributes:
        number: Its number, counted in the document's order; 99 where the document has none.
        slug: What the request is, for the file name.
        section: The document's headings.
    """

    number: int
    slug: str
    section: str


UNDOCUMENTED = 99


class Scrubber(Protocol):
    """What one CRM knows of its requests and answers: which values say something about somebody."""

    document: str

    def find_example(self, method: str, path: str, query: Sequence[tuple[str, str]], body: object) -> Example:
        """Return the documented example that a request is nearest to."""
        ...

    def scrub_path(self, path: str) -> str:
        """Return a path with other ids."""
        ...

    def scrub_query(self, name: str, value: str) -> tuple[str, str]:
        """Return a parameter that asks the same of the scrubbed account."""
        ...

    def scrub_body(self, path: str, value: object) -> object:
        """Return the JSON body of a request to `path`, or of its answer, with the same keys, types and order."""
        ...

    def scrub_text(self, text: str) -> str:
        """Return a text of the same shape that says nothing of the original."""
        ...
