"""Texts of one catalogue in the language of people."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from crm_mcp.languages.choice import Language, current
from crm_mcp.languages.later import Later

if TYPE_CHECKING:
    from gettext import NullTranslations


class Texts:
    """Says the texts of a module in a language.

    Values are filled in where a text has `{places}`; one without values is taken as it stands.

    Attributes:
        file: The module's `__file__`: its catalogue is in the nearest folder above it that has a `locale/`.
        language: Of these texts; that of the process where none was given.
    """

    def __init__(self, file: str, language: Language | None = None) -> None:
        self.file = file
        self._language: Language | None = language

    @property
    def language(self) -> Language:
        """The language."""
        return current() if self._language is None else self._language

    def text(self, message: str, /, **values: object) -> str:
        """Return a text."""
        # What a catalogue says for nothing is its own head.
        said = self._catalogue.gettext(message) if message and self.language != "en" else message
        return _filled(said, values)

    def ntext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return a text for so many; `{count}` is filled in."""
        return _filled(self.nform(one, many, count), {"count": count, **values})

    def nform(self, one: str, many: str, count: int, /) -> str:
        """Return a text for so many with its places."""
        if self.language == "en":
            return one if count == 1 else many
        return self._catalogue.ngettext(one, many, count)

    def ptext(self, context: str, message: str, /, **values: object) -> str:
        """Return a text that means this in a context."""
        said = message if self.language == "en" else self._catalogue.pgettext(context, message)
        return _filled(said, values)

    def nptext(self, context: str, one: str, many: str, count: int, /, **values: object) -> str:
        """Return a text for so many that means this in a context."""
        english = one if count == 1 else many
        said = english if self.language == "en" else self._catalogue.npgettext(context, one, many, count)
        return _filled(said, {"count": count, **values})

    def later(self, message: str, /, **values: object) -> Later:
        """Return English text that `said` can put into another language."""
        return Later.of(message, values, self._say)

    def _say(self, message: str, values: dict[str, object], language: Language) -> str:
        return Texts(self.file, language).text(message, **values)

    @property
    def _catalogue(self) -> NullTranslations:
        return open_catalogue(self.file, self.language)


def _filled(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text


@functools.cache
def find_locale(file: str) -> Path:
    """Return the `locale/` of the nearest folder above a file.

    Raises:
        LookupError: There is none.
    """
    for folder in Path(file).parents:
        if (found := folder / "locale").is_dir():
            return found
    raise LookupError(f"no folder above {file} has a catalogue")


@functools.cache
def open_catalogue(file: str, language: str) -> NullTranslations:
    """Return the catalogue of a module; one that knows nothing where a language has none."""
    from gettext import GNUTranslations, NullTranslations

    locale = find_locale(file)
    path = locale / language / "LC_MESSAGES" / f"{locale.parent.name}.mo"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as compiled:
        return GNUTranslations(compiled)


def mark(message: str, many: str = "") -> str:
    """Return a text that is put into the catalogue here, with the one for many, and looked up elsewhere."""
    del many
    return message


def pmark(context: str, message: str) -> str:
    """Return a text that means this in a context, see `mark`."""
    del context
    return message


def npmark(context: str, one: str, many: str) -> str:
    """Return a text for one that has another for many, see `mark`."""
    del context, many
    return one
