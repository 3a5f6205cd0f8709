"""A statement cut into tokens as SQLite cuts it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_INVISIBLE = "\ufeff\u200b\u2060"
_WORD_LETTER = rf"[^\x00-\x23\x25-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f\s{_INVISIBLE}]"  # A-Za-z0-9_$ of ASCII
_TOKEN = re.compile(
    rf"""
      (?P<space>   [\s{_INVISIBLE}]+ | --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<text>    '[^']*(?:''[^']*)*(?:'|\Z) )
    | (?P<quoted>  "[^"]*(?:""[^"]*)*(?:"|\Z) | `[^`]*(?:``[^`]*)*(?:`|\Z) | \[[^\]]*(?:\]|\Z) )
    | (?P<word>    (?![0-9$]){_WORD_LETTER}+ )
    | (?P<number>  0[xX][0-9a-fA-F]+ | (?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<parameter> \?[0-9]* | [:@$\#]\w+ )
    | (?P<mark>    :: | <= | >= | <> | != | == | \|\| | ->> | -> | . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A part of a statement; comments and spaces are none.

    Attributes:
        kind: `text`, `quoted`, `word`, `number`, `parameter` or `mark`.
        text: As it stands in the statement.
        name: What a word or a quoted name names, in lower case; empty for the others.
        is_apart: Whether a space or a comment stands before it.
    """

    kind: str
    text: str
    name: str
    is_apart: bool

    def is_word(self, *words: str) -> bool:
        """Return whether it is one of these words (lower case), unquoted."""
        return self.kind == "word" and self.name in words

    def is_mark(self, mark: str) -> bool:
        """Return whether it is that punctuation."""
        return self.kind == "mark" and self.text == mark


def tokens_of(sql: str) -> list[Token]:
    """Return the tokens of a statement."""
    return list(_iter_tokens(sql))


def joined(tokens: Sequence[Token]) -> str:
    """Return the tokens as a statement, comments and line breaks as single spaces."""
    return "".join(f" {token.text}" if token.is_apart else token.text for token in tokens).strip()


def _iter_tokens(sql: str) -> Iterator[Token]:
    is_apart = False
    for found in _TOKEN.finditer(sql):
        kind, text = str(found.lastgroup), found[0]
        if kind != "space":
            yield Token(kind, text, _name(kind, text), is_apart)
        is_apart = kind == "space"


def _name(kind: str, text: str) -> str:
    if kind == "word":
        return text.lower()
    if kind != "quoted":
        return ""
    quote = text[0]
    return text[1:-1].lower() if quote == "[" else text[1:-1].replace(quote * 2, quote).lower()
