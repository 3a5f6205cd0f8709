"""Mutants of Ivinex: values that a field can never hold, compared as text all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.faults import Fault, at, respond_to, when
from tests.contract.self_test.mutants.ivinex.search import Filter, read_filters
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("ivinex")

_NOTHING: dict[str, list[object]] = {"Records": []}


def _take(is_odd: Callable[[Filter], bool]) -> Fault:
    """Have a search with an odd condition find nothing where the CRM refuses it."""

    def applies(request: HttpRequest) -> bool:
        return any(is_odd(each) for each in read_filters(request))

    return at("GET", when(applies, respond_to(400, _NOTHING)))


# fmt: off
MUTANTS = (
    mutant("numbers-compared-with-words", "filters.numbers-alone",
           "A field of numbers is compared with any text, and nothing is found, without a word.",
           _take(lambda each: each["Field"] == "score")),
    mutant("numbers-equal-words", "filters.numbers-alone", "Equal with text for a field of numbers finds nothing.",
           _take(lambda each: each["Field"] == "score" and each["Operand"] == "Equal")),
    mutant("labels-are-looked-for", "filters.option-ids-alone",
           "An option field is compared with the label as text, and nothing is found, without a word.",
           _take(lambda each: each["Field"] == "contact_type")),
    mutant("parts-of-labels-are-looked-for", "filters.option-ids-alone",
           "Contains looks for the part of a label among option ids, and finds nothing.",
           _take(lambda each: each["Field"] == "contact_type" and each["Operand"] == "Contains")),
)
# fmt: on
