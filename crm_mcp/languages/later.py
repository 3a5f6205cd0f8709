"""English text that remembers what it was made of, so that a person can be told it in their language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Self

from crm_mcp.languages.choice import Language, current

_Say = Callable[[str, dict[str, object], Language], str]


class Later(str):
    """English for everybody who takes it as text; `said` says it in another language.

    It lasts until it becomes part of another text: pass it on as it is, or as a value of another one.
    """

    __slots__ = ("_message", "_say", "_values")

    _message: str
    _values: Mapping[str, object]
    _say: _Say

    @classmethod
    def of(cls, message: str, values: Mapping[str, object], say: _Say) -> Self:
        """Return a text with its values."""
        made = cls(message.format(**values) if values else message)
        made._message, made._values, made._say = message, values, say
        return made

    @classmethod
    def joined(cls, parts: Iterable[str], by: str = " ") -> Self:
        """Return several texts as one, each said by itself."""
        named = {f"part{at}": part for at, part in enumerate(parts)}
        return cls.of(by.join(f"{{{name}}}" for name in named), named, _fill)

    def in_language(self, language: Language) -> str:
        """Return it in a language, texts among its values too."""
        values = {
            name: said(value, language) if isinstance(value, str) else value for name, value in self._values.items()
        }
        return self._say(self._message, values, language)


def _fill(message: str, values: dict[str, object], language: Language) -> str:
    del language
    return message.format(**values)


def said(text: str, language: Language | None = None) -> str:
    """Return a text as a person is told it, in the language of this process unless another one is given."""
    language = language or current()
    return text if language == "en" or not isinstance(text, Later) else text.in_language(language)
