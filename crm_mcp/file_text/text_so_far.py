"""The text of a file while it is read, piece by piece, up to a length and a time. Pure."""

from __future__ import annotations

import time
from collections.abc import Callable


class NoTextError(Exception):
    """A file has no text that can be read.

    Attributes:
        kind: `missing` (a library), `encrypted`, `broken`, `large`, `empty`, `page` (of a website) or `other`.
        what: What the file is, with its article, such as `an image (PNG)`; of `missing` the kind of file.
    """

    def __init__(self, kind: str, what: str = "") -> None:
        super().__init__(kind, what)
        self.kind = kind
        self.what = what


class TextSoFar:
    """Collects text until it is full or late.

    Args:
        most_characters: How much is kept.
        seconds: How long may be read.
        clock: Returns the time in seconds.
    """

    def __init__(self, most_characters: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_characters = self._left = most_characters
        self._late_at = clock() + seconds
        self._clock = clock
        self._parts: list[str] = []
        self._is_cut = False
        self.notes: list[str] = []

    @property
    def text(self) -> str:
        """All that was added."""
        return "".join(self._parts)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be read."""
        return self._left <= 0 or self._clock() > self._late_at

    def add(self, text: str) -> None:
        """Add a piece, or as much of it as there is room for."""
        self._parts.append(text[: self._left])
        self._is_cut = self._is_cut or len(text) > self._left
        self._left = max(0, self._left - len(text))

    def stop_at(self, where: str) -> None:
        """Note where the text ends before the file does, such as `page 3 of 10`."""
        if not self._is_cut:
            why = "it is too long" if self._left <= 0 else "reading it takes too long"
            self.notes.append(f"Only what comes before {where} was read: {why}.")

    def finish(self) -> None:
        """Note that the text was cut, where it was."""
        if self._is_cut:
            self.notes.append(f"Only the first {self._most_characters:,} characters were read: it is too long.")
