"""What a file is, by its first bytes: neither its name nor its media type is believed. Pure."""

from __future__ import annotations

import re
from typing import Literal

Format = Literal["pdf", "zip", "html", "text"]

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"GIF8", "an image (GIF)"),
    (b"BM", "an image (BMP)"),
    (b"II*\x00", "an image (TIFF)"),
    (b"MM\x00*", "an image (TIFF)"),
    (b"{\\rtf", "a document of rich text (RTF)"),
    (b"Rar!\x1a\x07", "an archive (RAR)"),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)"),
    (b"\x1f\x8b", "an archive (gzip)"),
    (b"ID3", "a sound (MP3)"),
    (b"OggS", "a sound (Ogg)"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_WHERE_PDF_BEGINS = 1024


def format_of(content: bytes) -> Format | str:
    """Return how a file is to be read, or with its article what it is where it has no text to read."""
    if content.startswith(b"PK\x03\x04"):
        return "zip"
    if b"%PDF-" in content[:_WHERE_PDF_BEGINS]:
        return "pdf"
    if content.startswith(_OLD_OFFICE):
        return "a file of an older or encrypted office program"
    if content[4:8] == b"ftyp":
        return "a video or an image (MP4, HEIC)"
    if content.startswith(b"RIFF"):
        return f"a file of {'images (WebP)' if content[8:12] == b'WEBP' else 'sound or video'}"
    if other := next((what for start, what in _OTHERS if content.startswith(start) and _is_binary(content)), ""):
        return other
    return "html" if _HTML.match(content[:4096]) else "text"


def _is_binary(content: bytes) -> bool:
    """Tell whether bytes that begin like a format may be it: `BMW` and `MZ/X` begin texts, too."""
    return not content[:512].isascii() or b"\x00" in content[:512] or content.startswith(b"{\\rtf")
