"""Rows as a table of aligned columns, for a terminal. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len

from crm_mcp.rendering.hidden_characters import remove_hidden

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def write_text_table(columns: Sequence[str], rows: Sequence[Sequence[object]], most_columns: int = 0) -> str:
    """Return a table; numbers stand to the right, NULL is empty, and what a terminal would obey is left out.

    Args:
        columns: Their names.
        rows: What stands under them.
        most_columns: How wide a terminal is; a table that is wider stands row under row, a value a line. 0 is no limit.
    """
    texts = [[_text(value) for value in row] for row in [columns, *rows]]
    widths = [max(map(cell_len, column)) for column in zip(*texts, strict=True)]
    if rows and 0 < most_columns < sum(widths) + 2 * (len(widths) - 1):
        return _row_under_row(texts)
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


def _padded(text: str, width: int, is_right: bool) -> str:
    gap = " " * (width - cell_len(text))
    return gap + text if is_right else text + gap


def _row_under_row(texts: Sequence[Sequence[str]]) -> str:
    names, *rows = texts
    width = max(map(cell_len, names))
    lines: list[str] = []
    for number, row in enumerate(rows, 1):
        lines.append(f"-- {number}/{len(rows)}")
        lines += [
            f"{_padded(name, width, is_right=False)}  {value}".rstrip() for name, value in zip(names, row, strict=True)
        ]
    return "\n".join(lines)
