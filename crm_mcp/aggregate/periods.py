"""Days, weeks, months, quarters and years: which one a date is in, and those between two that hold nothing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple


class Period(NamedTuple):
    """A way to cut time: the number of the part that a date is in, and the label of a number."""

    number_of: Callable[[date], int]
    label_of: Callable[[int], str]


def _number_of_week(day: date) -> int:
    return (day.toordinal() - 1) // 7  # day 1 was a Monday


def _number_of_month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _number_of_quarter(day: date) -> int:
    return _number_of_month(day) // 3


def _number_of_year(day: date) -> int:
    return day.year


def _label_of_day(number: int) -> str:
    return date.fromordinal(number).isoformat()


def _label_of_week(number: int) -> str:
    year, week, _ = date.fromordinal(number * 7 + 1).isocalendar()
    return f"{year:04}-W{week:02}"


def _label_of_month(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"


def _label_of_quarter(number: int) -> str:
    return f"{number // 4:04}-Q{number % 4 + 1}"


PERIODS: Mapping[str, Period] = {
    "day": Period(date.toordinal, _label_of_day),
    "week": Period(_number_of_week, _label_of_week),
    "month": Period(_number_of_month, _label_of_month),
    "quarter": Period(_number_of_quarter, _label_of_quarter),
    "year": Period(_number_of_year, "{:04}".format),
}


def newest_with_gaps(numbers: Iterable[int], most: int) -> list[int]:
    """Return the numbers of periods, the newest first, with the empty ones between them among the first `most`.

    A gap that `most` periods do not fill is left out, so that one wrong date does not hide all others.
    """
    filled: list[int] = []
    for number in sorted(set(numbers), reverse=True):
        if filled and filled[-1] - number <= most:
            filled += range(filled[-1] - 1, number, -1)[: max(0, most - len(filled))]
        filled.append(number)
    return filled
