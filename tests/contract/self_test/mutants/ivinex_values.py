"""Wrong fakes of Ivinex: how a filter compares values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.crm.sql import Clause
from mockserver.ivinex import search
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import replaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.ivinex.filters import Filter
    from mockserver.ivinex.schema import Field

_SYMBOLS = {"GreaterThan": ">", "GreaterThanEqual": ">=", "LessThan": "<", "LessThanEqual": "<="}


def _compare_otherwise(patch: pytest.MonkeyPatch, build: Callable[[Field, Filter], Clause | None]) -> None:
    """Have a condition be other SQL; where `build` gives None it stays as it is."""

    @replaces(patch, search, "build_condition")
    def build_condition(original: Callable[..., Clause], module: Any, wanted: Filter, hints: object) -> Clause:
        clause = original(module, wanted, hints)
        field = module.find_field(wanted.field)
        return clause if wanted.operand == "LinkedTo" else build(field, wanted) or clause


def _match(patch: pytest.MonkeyPatch, operands: dict[str, str], operator: str) -> None:
    """Have operands, and their opposites, be a pattern match; `{}` stands for the value's place in the pattern."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        pattern = operands.get(wanted.operand.removeprefix("Not"))
        if pattern is None:
            return None
        sql = f"coalesce({field.column}, '') {operator} ?"
        values = [pattern.format(wanted.value)]
        return Clause(f"NOT ({sql})" if wanted.operand.startswith("Not") else sql, values)

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.contains-takes-like-wildcards", "ivinex.filters.no-wildcards")
def like_contains(patch: pytest.MonkeyPatch) -> None:
    """In Contains and NotContains `%` and `_` are wildcards, as in an unescaped LIKE."""
    _match(patch, {"Contains": "%{}%"}, "LIKE")


@wrong_fake("ivinex.starts-with-takes-like-wildcards", "ivinex.filters.no-wildcards")
def like_starts_with(patch: pytest.MonkeyPatch) -> None:
    """In StartsWith `%` and `_` are wildcards, as in an unescaped LIKE."""
    _match(patch, {"StartsWith": "{}%"}, "LIKE")


@wrong_fake("ivinex.equal-takes-like-wildcards", "ivinex.filters.no-wildcards")
def like_equal(patch: pytest.MonkeyPatch) -> None:
    """In Equal and NotEqual `%` and `_` are wildcards, as in an unescaped LIKE."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        if field.kind != "text" or wanted.operand not in {"Equal", "NotEqual"}:
            return None
        sql = f"coalesce({field.column}, '') LIKE ?"
        return Clause(f"NOT ({sql})" if wanted.operand == "NotEqual" else sql, [str(wanted.value or "")])

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.contains-takes-stars", "ivinex.filters.wildcards-in-values")
def glob_contains(patch: pytest.MonkeyPatch) -> None:
    """In Contains and NotContains `*` is a wildcard."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        if wanted.operand not in {"Contains", "NotContains"}:
            return None
        escaped = str(wanted.value or "").replace("!", "!!").replace("%", "!%").replace("_", "!_").replace("*", "%")
        sql = f"coalesce({field.column}, '') LIKE ? ESCAPE '!'"
        return Clause(f"NOT ({sql})" if wanted.operand == "NotContains" else sql, [f"%{escaped}%"])

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.numbers-compared-as-text", "ivinex.filters.numbers")
def compare_numbers_as_text(patch: pytest.MonkeyPatch) -> None:
    """Greater and less compare numbers as text: 10 is less than 9."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        symbol = _SYMBOLS.get(wanted.operand)
        if symbol is None or field.is_moment or field.name == "collection_id":
            return None
        return Clause(f"{field.column} <> '' AND {field.column} {symbol} ?", [str(wanted.value)])

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.ids-compared-as-text", "ivinex.filters.greater-than")
def compare_ids_as_text(patch: pytest.MonkeyPatch) -> None:
    """Greater and less compare ids as text: 10 is less than 4."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        symbol = _SYMBOLS.get(wanted.operand)
        if symbol is None or field.name != "collection_id":
            return None
        return Clause(f"CAST(collection_id AS TEXT) {symbol} ?", [str(wanted.value)])

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.text-compared-as-numbers", "ivinex.filters.equal")
def compare_text_as_numbers(patch: pytest.MonkeyPatch) -> None:
    """Equal compares texts of digits as numbers: the phone 0612 equals 612."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        text = str(wanted.value or "")
        if field.kind != "text" or wanted.operand not in {"Equal", "NotEqual"} or not text.lstrip("+").isdigit():
            return None
        return Clause(
            f"coalesce(CAST({field.column} AS INTEGER), 0) {'=' if wanted.operand == 'Equal' else '<>'} ?", [int(text)]
        )

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.contains-minds-case", "ivinex.filters.letter-case")
def mind_case(patch: pytest.MonkeyPatch) -> None:
    """StartsWith and Contains tell capitals from small letters: `jo` does not find John."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        place = {"Contains": "> 0", "StartsWith": "= 1"}.get(wanted.operand)
        return Clause(f"instr(coalesce({field.column}, ''), ?) {place}", [str(wanted.value)]) if place else None

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.not-equal-drops-nulls", "ivinex.filters.missing-value")
def drop_nulls_from_not_equal(patch: pytest.MonkeyPatch) -> None:
    """NotEqual drops records without a value, as SQL's `<>` does, so that Equal and NotEqual do not add up."""
    _drop_nulls(patch, "NotEqual")


