"""Mutants of Ivinex: how a filter compares values."""

from __future__ import annotations

import datetime as dt
import operator
import re
from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.ivinex.search import ID, Filter, match
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.self_test.mutants.faults import Fault

mutant = mutants_of("ivinex")

_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "GreaterThan": operator.gt,
    "GreaterThanEqual": operator.ge,
    "LessThan": operator.lt,
    "LessThanEqual": operator.le,
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _match_text(operands: set[str], finds: Callable[[str, str], bool]) -> Fault:
    """Have operands compare texts otherwise, and their opposites find the others."""

    def test(value: str | None, each: Filter, is_right: bool) -> bool:
        if _is_number(value) or _DATE.match(value or ""):
            return is_right
        return finds(value or "", str(each["Value"] or "")) != each["Operand"].startswith("Not")

    return match(operands, test)


def _match_like(operands: set[str], pattern: str, *, wild: str = "%_") -> Fault:
    """Have operands take signs of the value for wildcards; `{}` in the pattern stands for the value."""
    signs = {"%": ".*", "_": ".", "*": ".*"}

    def finds(value: str, wanted: str) -> bool:
        expression = "".join(signs[sign] if sign in wild else re.escape(sign) for sign in wanted)
        return re.fullmatch(pattern.format(expression), value, re.DOTALL | re.IGNORECASE) is not None

    return _match_text(operands, finds)


def _compare(applies: Callable[[str, Filter], bool], read: Callable[[str, Filter], tuple[str, str]]) -> Fault:
    """Have greater and less compare other texts; `read` is given the value and the condition."""

    def test(value: str | None, each: Filter, is_right: bool) -> bool:
        if value is None or not applies(value, each):
            return is_right
        return _COMPARE[each["Operand"]](*read(value, each))

    return match(set(_COMPARE), test)


def _is_number(text: object) -> bool:
    return str(text).isascii() and str(text).isdigit()


def _is_date(value: str, _each: Filter) -> bool:
    return _DATE.match(value) is not None


def _as_sent(value: str, each: Filter) -> tuple[str, str]:
    return value, str(each["Value"])


def _hour_off(value: str, each: Filter) -> tuple[str, str]:
    wanted = str(each["Value"])
    if len(wanted) == 10:
        wanted += " 23:59:59" if each["Operand"] in {"GreaterThan", "LessThanEqual"} else " 00:00:00"
    return str(dt.datetime.fromisoformat(value) + dt.timedelta(hours=1)), wanted


def _equal_as_numbers(value: str | None, each: Filter, is_right: bool) -> bool:
    wanted = str(each["Value"] or "")
    if not wanted.lstrip("+").isdigit():
        return is_right
    number = int(value) if value and value.lstrip("+").isdigit() else 0
    return (number == int(wanted)) == (each["Operand"] == "Equal")


def _is_whole_day(value: str | None, each: Filter) -> bool:
    return len(value or "") > 10 and len(str(each["Value"])) == 10


# fmt: off
MUTANTS = (
    mutant("contains-takes-like-wildcards", "filters.no-wildcards",
           "In Contains and NotContains `%` and `_` are wildcards, as in an unescaped LIKE.",
           _match_like({"Contains", "NotContains"}, ".*{}.*")),
    mutant("starts-with-takes-like-wildcards", "filters.no-wildcards",
           "In StartsWith `%` and `_` are wildcards, as in an unescaped LIKE.",
           _match_like({"StartsWith"}, "{}.*")),
    mutant("equal-takes-like-wildcards", "filters.no-wildcards",
           "In Equal and NotEqual `%` and `_` are wildcards, as in an unescaped LIKE.",
           _match_like({"Equal", "NotEqual"}, "{}")),
    mutant("contains-takes-stars", "filters.wildcards-in-values", "In Contains and NotContains `*` is a wildcard.",
           _match_like({"Contains", "NotContains"}, ".*{}.*", wild="*")),
    mutant("numbers-compared-as-text", "filters.numbers",
           "Greater and less compare numbers as text: 10 is less than 9.",
           _compare(lambda value, each: each["Field"] not in {ID, "id"} and not _is_date(value, each), _as_sent)),
    mutant("ids-compared-as-text", "filters.greater-than", "Greater and less compare ids as text: 10 is less than 4.",
           _compare(lambda _value, each: each["Field"] in {ID, "id"}, _as_sent)),
    mutant("text-compared-as-numbers", "filters.equal",
           "Equal compares texts of digits as numbers: the phone 0612 equals 612.",
           match({"Equal", "NotEqual"}, _equal_as_numbers)),
    mutant("contains-minds-case", "filters.letter-case",
           "StartsWith and Contains tell capitals from small letters: `jo` does not find John.",
           match({"StartsWith", "Contains"},
                 lambda value, each, is_right: is_right and str(each["Value"]) in (value or ""))),
    mutant("not-equal-drops-nulls", "filters.missing-value",
           "NotEqual drops records without a value, as SQL's `<>` does, so that Equal and NotEqual do not add up.",
           match({"NotEqual"}, lambda value, _each, is_right: is_right and value is not None)),
    mutant("not-contains-drops-nulls", "filters.missing-value",
           "NotContains drops records without a value, so that Contains and NotContains do not add up.",
           match({"NotContains"}, lambda value, _each, is_right: is_right and value is not None)),
    mutant("null-is-not-empty", "filters.equal-empty", 'Equal "" does not find records without a value.',
           match({"Equal"}, lambda value, each, is_right: is_right and (value is not None or each["Value"] != ""))),
    mutant("null-equals-everything", "filters.equal", "Equal also finds the records that have no value.",
           match({"Equal"}, lambda value, _each, is_right: is_right or value is None)),
    mutant("null-is-less", "filters.missing-value", "LessThan and LessThanEqual find the records that have no value.",
           match({"LessThan", "LessThanEqual"}, lambda value, _each, is_right: is_right or value is None)),
    mutant("null-is-greater", "filters.missing-value",
           "GreaterThan and GreaterThanEqual find the records that have no value.",
           match({"GreaterThan", "GreaterThanEqual"}, lambda value, _each, is_right: is_right or value is None)),
    mutant("last-day-left-out", "filters.last-day",
           "LessThanEqual with a date takes that day's midnight, so that the day's records are left out.",
           _compare(
               lambda value, each: each["Operand"] == "LessThanEqual" and _is_whole_day(value, each),
               lambda value, each: (value, f"{each['Value']} 00:00:00"),
           )),
    mutant("first-day-left-out", "filters.last-day", "GreaterThanEqual with a date begins on the day after.",
           _compare(
               lambda value, each: each["Operand"] == "GreaterThanEqual" and _is_whole_day(value, each),
               lambda value, each: (value, f"{each['Value']} 23:59:59.5"),
           )),
    mutant("time-of-day-ignored", "filters.date-time", "Comparisons of date-times look at the date alone.",
           _compare(_is_date, lambda value, each: (value[:10], str(each["Value"])[:10]))),
    mutant("dates-an-hour-off", "filters.date-time",
           "Comparisons of date-times are an hour off, as where one side is taken for UTC.",
           _compare(_is_date, _hour_off)),
    mutant("not-contains-minds-case", "filters.contains-or-not",
           "NotContains tells capitals from small letters, and Contains does not, so that they do not add up.",
           match({"NotContains"}, lambda value, each, _is_right: str(each["Value"]) not in (value or ""))),
)
# fmt: on
