"""Objects written as a table: CSV for spreadsheets, JSON lines for programs. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

BYTE_ORDER_MARK = "\ufeff"
"""Excel reads a CSV file as UTF-8 only where it begins with this."""
_ROWS_A_PIECE = 500
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\xa0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+")
_FORMULA_STARTS = ("=", "+", "-", "@")
_HARMLESS = re.compile(
    r"[+-]?[0-9]{1,3}([ .,'][0-9]{3})*([.,][0-9]+)?( ?%)?"  # a number in groups of three
    r"|[+-]?[0-9]+([.,][0-9]+)?(e[+-]?[0-9]{1,3})?( ?%)?"  # any other number
    r"|\+ ?[0-9(][0-9 ()/.-]*([,;]? ?(ext|extension|x|m|mell|mellék|#)[.:]? ?[0-9]+)?",  # a telephone number
    re.IGNORECASE,
)
"""No spreadsheet takes these for more than they are."""


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return every key of any row, in the order they first come."""
    return list(dict.fromkeys(key for row in rows for key in row))


def iter_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> Iterator[str]:
    """Yield rows as CSV (RFC 4180) with a byte order mark, in pieces; a key that a row lacks is an empty cell.

    Without `columns` these are the keys of any row.

    A text that a spreadsheet would run as a formula gets an apostrophe before it, as strangers write into a CRM;
    numbers and telephone numbers stay as they are.
    """
    columns = columns or columns_of(rows)
    return iter_csv_table(columns, ([row.get(name) for name in columns] for row in rows))


def iter_csv_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, mark: str = BYTE_ORDER_MARK
) -> Iterator[str]:
    """Yield a table as `iter_csv` does; two columns may have one name. An empty `mark` suits other programs."""
    yield mark + _csv_of([columns])
    rest = iter(rows)
    while piece := list(islice(rest, _ROWS_A_PIECE)):
        yield _csv_of(piece)


def _csv_of(rows: Iterable[Sequence[object]]) -> str:
    table = io.StringIO()
    csv.writer(table, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return table.getvalue()


def iter_json_lines(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> Iterator[str]:
    """Yield rows as JSON lines, one object a line with the keys that it has, in pieces."""
    del columns
    for start in range(0, len(rows), _ROWS_A_PIECE):
        piece = rows[start : start + _ROWS_A_PIECE]
        yield "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in piece)


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
    return f"'{value}" if _is_formula(value) else value


def _is_formula(text: str) -> bool:
    """Tell whether a spreadsheet may run a text; unseen and full-width characters do not hide a formula."""
    seen = unicodedata.normalize("NFKC", _UNSEEN.sub(" ", text)).strip()
    return seen.startswith(_FORMULA_STARTS) and not _HARMLESS.fullmatch(seen)
