"""Lists of names in a sentence for people."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from crm_mcp.languages.texts import Texts

_texts = Texts(__file__)


def any_of(names: Iterable[str]) -> str:
    """Return names of which one is meant: `a or b`."""
    return functools.reduce(_or, names)


def all_of(names: Iterable[str]) -> str:
    """Return names that are all meant: `a and b`."""
    return functools.reduce(_and, names)


def _or(one: str, other: str) -> str:
    return _texts.later("{one} or {other}", one=one, other=other)


def _and(one: str, other: str) -> str:
    return _texts.later("{one} and {other}", one=one, other=other)
