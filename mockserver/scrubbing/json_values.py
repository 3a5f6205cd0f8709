"""Scrubs JSON values: other texts and numbers, with the keys, types and order as they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

from mockserver.scrubbing.pseudonyms import Pseudonyms
from mockserver.scrubbing.text import TextScrubber


class JsonScrubber:
    """Scrubs the JSON values of one account.

    Args:
        pseudonyms: The key that `text` has too.
        text: Scrubs texts.
        keeps_text: Tells of a field and its text whether it says nothing about anybody, and stays.
        keeps_int: The same of a field and its integer.
    """

    def __init__(
        self,
        pseudonyms: Pseudonyms,
        text: TextScrubber,
        *,
        keeps_text: Callable[[str, str], bool] = lambda _field, _text: False,
        keeps_int: Callable[[str, int], bool] = lambda _field, _number: False,
    ) -> None:
        self._pseudonyms = pseudonyms
        self._text = text
        self._keeps_text = keeps_text
        self._keeps_int = keeps_int

    def scrub(self, value: object, field: str = "") -> object:
        """Return another value of the same shape.

        Args:
            value: The value.
            field: The field it belongs to; in a map of ids, the map's own.
        """
        if isinstance(value, dict):
            items = cast("dict[str, object]", value).items()
            return {self.scrub_key(key): self.scrub(child, field if key.isdigit() else key) for key, child in items}
        if isinstance(value, list):
            return [self.scrub(child, field) for child in cast("list[object]", value)]
        if isinstance(value, str):
            return self.scrub_text(field, value)
        if isinstance(value, float):
            return self._scrub_float(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value if self._keeps_int(field, value) else int(self._pseudonyms.digits(str(value)))
        return value

    def scrub_key(self, key: str) -> str:
        """Replace a key that is an id or an address; all others are names of fields."""
        if key.isdigit():
            return self._pseudonyms.digits(key)
        return self._text.scrub(key) if "@" in key else key

    def scrub_text(self, field: str, text: str) -> str:
        """Replace a field's text, unless it stays."""
        return text if self._keeps_text(field, text) else self._text.scrub(text)

    def _scrub_float(self, value: float) -> float:
        """Return another number of the same size; one too large for JSON becomes 0."""
        if not math.isfinite(value):
            return 0.0
        mantissa, exponent_mark, exponent = repr(value).partition("e")
        return float(f"{self._pseudonyms.digits(mantissa)}{exponent_mark}{exponent}")
