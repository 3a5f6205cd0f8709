"""What each CRM says about its requests and responses, so that they can be recorded without personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

UNDOCUMENTED = 99


@dataclass(frozen=True, slots=True)
class Example:
    """The documented example that a request is nearest to.

    Attributes:
        number: Its number, counted in the document's order; `UNDOCUMENTED` where the document has none.
        slug: What the request is, for the file name.
        section: The document's headings.
    """

    number: int
    slug: str
    section: str


class Scrubber(Protocol):
    """Scrubs the requests and responses of one account, all under one key."""

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
        """Return the JSON body of a request to `path`, or of its response, with the same keys, types and order."""
        ...

    def scrub_text(self, text: str) -> str:
        """Return a text of the same shape that says nothing of the original."""
        ...
