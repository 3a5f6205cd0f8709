"""Statistics of one field: how many values are numbers or dates, and their sum, mean and range. Pure.

Numbers are read strictly: `12`, `-3.50` are numbers, `1,200`, `12 EUR` and `1e3` are not, since they are ambiguous.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from typing import cast

Number = int | float

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,20})?")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_EXACT = Context(prec=80)
"""Wide enough that sums of any number of accepted values stay exact."""


@dataclass(slots=True)
class FieldStats:
    """Statistics of one field's values, within one group or in all rows."""

    numbers: int = 0
    dates: int = 0
    others: int = 0
    empty: int = 0
    _total: Decimal = Decimal(0)
    _decimals: int = 0
    _low: Decimal | None = None
    _high: Decimal | None = None
    first_date: str | None = None
    last_date: str | None = None

    def add(self, value: object) -> None:
        """Add one value."""
        text = shown_text(value)
        number = None if text is None else read_number(text)
        if text is None:
            self.empty += 1
        elif number is not None:
            self.numbers += 1
            self._take(number, number, number, -cast("int", number.as_tuple().exponent))
        elif read_date(text) is not None:
            self.dates += 1
            self._take_dates(text, text)
        else:
            self.others += 1

    def merge(self, other: FieldStats) -> None:
        """Add all values that other statistics hold."""
        self.numbers += other.numbers
        self.dates += other.dates
        self.others += other.others
        self.empty += other.empty
        if other._low is not None and other._high is not None:
            self._take(other._total, other._low, other._high, other._decimals)
        if other.first_date is not None and other.last_date is not None:
            self._take_dates(other.first_date, other.last_date)

    def _take(self, total: Decimal, low: Decimal, high: Decimal, decimals: int) -> None:
        self._total = _EXACT.add(self._total, total)
        self._low = low if self._low is None else min(self._low, low)
        self._high = high if self._high is None else max(self._high, high)
        self._decimals = max(self._decimals, decimals)

    def _take_dates(self, first: str, last: str) -> None:
        self.first_date = first if self.first_date is None else min(self.first_date, first)
        self.last_date = last if self.last_date is None else max(self.last_date, last)

    @property
    def is_of_dates(self) -> bool:
        """Whether this field holds more dates than numbers."""
        return self.dates > self.numbers

    def count_skipped(self, *, as_dates: bool) -> int:
        """Return how many values are skipped when the field is read as dates, or as numbers."""
        return self.others + (self.numbers if as_dates else self.dates)

    @property
    def sum(self) -> Number | None:
        """The sum of the numbers: 0 where all values are missing, none where there are only other values."""
        return None if not self.numbers and (self.dates or self.others) else _shown_number(self._total)

    @property
    def average(self) -> Number | None:
        """The mean of the numbers, to two decimals more than they have, at least two."""
        if not self.numbers:
            return None
        places = self._decimals + 2 if self._decimals else 2
        return _shown_number(round(_EXACT.divide(self._total, Decimal(self.numbers)), places))

    @property
    def low(self) -> Number | None:
        """The smallest number."""
        return None if self._low is None else _shown_number(self._low)

    @property
    def high(self) -> Number | None:
        """The greatest number."""
        return None if self._high is None else _shown_number(self._high)


def read_number(text: str) -> Decimal | None:
    """Return text as a number, None where it is anything else."""
    text = text.strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def read_date(text: str) -> datetime | None:
    """Return an ISO date or date-time, None where it is anything else or there is no such day."""
    text = text.strip()
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def shown_text(value: object) -> str | None:
    """Return a value as text; None for what is empty."""
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, list):
        return ", ".join(shown_text(part) or "" for part in cast("list[object]", value))
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shown_number(number: Decimal) -> Number:
    return int(number) if number == number.to_integral_value() else float(number)
