"""Mutants of MiniCRM: finding a project by its ReferenceId, and by what was written into it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.faults import Ask, Fault, alter_json, at, call, read_body
from tests.contract.self_test.mutants.minicrm.account import Search, both, keep
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_WRITE = "PUT Project(/{id})?"


def _note(known: dict[int, str], name: str) -> Fault:
    """Keep the text that each project was given under a name, by the project's id."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        came = ask(request)
        body = read_body(request) or {}
        if came.status == 200 and name in body:
            known[json.loads(came.body)["Id"]] = str(body[name])
        return came

    return at(_WRITE, fault)


def _match_references(test: Callable[[str, str], bool]) -> Fault:
    """Have ReferenceId find the first project whose own meets a test; it is given that and the wanted one."""
    known: dict[int, str] = {}

    def find(ask: Ask, request: HttpRequest) -> ApiResponse:
        wanted = dict(request.query).get("ReferenceId")
        found = [project_id for project_id, text in known.items() if wanted is not None and test(text, wanted)]
        return call(ask, request, "GET", f"{request.path}/{found[0]}") if found else ask(request)

    return both(_note(known, "ReferenceId"), at("GET Project", find))


def _lose(name: str, *criteria: str, new: bool) -> Fault:
    """Have a search by some criteria lose the projects that were given a name, new ones too or updated ones alone."""
    known: dict[int, str] = {}

    def test(_search: Search, row: dict[str, str]) -> bool:
        return int(row["Id"]) not in known

    place = _WRITE if new else "PUT Project/{id}"
    return both(at(place, _note(known, name)), at("GET Project", keep(test, *criteria)))


# fmt: off
MUTANTS = (
    mutant("reference-id-ignores-case", "reference-id.exact", "ReferenceId is found in any case.",
           _match_references(lambda text, wanted: text.casefold() == wanted.casefold())),
    mutant("reference-id-is-a-number", "reference-id.exact", "ReferenceId is compared as a number: 0042 finds 42.",
           _match_references(lambda text, wanted: text.lstrip("0") == wanted.lstrip("0"))),
    mutant("reference-id-found-by-its-beginning", "reference-id.near-misses",
           "ReferenceId finds a project whose own begins so.",
           _match_references(lambda text, wanted: text.startswith(wanted))),
    mutant("reference-id-trimmed", "reference-id.exact", "ReferenceId is compared without the white space at its ends.",
           _match_references(lambda text, wanted: text.strip() == wanted.strip())),
    mutant("reference-id-answers-a-list", "reference-id.detail",
           "A search by ReferenceId gives Count and Results rather than the project.",
           at(
               "GET Project",
               alter_json(lambda found: {"Count": 1, "Results": {str(found["Id"]): found}} if "Id" in found else found),
           )),
    mutant("full-text-not-kept", "project-search.new-name",
           "A project that is created or renamed is not found by its new name.",
           _lose("Name", "Query", new=True)),
    mutant("updates-not-noted", "updated-since.after-a-write",
           "An update does not move the moment that UpdatedSince asks for.",
           _lose("Name", "UpdatedSince", new=False)),
)
# fmt: on
