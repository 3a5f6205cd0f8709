"""Which language this process speaks to people."""

from __future__ import annotations

from typing import Literal, get_args

Language = Literal["en", "hu"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_current: list[Language] = ["en"]


def current() -> Language:
    """Return the language that was chosen for this process; English until then."""
    return _current[-1]


def use(language: str) -> None:
    """Speak this language to people from now on; English where there is no such one."""
    _current[-1] = known_language(language) or "en"


def known_language(language: str) -> Language | None:
    """Return a language as it is written here; None where there is no such one."""
    folded = language.strip().casefold()
    return next((one for one in LANGUAGES if one == folded), None)
