"""Rows as a table of aligned columns, for a terminal. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from crm_mcp.rendering.hidden_characters import remove_hidden

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def write_text_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table; numbers stand to the right, NULL is empty, and what a terminal would obey is left out."""
    texts = [[_text(value) for value in row] for row in [columns, *rows]]
    widths = [max(map(_width, column)) for column in zip(*texts, strict=True)]
    is_right = [
        any(isinstance(row[i], int | float) for row in rows)
        and all(row[i] is None or isinstance(row[i], int | float) for row in rows)
        for i in range(len(columns))
    ]
    lines = [
        "  ".join(
            _padded(text, width, right) for text, width, right in zip(line, widths, is_right, strict=True)
        ).rstrip()
        for line in texts
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _text(value: object) -> str:
    return "" if value is None else _CONTROL.sub(" ", remove_hidden(str(value)))


def _width(text: str) -> int:
    return sum(
        2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1 for char in text
    )


def _padded(text: str, width: int, is_right: bool) -> str:
    gap = " " * (width - _width(text))
    return gap + text if is_right else text + gap
