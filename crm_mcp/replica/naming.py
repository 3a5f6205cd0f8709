"""The names of tables and columns, made of the names that a CRM has: lower-case ASCII that needs no quotes. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LONGEST = 55
"""PostgreSQL, where people copy tables to, cuts names at 63."""
_RESERVED = frozenset(
    """
    add all alter analyse analyze and any array as asc asymmetric authorization autoincrement between binary
    both by case cast check collate column commit concurrently constraint create cross ctid current_catalog
    current_date current_role current_schema current_time current_timestamp current_user default deferrable
    delete desc distinct do drop else end escape except exists false fetch for foreign freeze from full grant
    group having if ilike in index initially inner insert intersect into is isnull join lateral leading left
    like limit localtime localtimestamp natural not nothing notnull null offset oid on only or order outer
    overlaps placing primary raise references returning right rowid select session_user set similar some
    symmetric table tableoid tablesample then to trailing transaction true union unique update user using values
    variadic verbose when where window with xmin
    """.split()  # noqa: SIM905  # a word a line would be 130 lines
)
"""What SQLite or PostgreSQL does not take as a bare name, or takes for something else."""


def make_name(text: str) -> str:
    """Return a name for what a CRM calls `text`; `_value` is added to a word of SQL's own."""
    letters = unicodedata.normalize("NFKD", text).casefold().encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", letters).strip("_") or "field"
    if name[0].isdigit():
        name = f"f_{name}"
    if name in _RESERVED:
        name = f"{name}_value"
    return name[:LONGEST].rstrip("_")


def make_unique_name(text: str, taken: Collection[str], suffix: str = "") -> str:
    """Return a name as `make_name` does, with `suffix`, or else a number, where another has it already."""
    name = make_name(text)
    if name not in taken:
        return name
    if suffix:
        return make_unique_name(f"{name[: LONGEST - len(suffix) - 1]}_{suffix}", taken)
    number = next(number for number in range(2, len(taken) + 3) if _numbered(name, number) not in taken)
    return _numbered(name, number)


def _numbered(name: str, number: int) -> str:
    ending = f"_{number}"
    return f"{name[: LONGEST - len(ending)]}{ending}"
