"""Mutants of Ivinex: which filters count, how they are joined, and which parameters are heeded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.faults import (
    Fault,
    Row,
    alter_request,
    at,
    ignore,
    retry,
    set_query,
    with_query,
)
from tests.contract.self_test.mutants.ivinex.search import (
    Filter,
    Search,
    alter_each_filter,
    alter_filters,
    alter_operands,
    find,
    mistake_operands,
)
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest
    from tests.contract.self_test.mutants.faults import Ask

mutant = mutants_of("ivinex")

_OPERANDS = (
    "Equal", "In", "Contains", "NotContains", "NotEqual", "GreaterThan", "GreaterThanEqual", "LessThan",
    "LessThanEqual", "StartsWith", "LinkedTo",
)  # fmt: skip
_BY_FOLD = {operand.casefold(): operand for operand in _OPERANDS}
_SYMBOLS = {
    "=": "Equal",
    "!=": "NotEqual",
    ">": "GreaterThan",
    ">=": "GreaterThanEqual",
    "<": "LessThan",
    "<=": "LessThanEqual",
}


def _find_any(search: Search) -> list[dict[str, str]]:
    """Return the records that meet any one of the filters."""
    met = [search.list_records([each]) for each in search.filters]
    ids = {row["collection_id"] for rows in met for row in rows}
    return [row for row in search.list_records([]) if row["collection_id"] in ids or not met]


def _ignore_unknown_fields() -> Fault:
    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        plain = with_query(request, Filters=None, Filter=None, OrderBy=None, Limit="1", Offset="0")
        came = ask(plain)
        rows: list[Row] = json.loads(came.body)["Records"] if came.status == 200 else []
        known = {name for row in rows for name in row}
        return alter_filters(lambda sent: [each for each in sent if each["Field"] in {*known, "id"}])(ask, request)

    return fault


def _take_first_of_in(each: Filter) -> Filter:
    return {**each, "Value": str(each["Value"]).split(",")[0]} if each["Operand"] == "In" else each


# fmt: off
MUTANTS = (
    mutant("filters-ignored", "filters.contradiction", "Filters are read and ignored.",
           alter_filters(lambda _sent: [])),
    mutant("second-filter-ignored", "filters.and", "Only the first filter counts.",
           alter_filters(lambda sent: sent[:1])),
    mutant("last-filter-of-a-field-wins", "filters.and",
           "Of several filters on one field only the last counts, so that a range has one end.",
           alter_filters(lambda sent: list({each["Field"]: each for each in sent}.values()))),
    mutant("third-filter-ignored", "filters.and", "Only the first two filters count.",
           alter_filters(lambda sent: sent[:2])),
    mutant("filters-joined-by-or", "filters.and", "A record that meets any one of the filters is found.",
           find(_find_any)),
    mutant("malformed-filters-ignored", "filters.unreadable",
           "Filters that cannot be read are ignored: all records come.",
           retry(400, lambda sent: with_query(sent, Filters=None, Filter=None))),
    mutant("unknown-field-ignored", "filters.unknown-field",
           "A filter on a field that does not exist is ignored: all records come.",
           at("GET", _ignore_unknown_fields())),
    mutant("unknown-operand-ignored", "filters.unknown-operand",
           "A filter with an unknown operand is ignored: all records come.",
           alter_filters(lambda sent: [each for each in sent if each["Operand"] in _OPERANDS])),
    mutant("unknown-operand-is-equal", "filters.unknown-operand", "An unknown operand is taken for Equal.",
           alter_operands(lambda operand: operand if operand in _OPERANDS else "Equal")),
    mutant("operand-case-ignored", "filters.operand-case", "Operands are taken in any case: `equal`, `CONTAINS`.",
           alter_operands(lambda operand: _BY_FOLD.get(operand.casefold(), operand))),
    mutant("mathematical-operators-taken", "filters.mathematical-operators",
           "The mathematical operators are taken as operands, which the document rules out.",
           mistake_operands(**_SYMBOLS)),
    mutant("greater-than-equal-is-strict", "filters.greater-than-equal", "GreaterThanEqual leaves out what is equal.",
           mistake_operands(GreaterThanEqual="GreaterThan")),
    mutant("less-than-equal-is-strict", "filters.less-than-equal", "LessThanEqual leaves out what is equal.",
           mistake_operands(LessThanEqual="LessThan")),
    mutant("greater-than-includes-equal", "filters.greater-than", "GreaterThan lets through what is equal.",
           mistake_operands(GreaterThan="GreaterThanEqual")),
    mutant("less-than-includes-equal", "filters.less-than", "LessThan lets through what is equal.",
           mistake_operands(LessThan="LessThanEqual")),
    mutant("comparisons-swapped", "filters.date-time", "GreaterThan and LessThan are swapped.",
           mistake_operands(GreaterThan="LessThan", LessThan="GreaterThan")),
    mutant("starts-with-is-contains", "filters.starts-with", "StartsWith finds the text anywhere.",
           mistake_operands(StartsWith="Contains")),
    mutant("contains-is-starts-with", "filters.contains", "Contains finds the text at the beginning alone.",
           mistake_operands(Contains="StartsWith")),
    mutant("equal-is-contains", "filters.equal-empty", "Equal finds the text anywhere.",
           mistake_operands(Equal="Contains")),
    mutant("contains-is-equal", "filters.contains", "Contains finds whole values alone.",
           mistake_operands(Contains="Equal")),
    mutant("not-contains-is-not-equal", "filters.not-contains", "NotContains leaves out whole values alone.",
           mistake_operands(NotContains="NotEqual")),
    mutant("not-contains-is-contains", "filters.not-contains", "NotContains finds what Contains finds.",
           mistake_operands(NotContains="Contains")),
    mutant("in-takes-its-first-value", "filters.in", "In looks for the first of its values alone.",
           alter_each_filter(_take_first_of_in)),
    mutant("in-is-equal", "filters.in", "In compares with its values as one text.",
           mistake_operands(In="Equal")),
    mutant("filter-singular-ignored", "filters.singular", "The documented spelling `Filter` is ignored.",
           ignore("Filter")),
    mutant("operand-name-refused", "filters.operand-name", "The documented spelling `Operand_Name` is refused.",
           alter_request(
               lambda sent: with_query(
                   sent, **{name: text.replace('"Operand_Name"', '"operand_name"') for name, text in sent.query}
               )
           )),
    mutant("id-alias-refused", "records.id-alias", "A filter on `id`, as in the documented full request, is refused.",
           alter_each_filter(lambda each: {**each, "Field": "no_id"} if each["Field"] == "id" else each)),
    mutant("lookup-option-text-ignored", "options.labels", "LookupOptionText is ignored: option fields keep their ids.",
           ignore("LookupOptionText")),
    mutant("module-ignored", "records.module-is-needed",
           "CollectionTypeID is ignored: every search is of the first module.",
           at("GET", set_query(CollectionTypeID="1001"))),
)
# fmt: on
