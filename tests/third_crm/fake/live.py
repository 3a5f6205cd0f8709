"""What `record`, `drift` and `seed --generate` must know of People."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from mockserver.crm.drift_questions import Ask, DriftQuestions
from mockserver.crm.words import Words
from mockserver.scrubbing.json_values import JsonScrubber
from mockserver.scrubbing.pseudonyms import Pseudonyms
from mockserver.scrubbing.scrubber import UNDOCUMENTED, Example
from mockserver.scrubbing.text import TextScrubber

from .fake import ROOT

SEARCH = "GET /people"


class PeopleQuestions(DriftQuestions):
    """The questions to one account."""

    async def ask(self, ask: Ask, *, breadth: int) -> None:
        """Ask for the first page."""
        del breadth
        await ask(SEARCH, ROOT)

    def name_endpoint(self, path: str, query: Mapping[str, str], status: int, body: object) -> str:
        """Return what a recorded request asks."""
        del query, status, body
        return SEARCH if path == ROOT else ""


class PeopleScrubber:
    """Scrubs one account."""

    document = "people.txt"

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._text = TextScrubber(pseudonyms, lambda _url: None)

    def find_example(self, method: str, path: str, query: Sequence[tuple[str, str]], body: object) -> Example:
        """Return that there is no document."""
        del path, query, body
        return Example(UNDOCUMENTED, f"{method.lower()}-people", "not in the document")

    def scrub_path(self, path: str) -> str:
        """Return a path with another id."""
        return self._pseudonyms.digits(path)

    def scrub_query(self, name: str, value: str) -> tuple[str, str]:
        """Return a parameter with another value."""
        return name, self._text.scrub(value)

    def scrub_body(self, path: str, value: object) -> object:
        """Return a body with other texts and numbers."""
        del path
        return JsonScrubber(self._pseudonyms, self._text).scrub(value)

    def scrub_text(self, text: str) -> str:
        """Return a text that says nothing of the original."""
        return self._text.scrub(text)


def extend(part: Mapping[str, object], count: int, words: Words) -> dict[str, object]:
    """Return the part with so many people more."""
    people = list(cast("list[object]", part.get("people", [])))
    for _ in range(count):
        pool = words.pool()
        first, last = words.pick(pool.first_names), words.pick(pool.last_names)
        people.append({"name": f"{first} {last}", "email": words.email(first, last, "mail")})
    return {**part, "people": people}
