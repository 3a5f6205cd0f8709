"""Mutants of MiniCRM: what becomes of a value that is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from tests.contract.self_test.mutants.faults import Ask, Fault, Row, alter_written_texts, at, lose_non_ascii
from tests.contract.self_test.mutants.minicrm.account import alter_fields, put, retry_refused
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_NO_CHOICE = "999999"


def _store_nothing(ask: Ask, request: HttpRequest, body: Row) -> Iterator[ApiResponse]:
    """Write the body with one value after the other emptied."""
    path = request.path.removeprefix("/Api/R3/")
    return (put(ask, request, path, {**body, name: ""}) for name in body)


def _refuse_texts(kind: str) -> Fault:
    """Have the choices of a kind of field not be set by their texts."""
    return alter_fields(
        kind,
        lambda value, _choices: value if not isinstance(value, str) or value.isdigit() or not value else _NO_CHOICE,
        method="PUT",
    )


def _keep_first(value: Any, choices: dict[str, str]) -> object:
    if isinstance(value, list):
        return cast("list[object]", value)[:1]
    chosen = [choice for choice in choices if str(value).isdigit() and int(choice) & int(value)]
    return int(chosen[0]) if chosen else str(value).split(", ")[0]


def _round(value: object, _kind: object) -> object:
    return int(float(value)) if isinstance(value, int | str) and str(value).lstrip("-").isdigit() else value


def _cut_to_length(value: object, kind: str) -> object:
    return value[: int(re.sub(r"\D", "", kind))] if isinstance(value, str) else value


def _alter_texts(change: Callable[[str], str]) -> Fault:
    return at("PUT", alter_written_texts(change))


# fmt: off
MUTANTS = (
    mutant("wrong-types-taken", "task-update.refused-changes-nothing",
           "A value that does not fit its field is stored as nothing rather than refused.",
           at("PUT", retry_refused(400, write=_store_nothing))),
    mutant("enum-not-set-by-text", "field-types.enum", "An enum cannot be set by its text.",
           _refuse_texts("Enum")),
    mutant("set-not-set-by-text", "field-types.set", "A set cannot be set by its texts.",
           _refuse_texts("Set")),
    mutant("set-keeps-its-first-value", "field-types.set", "Of several values of a set only the first is stored.",
           alter_fields("Set", _keep_first, method="PUT")),
    mutant("date-times-lose-their-time", "field-types.date-time", "A date and time is stored as its date.",
           alter_fields("DateTime", lambda value, _kind: str(value)[:10], method="PUT")),
    mutant("large-numbers-rounded", "field-types.int", "Whole numbers lose what a float cannot hold.",
           alter_fields("Int", _round, method="PUT")),
    mutant("long-text-cut-on-writing", "field-types.text", "Texts are stored cut at 255 characters.",
           _alter_texts(lambda text: text[:255])),
    mutant("too-long-text-cut", "field-types.text-too-long",
           "A text that is too long for its field is cut rather than refused.",
           alter_fields("Text", _cut_to_length, method="PUT")),
    mutant("written-non-ascii-lost", "contact-create.person", "What is not ASCII is stored as a question mark.",
           _alter_texts(lose_non_ascii)),
    mutant("written-plus-is-a-space", "contact-create.person",
           "A plus in a body is stored as a space, as though the body were a form.",
           _alter_texts(lambda text: text.replace("+", " "))),
    mutant("written-html-stripped", "project-update.texts", "What stands between angle brackets is not stored.",
           _alter_texts(lambda text: re.sub(r"<[^>]*>", "", text))),
)
# fmt: on
