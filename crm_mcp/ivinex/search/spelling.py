"""One text in two spellings: with other accents, apostrophes, spaces or markup, or a phone grouped otherwise. Pure."""

from __future__ import annotations

import re
import unicodedata

from crm_mcp.crm.duplicates import MIN_PHONE_DIGITS, PHONE_DIGITS, digits_of
from crm_mcp.crm.name_matching import folded
from crm_mcp.rendering.html_text import plain_text

CONSONANTS = "bcdfghjklmnpqrstvwxz0123456789"
"""Characters that no Hungarian accent changes."""
NEVER_ACCENTED = "bfhjkmpqvwx0123456789"
"""Characters that hardly any language puts an accent on."""
_MOST_PARTS = 4
_PHONE_NAME = re.compile(r"phone|mobile|fax|(^|_)tel(_|$)", re.IGNORECASE)
_ONLY_A_PHONE = re.compile(r"[+()\d][\d\s()/.+-]{5,}", re.ASCII)
_END_OF_A_PHONE = 3


def is_phone(field: str, text: str) -> bool:
    """Tell whether a text sought in a field is a phone number."""
    enough = len(digits_of(text)) >= MIN_PHONE_DIGITS
    return enough and bool(_PHONE_NAME.search(field) or _ONLY_A_PHONE.fullmatch(text.strip()))


def parts_in_any_spelling(field: str, text: str, letters: str) -> list[str]:
    """Return short parts of a text that every spelling of it contains, the longest first; none where there is none."""
    if is_phone(field, text):
        return [digits_of(text)[-_END_OF_A_PHONE:]]
    unmarked = "".join(
        " " if unicodedata.combining(char) else char for char in unicodedata.normalize("NFD", text).casefold()
    )
    parts = dict.fromkeys(re.findall(f"[{letters}]+", unmarked))
    return sorted(parts, key=len, reverse=True)[:_MOST_PARTS]


def is_alike(field: str, operand: str, wanted: str, stored: object) -> bool:
    """Tell whether a stored value meets Equal, Contains or StartsWith in another spelling of what was wanted."""
    text = str(stored or "")
    if is_phone(field, wanted):
        return _is_phone_alike(operand, digits_of(wanted), digits_of(text))
    mine, theirs = _plain(wanted), _plain(plain_text(text) if "</" in text else text)
    if operand == "Equal":
        return sorted(mine.split()) == sorted(theirs.split())
    return theirs.startswith(mine) if operand == "StartsWith" else mine in theirs


def _is_phone_alike(operand: str, mine: str, theirs: str) -> bool:
    if operand == "Equal":
        return mine[-PHONE_DIGITS:] == theirs[-PHONE_DIGITS:]
    return theirs.startswith(mine) if operand == "StartsWith" else mine[-PHONE_DIGITS:] in theirs


def _plain(text: str) -> str:
    """Return text without case, accents and marks such as apostrophes; dashes are spaces."""
    letters = (" " if unicodedata.category(char) == "Pd" else char for char in folded(text))
    return " ".join("".join(char for char in letters if char.isalnum() or char.isspace() or char in "@._+").split())
