"""What people read on the page and of the commands, in their language.

English is the key and loads nothing; the catalogue of every other language is in `locale/`. Templates say `_("...")`,
code says `texts.text("...")`, and `mark("...")` marks a text that is only looked up elsewhere. `make messages` writes
the catalogues anew. What programs read stays English.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

LANGUAGES = {"en": "English", "hu": "Magyar"}
"""The languages, each by its own name."""


def mark(message: str, many: str = "") -> str:
    """Return a text that is put into the catalogue here, with the one for many, and looked up elsewhere."""
    del many
    return message


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language; values fill the `{places}` of a text, where there are any."""

    language: str = "en"

    def text(self, message: str, /, **values: object) -> str:
        """Return a text."""
        # What a catalogue says for nothing is its own head.
        said = _open_catalogue(self.language).gettext(message) if message and self.language != "en" else message
        return said.format(**values) if values else said

    def ntext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return a text for so many; `{count}` is filled in."""
        return self.nform(one, many, count).format(count=count, **values)

    def nform(self, one: str, many: str, count: int, /) -> str:
        """Return a text for so many with its places."""
        if self.language == "en":
            return one if count == 1 else many
        return _open_catalogue(self.language).ngettext(one, many, count)

    def write_number(self, number: int) -> str:
        """Return `1,234`, or `12 345`: Hungarians group digits from the fifth on."""
        if self.language == "en":
            return f"{number:,}"
        return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}" if abs(number) >= 10_000 else "")

    def write_decimal(self, number: float) -> str:
        """Return `0.5`, or `0,5`."""
        return f"{number:g}" if self.language == "en" else f"{number:g}".replace(".", ",")

    def write_day(self, day: str) -> str:
        """Return a date, or a date and a time, that is written as ISO 8601 as people write it."""
        if self.language == "en":
            return day
        return f"{day[:10].replace('-', '. ')}.{day[10:]}"


def person_texts() -> Texts:
    """Return the texts of who runs a command: in the language of `CRM_MCP_LANGUAGE`, English where that has none."""
    language = os.environ.get("CRM_MCP_LANGUAGE", "").strip().casefold()
    return Texts(language if language in LANGUAGES else "en")


@cache
def _open_catalogue(language: str) -> NullTranslations:
    from gettext import GNUTranslations
    from importlib.resources import files

    path = files("mockserver").joinpath("locale", language, "LC_MESSAGES", "mockserver.mo")
    with path.open("rb") as compiled:
        return GNUTranslations(compiled)
