"""The functions that a statement may use: which are allowed, and which are ours."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class OwnFunction(NamedTuple):
    """A function that SQLite does not have.

    Attributes:
        name: Its name.
        arguments: How many it takes; -1 is any number.
        call: How it is called.
        gives: What it gives, for people.
        is_aggregate: Whether it sums up rows.
    """

    name: str
    arguments: int
    call: str
    gives: str
    is_aggregate: bool = False


OFFERED = (
    OwnFunction("fold", 1, "fold(text)", "without case and accents"),
    OwnFunction("digits", 1, "digits(text)", "its digits: digits(phone) like '%301234567'"),
    OwnFunction("median", 1, "median(number)", "of a group", is_aggregate=True),
    OwnFunction("today", 0, "today()", "'YYYY-MM-DD' in the account's zone"),
    OwnFunction("now", 0, "now()", "with the time"),
)
"""What the description of the tables tells of."""

_NATIVE_FROM = (3, 44)
_LATER_IN_SQLITE = (
    OwnFunction("concat", -1, "concat(a, b, ...)", "the texts one after another"),
    OwnFunction("string_agg", 2, "string_agg(text, separator)", "the texts of a group", is_aggregate=True),
)
OWN = (*OFFERED, *(_LATER_IN_SQLITE if sqlite3.sqlite_version_info < _NATIVE_FROM else ()))
"""What has to be given to SQLite."""

_TEXT = "char concat concat_ws format glob instr length like lower ltrim printf replace rtrim substr substring trim"
_MORE_TEXT = "octet_length typeof unicode upper -> ->> json_array_length json_each json_extract json_type json_valid"
_NUMBERS = "abs ceil ceiling exp floor ln log log10 log2 max min mod pi pow power random round sign sqrt trunc"
_DATES = "current_date current_time current_timestamp date datetime julianday strftime time timediff unixepoch"
_CHOICES = "coalesce if ifnull iif nullif"
_GROUPS = "avg count group_concat string_agg sum total"
_WINDOWS = "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number"

_GROUPINGS = (_TEXT, _MORE_TEXT, _NUMBERS, _DATES, _CHOICES, _GROUPS, _WINDOWS)

ALLOWED = frozenset(name for names in _GROUPINGS for name in names.split()) | {function.name for function in OFFERED}
"""Every function that a statement may name, as SQLite reports it; not each SQLite has all of them."""
