"""Objects written as a table: CSV for spreadsheets, JSON lines for programs. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?|\+[0-9][0-9 ()/.-]*")
"""A number, or a telephone number: no spreadsheet takes these for more than they are."""


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return every key of any row, in the order they first come."""
    return list(dict.fromkeys(key for row in rows for key in row))


def write_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV (RFC 4180): a line of columns, then one a row; a key that a row lacks is an empty cell.

    A text that a spreadsheet would run as a formula gets an apostrophe before it, as strangers write into a CRM;
    numbers and telephone numbers stay as they are.
    """
    columns = columns_of(rows)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in columns])
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return table.getvalue()


def write_json_lines(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as JSON lines: one object a line."""
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)


def flat_row(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with its `fields` beside its own keys; a field of the same name as a key is `fields.NAME`."""
    own = {key: value for key, value in item.items() if key != "fields"}
    return own | {(f"fields.{name}" if name in own else name): value for name, value in item["fields"].items()}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    is_formula = value.lstrip(" ").startswith(_FORMULA_STARTS) and not _HARMLESS.fullmatch(value.strip())
    return f"'{value}" if is_formula else value
