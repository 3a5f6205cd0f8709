"""The text of a workbook: its sheets as CSV, one after the other."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO
from itertools import zip_longest
from typing import Any

import openpyxl

from crm_mcp.file_text.text_so_far import TextSoFar

_MOST_COLUMNS = 500


def read_sheets(content: bytes, found: TextSoFar) -> None:
    """Add each sheet under a line with its name: values as they were last computed, without empty rows.

    A formula that was never computed is shown as such.

    Raises:
        Exception: Whatever openpyxl raises where it is broken.
    """
    computed = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    written = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
    for sheet, formulas in zip(computed.worksheets, written.worksheets, strict=True):
        hidden = "" if sheet.sheet_state == "visible" else ", hidden"
        found.add(f"[sheet {sheet.title}{hidden}]\n")
        for number, row in enumerate(_rows(sheet, formulas), start=1):
            if found.is_over:
                found.stop_at(f"row {number} of the sheet {sheet.title!r}")
                return
            if line := _line(row):
                found.add(line)
        found.add("\n")


def _rows(sheet: Any, formulas: Any) -> Iterator[Sequence[object]]:  # noqa: ANN401  # two kinds of sheet
    for one in (sheet, formulas):
        one.reset_dimensions()  # they may be wrong by a million rows
    for values, sources in zip_longest(*(one.iter_rows(values_only=True) for one in (sheet, formulas)), fillvalue=()):
        yield [
            source if value is None and isinstance(source, str) and source.startswith("=") else value
            for value, source in zip_longest(values[:_MOST_COLUMNS], sources[:_MOST_COLUMNS])
        ]


def _line(row: Sequence[object]) -> str:
    """Return a row as CSV without the empty cells at its end; nothing for an empty one."""
    cells = [_text_of(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    if not cells:
        return ""
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _text_of(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    if isinstance(value, float):
        return f"{value:.15g}"  # as Excel shows it: 0.1 + 0.2 is 0.3
    return str(value)
