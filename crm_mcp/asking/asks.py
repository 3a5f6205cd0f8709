"""Who asks the person: a terminal, a file of answers, or a test that plays the person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

Tone = Literal["plain", "good", "bad", "note", "hint", "heading"]
"""What a line means: `bad` is to be mended, `note` to be known, a `hint` helps with the next question."""
Check = Callable[[str], str]
"""Returns what is wrong with an answer, as a sentence; nothing where it will do."""


def anything(answer: str) -> str:
    """Accept any answer."""
    del answer
    return ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of several: what it is called in a file of answers, and what the person reads."""

    value: str
    label: str


class Asks(Protocol):
    """Puts questions to a person.

    A question's `key` is its name in a file of answers: `minicrm.system_id`. Whatever may hold a CRM's text is shown as
    text: it cannot draw, colour or delete anything.

    Raises:
        KeyboardInterrupt: The person stops, at any question.
        CrmError: There is nobody to ask, and no answer.
    """

    def knows(self, key: str) -> bool:
        """Whether the answer was given beforehand, so that there is no use in leading up to it."""
        ...

    async def text(self, key: str, question: str, *, default: str = "", check: Check = anything) -> str:
        """Return one line of text, trimmed."""
        ...

    async def secret(self, key: str, question: str, *, check: Check = anything) -> str:
        """Return one line that is not shown while it is typed, trimmed."""
        ...

    async def choose(self, key: str, question: str, choices: Sequence[Choice], *, default: str = "") -> str:
        """Return the value of one choice; the first is offered where no `default` is."""
        ...

    async def choose_some(
        self, key: str, question: str, choices: Sequence[Choice], *, ticked: Sequence[str] = ()
    ) -> list[str]:
        """Return the values of the choices that are ticked in the end; perhaps none."""
        ...

    async def confirm(self, key: str, question: str, *, default: bool) -> bool:
        """Return a yes or no."""
        ...

    def say(self, text: str, tone: Tone = "plain") -> None:
        """Tell something."""
        ...

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Show rows in columns; the last one is cut where it is too long."""
        ...

    def working(self, text: str) -> AbstractContextManager[None]:
        """Show that something is under way while the block runs."""
        ...
