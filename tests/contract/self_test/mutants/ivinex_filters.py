"""Wrong fakes of Ivinex: which filters count, and how they are joined."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.crm.sql import Clause, combine
from mockserver.ivinex import search, store
from mockserver.ivinex.rules import RefusalError
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import alter_requests, replaces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pytest

    from mockserver.crm.api import ApiRequest
    from mockserver.ivinex.filters import Filter

_OPERANDS = (
    "Equal",
    "In",
    "Contains",
    "NotContains",
    "NotEqual",
    "GreaterThan",
    "GreaterThanEqual",
    "LessThan",
    "LessThanEqual",
    "StartsWith",
    "LinkedTo",
)


def _keep_filters(patch: pytest.MonkeyPatch, keep: Callable[[list[Filter]], list[Filter]]) -> None:
    @replaces(patch, search, "_read_filters")
    def read_filters(original: Callable[..., list[Filter]], *args: object) -> list[Filter]:
        return keep(original(*args))


def _mistake_operands(patch: pytest.MonkeyPatch, mistaken: dict[str, str]) -> None:
    """Have some operands taken for others."""

    @replaces(patch, search, "build_condition")
    def build_condition(original: Callable[..., Clause], module: object, wanted: Filter, hints: object) -> Clause:
        return original(module, replace(wanted, operand=mistaken.get(wanted.operand, wanted.operand)), hints)


@wrong_fake("ivinex.filters-ignored", "ivinex.filters.contradiction")
def ignore_filters(patch: pytest.MonkeyPatch) -> None:
    """Filters are read and ignored."""
    _keep_filters(patch, lambda _found: [])


@wrong_fake("ivinex.second-filter-ignored", "ivinex.filters.and")
def ignore_second(patch: pytest.MonkeyPatch) -> None:
    """Only the first filter counts."""
    _keep_filters(patch, lambda found: found[:1])


@wrong_fake("ivinex.last-filter-of-a-field-wins", "ivinex.filters.and")
def keep_last_of_a_field(patch: pytest.MonkeyPatch) -> None:
    """Of several filters on one field only the last counts, so that a range has one end."""
    _keep_filters(patch, lambda found: list({each.field: each for each in found}.values()))


@wrong_fake("ivinex.third-filter-ignored", "ivinex.filters.and")
def ignore_third(patch: pytest.MonkeyPatch) -> None:
    """Only the first two filters count."""
    _keep_filters(patch, lambda found: found[:2])


@wrong_fake("ivinex.filters-joined-by-or", "ivinex.filters.and")
def join_by_or(patch: pytest.MonkeyPatch) -> None:
    """A record that meets any one of the filters is found."""

    @replaces(patch, store, "match_all")
    def match_any(original: Callable[..., Clause], clauses: Sequence[Clause]) -> Clause:
        return combine(clauses, "OR") if clauses else original(clauses)


@wrong_fake("ivinex.malformed-filters-ignored", "ivinex.filters.unreadable")
def ignore_malformed(patch: pytest.MonkeyPatch) -> None:
    """Filters that cannot be read are ignored: all records come."""

    @replaces(patch, search, "_read_filters")
    def read_filters(original: Callable[..., list[Filter]], *args: object) -> list[Filter]:
        try:
            return original(*args)
        except RefusalError:
            return []


def _answer_refused(patch: pytest.MonkeyPatch, word: str, clause: str) -> None:
    """Have a condition whose refusal holds a word stand for other SQL."""

    @replaces(patch, search, "build_condition")
    def build_condition(original: Callable[..., Clause], *args: object) -> Clause:
        try:
            return original(*args)
        except RefusalError as refusal:
            if word in str(refusal):
                return Clause(clause)
            raise


@wrong_fake("ivinex.unknown-field-ignored", "ivinex.filters.unknown-field")
def ignore_unknown_field(patch: pytest.MonkeyPatch) -> None:
    """A filter on a field that does not exist is ignored: all records come."""
    _answer_refused(patch, "has no field", "1")


@wrong_fake("ivinex.unknown-operand-ignored", "ivinex.filters.unknown-operand")
def ignore_unknown_operand(patch: pytest.MonkeyPatch) -> None:
    """A filter with an unknown operand is ignored: all records come."""
    _answer_refused(patch, "is no operand", "1")


@wrong_fake("ivinex.unknown-operand-is-equal", "ivinex.filters.unknown-operand")
def take_unknown_as_equal(patch: pytest.MonkeyPatch) -> None:
    """An unknown operand is taken for Equal."""

    @replaces(patch, search, "build_condition")
    def build_condition(original: Callable[..., Clause], module: object, wanted: Filter, hints: object) -> Clause:
        known = wanted.operand in _OPERANDS
        return original(module, wanted if known else replace(wanted, operand="Equal"), hints)


@wrong_fake("ivinex.operand-case-ignored", "ivinex.filters.operand-case")
def ignore_operand_case(patch: pytest.MonkeyPatch) -> None:
    """Operands are taken in any case: `equal`, `CONTAINS`."""

    @replaces(patch, search, "build_condition")
    def build_condition(original: Callable[..., Clause], module: object, wanted: Filter, hints: object) -> Clause:
        by_fold = {operand.casefold(): operand for operand in _OPERANDS}
        operand = by_fold.get(wanted.operand.casefold(), wanted.operand)
        return original(module, replace(wanted, operand=operand), hints)


@wrong_fake("ivinex.mathematical-operators-taken", "ivinex.filters.mathematical-operators")
def take_symbols(patch: pytest.MonkeyPatch) -> None:
    """The mathematical operators are taken as operands, which the document rules out."""
    symbols = {"=": "Equal", "!=": "NotEqual", ">": "GreaterThan", ">=": "GreaterThanEqual", "<": "LessThan"}
    _mistake_operands(patch, {**symbols, "<=": "LessThanEqual"})


@wrong_fake("ivinex.greater-than-equal-is-strict", "ivinex.filters.greater-than-equal")
def exclude_lower_bound(patch: pytest.MonkeyPatch) -> None:
    """GreaterThanEqual leaves out what is equal."""
    _mistake_operands(patch, {"GreaterThanEqual": "GreaterThan"})


@wrong_fake("ivinex.less-than-equal-is-strict", "ivinex.filters.less-than-equal")
def exclude_upper_bound(patch: pytest.MonkeyPatch) -> None:
    """LessThanEqual leaves out what is equal."""
    _mistake_operands(patch, {"LessThanEqual": "LessThan"})


@wrong_fake("ivinex.greater-than-includes-equal", "ivinex.filters.greater-than")
def include_lower_bound(patch: pytest.MonkeyPatch) -> None:
    """GreaterThan lets through what is equal."""
    _mistake_operands(patch, {"GreaterThan": "GreaterThanEqual"})


@wrong_fake("ivinex.less-than-includes-equal", "ivinex.filters.less-than")
def include_upper_bound(patch: pytest.MonkeyPatch) -> None:
    """LessThan lets through what is equal."""
    _mistake_operands(patch, {"LessThan": "LessThanEqual"})


@wrong_fake("ivinex.comparisons-swapped", "ivinex.filters.date-time")
def swap_comparisons(patch: pytest.MonkeyPatch) -> None:
    """GreaterThan and LessThan are swapped."""
    _mistake_operands(patch, {"GreaterThan": "LessThan", "LessThan": "GreaterThan"})


@wrong_fake("ivinex.starts-with-is-contains", "ivinex.filters.starts-with")
def take_starts_with_as_contains(patch: pytest.MonkeyPatch) -> None:
    """StartsWith finds the text anywhere."""
    _mistake_operands(patch, {"StartsWith": "Contains"})


@wrong_fake("ivinex.contains-is-starts-with", "ivinex.filters.contains")
def take_contains_as_starts_with(patch: pytest.MonkeyPatch) -> None:
    """Contains finds the text at the beginning alone."""
    _mistake_operands(patch, {"Contains": "StartsWith"})


@wrong_fake("ivinex.equal-is-contains", "ivinex.filters.equal-empty")
def take_equal_as_contains(patch: pytest.MonkeyPatch) -> None:
    """Equal finds the text anywhere."""
    _mistake_operands(patch, {"Equal": "Contains"})


@wrong_fake("ivinex.contains-is-equal", "ivinex.filters.contains")
def take_contains_as_equal(patch: pytest.MonkeyPatch) -> None:
    """Contains finds whole values alone."""
    _mistake_operands(patch, {"Contains": "Equal"})


@wrong_fake("ivinex.not-contains-is-not-equal", "ivinex.filters.not-contains")
def take_not_contains_as_not_equal(patch: pytest.MonkeyPatch) -> None:
    """NotContains leaves out whole values alone."""
    _mistake_operands(patch, {"NotContains": "NotEqual"})


@wrong_fake("ivinex.not-contains-is-contains", "ivinex.filters.not-contains")
def drop_the_not(patch: pytest.MonkeyPatch) -> None:
    """NotContains finds what Contains finds."""
    _mistake_operands(patch, {"NotContains": "Contains"})


@wrong_fake("ivinex.in-takes-its-first-value", "ivinex.filters.in")
def take_first_of_in(patch: pytest.MonkeyPatch) -> None:
    """In looks for the first of its values alone."""

    @replaces(patch, search, "build_condition")
    def build_condition(original: Callable[..., Clause], module: object, wanted: Filter, hints: object) -> Clause:
        if wanted.operand == "In" and isinstance(wanted.value, str):
            return original(module, replace(wanted, value=wanted.value.split(",")[0]), hints)
        return original(module, wanted, hints)


@wrong_fake("ivinex.in-is-equal", "ivinex.filters.in")
def take_in_as_equal(patch: pytest.MonkeyPatch) -> None:
    """In compares with its values as one text."""
    _mistake_operands(patch, {"In": "Equal"})


def _drop_parameter(patch: pytest.MonkeyPatch, name: str) -> None:
    def change(request: ApiRequest) -> ApiRequest:
        return replace(request, query=[pair for pair in request.query if pair[0] != name])

    alter_requests(patch, "ivinex", change)


@wrong_fake("ivinex.filter-singular-ignored", "ivinex.filters.singular")
def ignore_filter_singular(patch: pytest.MonkeyPatch) -> None:
    """The documented spelling `Filter` is ignored."""
    _drop_parameter(patch, "Filter")


@wrong_fake("ivinex.operand-name-refused", "ivinex.filters.operand-name")
def refuse_operand_name(patch: pytest.MonkeyPatch) -> None:
    """The documented spelling `Operand_Name` is refused."""

    def change(request: ApiRequest) -> ApiRequest:
        query = [(key, value.replace('"Operand_Name"', '"operand_name"')) for key, value in request.query]
        return replace(request, query=query)

    alter_requests(patch, "ivinex", change)


@wrong_fake("ivinex.id-alias-refused", "ivinex.records.id-alias")
def refuse_id(patch: pytest.MonkeyPatch) -> None:
    """A filter on `id`, as in the documented full request, is refused."""
    patch.setattr("mockserver.ivinex.schema.RECORD_ID_ALIASES", ())


@wrong_fake("ivinex.lookup-option-text-ignored", "ivinex.options.labels")
def ignore_labels(patch: pytest.MonkeyPatch) -> None:
    """LookupOptionText is ignored: option fields keep their ids."""
    _drop_parameter(patch, "LookupOptionText")


@wrong_fake("ivinex.module-ignored", "ivinex.records.module-is-needed")
def ignore_module(patch: pytest.MonkeyPatch) -> None:
    """CollectionTypeID is ignored: every search is of the first module."""

    @replaces(patch, search, "_find_module")
    def find_module(_original: object, modules: Any, _parameters: object) -> Any:
        return next(iter(modules.values()))
