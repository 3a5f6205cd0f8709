"""Patterns in which `*`, and nothing else, is special: it stands for any characters, none included.

They come from callers, so that they are matched in one walk over the text: a regular expression would try every way to
split it between the stars.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glob:
    """One pattern, compared with the whole text and with case."""

    pattern: str

    def matches(self, text: str) -> bool:
        """Tell whether the pattern stands for the text."""
        first, *others = self.pattern.split("*")
        if not others:
            return text == first
        *middle, last = others
        end = len(text) - len(last)
        if end < len(first) or not (text.startswith(first) and text.endswith(last)):
            return False
        place = len(first)
        for part in middle:  # the earliest place of each part leaves the most to those behind it
            place = text.find(part, place, end)
            if place < 0:
                return False
            place += len(part)
        return True
