"""Walks a JSON value and replaces what stands in it, leaving keys, types and order as they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

from mockserver.scrubbing.pseudonyms import Pseudonyms

ScrubText = Callable[[str, str], str]
ScrubNumber = Callable[[str, int], int]


def walk(
    value: object,
    name: str,
    *,
    scrub_key: Callable[[str], str],
    scrub_text: ScrubText,
    scrub_int: ScrubNumber,
    pseudonyms: Pseudonyms,
) -> object:
    """Return a JSON value with other texts and numbers.

    Args:
        value: The value.
        name: The field it belongs to; in a map of ids, the map's own.
        scrub_key: Replaces a key that is no field's name.
        scrub_text: Replaces a text, given its field.
        scrub_int: Replaces an integer, given its field.
        pseudonyms: Where other numbers come from.
    """

    def step(value: object, name: str) -> object:
        if isinstance(value, dict):
            items = cast("dict[str, object]", value).items()
            return {scrub_key(key): step(child, name if key.isdigit() else key) for key, child in items}
        if isinstance(value, list):
            return [step(child, name) for child in cast("list[object]", value)]
        if isinstance(value, str):
            return scrub_text(name, value)
        if isinstance(value, float):
            return scrub_float(value, pseudonyms)
        return value if value is None or isinstance(value, bool) else scrub_int(name, cast("int", value))

    return step(value, name)


def scrub_integer(value: int, pseudonyms: Pseudonyms) -> int:
    """Return another integer of as many digits and the same sign."""
    return int(pseudonyms.digits(str(value)))


def scrub_float(value: float, pseudonyms: Pseudonyms) -> float:
    """Return another number of the same size; one too large for JSON becomes 0."""
    if not math.isfinite(value):
        return 0.0
    mantissa, exponent_mark, exponent = repr(value).partition("e")
    return float(f"{pseudonyms.digits(mantissa)}{exponent_mark}{exponent}")
