"""Mutants of MiniCRM: the shape of responses."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.contract.self_test.mutants.faults import (
    Fault,
    alter_json,
    alter_request,
    alter_response,
    alter_rows,
    alter_texts,
    at,
    ignore,
    lose_non_ascii,
)
from tests.contract.self_test.mutants.minicrm.account import (
    SEARCH,
    alter_fields,
    alter_found,
    fetch_schemas,
    find_first_module,
    list_results,
)
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest
    from tests.contract.self_test.mutants.faults import Ask

mutant = mutants_of("minicrm")

_IDS = ("Id", "StatusId", "UserId", "Deleted")
_DETAIL = "GET (Project|Contact|ToDo|Address)/{id}"


def _alter_url(change: Callable[[str, str], str]) -> Fault:
    """Have the Url of search results changed; `change` is given what stands before the id, and the id."""
    return at(SEARCH, alter_rows(lambda row: {**row, "Url": change(*row["Url"].rsplit("/", 1))}))


def _print_labels(ask: Ask, request: HttpRequest) -> ApiResponse:
    schema = fetch_schemas(ask, request)
    labels = {name: schema[name] for name in ("StatusId", "UserId")}
    return alter_rows(
        lambda row: {name: labels.get(name, {}).get(value, value) for name, value in row.items()},
    )(ask, request)


def _find_choice(label: Any, choices: dict[str, str]) -> object:
    return next((int(choice_id) for choice_id, text in choices.items() if text == label), label)


def _add_choices(labels: str, choices: dict[str, str]) -> int:
    return sum(int(choice_id) for choice_id, text in choices.items() if text in labels)


def _list_choices(kind: str | dict[str, str]) -> object:
    return list(kind.values()) if isinstance(kind, dict) else kind


def _in_latin_1(came: ApiResponse) -> ApiResponse:
    if came.status != 200:
        return came
    return replace(came, body=json.dumps(json.loads(came.body), ensure_ascii=False).encode("latin-1", "replace"))


def _use_first_module(ask: Ask, request: HttpRequest) -> ApiResponse:
    return ask(replace(request, path=f"{request.path.rpartition('/')[0]}/{find_first_module(ask, request)}"))


# fmt: off
MUTANTS = (
    mutant("search-ids-are-numbers", "search.contact-types",
           "Search results have ids as numbers where the document prints texts.",
           at(SEARCH, alter_rows(lambda row: {k: int(v) if k in _IDS and v.isdigit() else v for k, v in row.items()}))),
    mutant("detail-ids-are-texts", "address.detail", "A detail has its ids as texts where the document prints numbers.",
           at(_DETAIL, alter_json(lambda found: {k: str(v) if k.endswith("Id") else v for k, v in found.items()}))),
    mutant("written-id-is-text", "address-update.only-what-is-sent", "A PUT gives the id as text.",
           at("PUT", alter_json(lambda made: {"Id": str(made["Id"])}))),
    mutant("write-answers-a-bare-id", "contact-create.answer",
           "A PUT gives the number alone rather than an object with its Id.",
           at("PUT", alter_json(lambda made: made["Id"]))),
    mutant("task-ids-are-numbers", "task-list.types",
           "The list of tasks has ids as numbers where the document prints texts.",
           at("GET ToDoList/{id}", alter_rows(lambda row: {**row, "Id": int(row["Id"])}))),
    mutant("tasks-by-id", "task-list.shape", "The Results of a task list are an object by id rather than a list.",
           at("GET ToDoList/{id}",
              alter_json(lambda found: {**found, "Results": {row["Id"]: row for row in found["Results"]}}))),
    mutant("results-are-a-list", "search.results-by-id",
           "The Results of a search are a list rather than an object by id.",
           alter_found(lambda found: {**found, "Results": list_results(found)})),
    mutant("result-keys-are-positions", "search.results-by-id",
           "The keys of Results count from 0 rather than being ids.",
           alter_found(lambda found: {**found, "Results": {str(i): row for i, row in enumerate(list_results(found))}})),
    mutant("search-prints-labels", "project-search.status-groups-of-own-data",
           "Search results have the labels of status and user in place of their ids.",
           at("GET Project", _print_labels)),
    mutant("detail-prints-ids", "search.labels", "A detail has the ids of status and user in place of their labels.",
           alter_fields("Enum", _find_choice, method="GET")),
    mutant("sets-print-their-bitmask", "field-types.set", "A detail has the bitmask of a Set in place of its labels.",
           alter_fields("Set", _add_choices, method="GET")),
    mutant("numbers-print-as-text", "detail.numbers", "A detail has numbers as text.",
           alter_fields("Int", lambda value, _kind: str(value), method="GET")),
    mutant("dates-in-iso-form", "field-types.date-alone", "Dates and times have a T between them.",
           alter_fields("DateTime", lambda value, _kind: str(value).replace(" ", "T"), method="GET")),
    mutant("url-of-another", "search.url", "The Url of a search result leads to the entity after it.",
           _alter_url(lambda before, entity_id: f"{before}/{int(entity_id) + 1}")),
    mutant("url-of-another-kind", "search.url", "The Url of every search result leads to a contact.",
           _alter_url(lambda before, entity_id: f"{before.rpartition('/')[0]}/Contact/{entity_id}")),
    mutant("search-lacks-the-url", "search.url", "Search results have no Url.",
           at(SEARCH, alter_rows(lambda row: {name: value for name, value in row.items() if name != "Url"}))),
    mutant("values-html-escaped", "project-update.texts", "Values come back escaped for HTML: `&` as `&amp;`.",
           alter_texts(html.escape)),
    mutant("non-ascii-lost", "contact-create.person", "What is not ASCII comes back as a question mark.",
           alter_texts(lose_non_ascii)),
    mutant("answers-are-latin-1", "address-create.listed", "Responses are encoded as Latin-1.",
           alter_response(_in_latin_1)),
    mutant("body-cut-at-1024", "paging.starts-at-0", "A response ends after 1024 bytes.",
           alter_response(lambda came: replace(came, body=came.body[:1024]))),
    mutant("long-text-cut-at-255", "field-types.text", "Texts come back cut at 255 characters.",
           alter_texts(lambda text: text[:255])),
    mutant("answers-are-html", "project-create.answer", "Responses are called HTML, as PHP does by itself.",
           alter_response(lambda came: replace(came, content_type="text/html") if came.status == 200 else came)),
    mutant("modules-are-a-list", "modules.names", "The modules come as a list of names rather than names by id.",
           at("GET Category", alter_json(lambda found: list(found.values())))),
    mutant("detailed-ignored", "modules.details", "Detailed=1 is ignored.",
           at("GET Category", ignore("Detailed"))),
    mutant("schema-ignores-the-module", "schema.statuses", "The schema of the first module comes for every module.",
           at("GET Schema/Project/{id}", _use_first_module)),
    mutant("schema-choices-are-a-list", "schema.types",
           "The choices of a field come as a list of labels rather than labels by id.",
           at("GET Schema/.*", alter_json(lambda found: {name: _list_choices(kind) for name, kind in found.items()}))),
    mutant("person-schema-for-both", "schema.contacts", "Schema/Business is that of persons.",
           at(
               "GET Schema/Business",
               alter_request(lambda sent: replace(sent, path=sent.path.replace("Business", "Person"))),
           )),
)
# fmt: on
