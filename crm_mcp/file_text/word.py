"""The text of a Word document: paragraphs, and tables with a line for each row."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, cast

import docx

from crm_mcp.file_text.text_so_far import TextSoFar

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNSEEN = frozenset({"del", "moveFrom", "Fallback", "pPr", "sectPr", "instrText"})
"""Elements without text that a reader sees: what was deleted, a second form of a drawing, settings, codes of fields."""
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_OFF = frozenset({"0", "false", "off"})


def read_word(content: bytes, found: TextSoFar) -> None:
    """Add the text of the body; that of headers, footers and comments is left out.

    Raises:
        Exception: Whatever python-docx raises where it is broken.
    """
    document = docx.Document(BytesIO(content))
    for line in _lines(cast("Any", document.element.body)):  # what the library itself lists lacks text in controls
        if found.is_over:
            found.stop_at(f"“{line.strip()[:40]}”")
            return
        found.add(f"{line}\n")


def _lines(parent: Any) -> Iterator[str]:  # noqa: ANN401  # lxml has no types
    for child in parent:
        if child.tag == f"{_W}p":
            yield "".join(_words(child))
        elif child.tag == f"{_W}tr":
            yield " | ".join(" ".join(_lines(cell)).strip() for cell in child if cell.tag != f"{_W}trPr")
        elif _is_seen(child):
            yield from _lines(child)


def _words(parent: Any) -> Iterator[str]:  # noqa: ANN401
    for child in parent:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif _is_seen(child):
            yield from _words(child)


def _is_seen(element: Any) -> bool:  # noqa: ANN401
    if not isinstance(element.tag, str) or element.tag.rpartition("}")[2] in _UNSEEN:  # the tag of a comment is none
        return False
    hidden = element.find(f"{_W}rPr/{_W}vanish") if element.tag == f"{_W}r" else None
    return hidden is None or hidden.get(f"{_W}val") in _OFF