@wrong_fake("ivinex.not-contains-drops-nulls", "ivinex.filters.missing-value")
def drop_nulls_from_not_contains(patch: pytest.MonkeyPatch) -> None:
    """NotContains drops records without a value, so that Contains and NotContains do not add up."""
    _drop_nulls(patch, "NotContains")


def _drop_nulls(patch: pytest.MonkeyPatch, operand: str) -> None:
    @replaces(patch, search, "build_condition")
    def build_condition(original: Callable[..., Clause], module: Any, wanted: Filter, hints: object) -> Clause:
        clause = original(module, wanted, hints)
        if wanted.operand != operand:
            return clause
        column = module.find_field(wanted.field).column
        return Clause(f"{column} IS NOT NULL AND ({clause.sql})", clause.values)


@wrong_fake("ivinex.null-is-not-empty", "ivinex.filters.equal-empty")
def tell_null_from_empty(patch: pytest.MonkeyPatch) -> None:
    """Equal "" does not find records without a value."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        is_empty = wanted.operand == "Equal" and wanted.value == ""
        return Clause(f"{field.column} = ''") if is_empty else None

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.null-equals-everything", "ivinex.filters.equal")
def let_nulls_through(patch: pytest.MonkeyPatch) -> None:
    """Equal also finds the records that have no value."""
    _add_nulls(patch, {"Equal"})


@wrong_fake("ivinex.null-is-less", "ivinex.filters.missing-value")
def count_null_as_less(patch: pytest.MonkeyPatch) -> None:
    """LessThan and LessThanEqual find the records that have no value."""
    _add_nulls(patch, {"LessThan", "LessThanEqual"})


@wrong_fake("ivinex.null-is-greater", "ivinex.filters.missing-value")
def count_null_as_greater(patch: pytest.MonkeyPatch) -> None:
    """GreaterThan and GreaterThanEqual find the records that have no value."""
    _add_nulls(patch, {"GreaterThan", "GreaterThanEqual"})


def _add_nulls(patch: pytest.MonkeyPatch, operands: set[str]) -> None:
    @replaces(patch, search, "build_condition")
    def build_condition(original: Callable[..., Clause], module: Any, wanted: Filter, hints: object) -> Clause:
        clause = original(module, wanted, hints)
        if wanted.operand not in operands:
            return clause
        column = module.find_field(wanted.field).column
        return Clause(f"{column} IS NULL OR ({clause.sql})", clause.values)


@wrong_fake("ivinex.last-day-left-out", "ivinex.filters.last-day")
def leave_last_day_out(patch: pytest.MonkeyPatch) -> None:
    """LessThanEqual with a date takes that day's midnight, so that the day's records are left out."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        text = str(wanted.value)
        if field.kind != "datetime" or wanted.operand != "LessThanEqual" or len(text) != 10:
            return None
        return Clause(f"{field.column} <= ?", [f"{text} 00:00:00"])

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.first-day-left-out", "ivinex.filters.last-day")
def leave_first_day_out(patch: pytest.MonkeyPatch) -> None:
    """GreaterThanEqual with a date begins on the day after."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        text = str(wanted.value)
        if field.kind != "datetime" or wanted.operand != "GreaterThanEqual" or len(text) != 10:
            return None
        return Clause(f"{field.column} > ?", [f"{text} 23:59:59"])

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.time-of-day-ignored", "ivinex.filters.date-time")
def ignore_time(patch: pytest.MonkeyPatch) -> None:
    """Comparisons of date-times look at the date alone."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        symbol = _SYMBOLS.get(wanted.operand)
        if field.kind != "datetime" or symbol is None:
            return None
        return Clause(f"substr({field.column}, 1, 10) {symbol} ?", [str(wanted.value)[:10]])

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.dates-an-hour-off", "ivinex.filters.date-time")
def shift_by_an_hour(patch: pytest.MonkeyPatch) -> None:
    """Comparisons of date-times are an hour off, as where one side is taken for UTC."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        symbol = _SYMBOLS.get(wanted.operand)
        if field.kind != "datetime" or symbol is None:
            return None
        text = str(wanted.value)
        is_last = len(text) == 10 and symbol in {">", "<="}
        moment = text if len(text) > 10 else f"{text} {'23:59:59' if is_last else '00:00:00'}"
        return Clause(f"datetime({field.column}, '+1 hour') {symbol} datetime(?)", [moment])

    _compare_otherwise(patch, build)


@wrong_fake("ivinex.not-contains-minds-case", "ivinex.filters.contains-or-not")
def mind_case_in_not_contains(patch: pytest.MonkeyPatch) -> None:
    """NotContains tells capitals from small letters, and Contains does not, so that they do not add up."""

    def build(field: Field, wanted: Filter) -> Clause | None:
        if wanted.operand != "NotContains":
            return None
        return Clause(f"instr(coalesce({field.column}, ''), ?) = 0", [str(wanted.value)])

    _compare_otherwise(patch, build)
