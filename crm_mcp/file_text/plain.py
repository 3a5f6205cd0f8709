"""Plain text and CSV in the encodings in which people send them. Pure."""

from __future__ import annotations

import codecs
import re

from crm_mcp.file_text.text_so_far import NoTextError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HUNGARIAN = "cp1250"
"""What Hungarian programs write that do not write UTF-8; iso-8859-2 has the same Hungarian letters."""
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MOST_CONTROLS = 0.01
"""A larger share of control characters is no text."""
_LOOKED_AT = 4_096


def decode_text(content: bytes, media_type: str = "") -> tuple[str, str]:
    """Return the text of a file, and a sentence where its encoding was guessed.

    Raises:
        NoTextError: It is no text.
    """
    encoding, is_guess = _encoding_of(content, media_type)
    text = content.decode(encoding, errors="replace")
    if len(_CONTROLS.findall(text)) > len(text) * _MOST_CONTROLS or _is_garbled(text):
        raise NoTextError("other", "a file of no known kind")
    note = f"Its encoding is a guess ({encoding}): letters with accents may be wrong." if is_guess else ""
    return text.replace("\x00", ""), note


def _encoding_of(content: bytes, media_type: str) -> tuple[str, bool]:
    """Return how bytes are to be decoded, and whether that is a guess."""
    if by_bom := next((encoding for bom, encoding in _BOMS if content.startswith(bom)), ""):
        return by_bom, False
    if wide := _wide_encoding(content[:_LOOKED_AT]):
        return wide, True
    if _fits(content, "utf-8"):
        return "utf-8", False
    named = _CHARSET.search(media_type)
    if named and _is_text_encoding(named[1]) and _fits(content, named[1]):
        return named[1].lower(), False
    return _HUNGARIAN, True


def _fits(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_text_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding  # noqa: SLF001  # as bytes.decode looks
    except (LookupError, AttributeError):
        return False


def _wide_encoding(start: bytes) -> str:
    """Return the encoding of two bytes a character whose zeros stand in every other place; empty where none does."""
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if len(zeros) > 1 and zeros.count(0) > len(zeros) * 0.6 and start.count(0) < len(start) * 0.6:
            return encoding
    return ""


def _is_garbled(text: str) -> bool:
    return text.count("\ufffd") > len(text) * 0.1
