"""Mutants of MiniCRM: trashing projects, and the fields of a project that an update may not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.crm.api import ApiResponse
from tests.contract.self_test.mutants.faults import Ask, at, default_keys, drop_keys, set_keys
from tests.contract.self_test.mutants.minicrm.account import UPDATE_PROJECT, both, fetch, find, remember
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")


def _miss_trashed(ask: Ask, request: HttpRequest) -> ApiResponse:
    path = request.path.removeprefix("/Api/R3/")
    if fetch(ask, request, path).get("Deleted") == "1":
        return ApiResponse.of_text("Project: Not found!", status=404)
    return ask(request)


def _keep_trashed(ask: Ask, request: HttpRequest) -> ApiResponse:
    is_trashed = fetch(ask, request, request.path.removeprefix("/Api/R3/")).get("Deleted") == "1"
    return set_keys(**{"Deleted": 1} if is_trashed else {})(ask, request)


# fmt: off
MUTANTS = (
    mutant("update-restores", "project-update.nothing-else",
           "An update that does not name Deleted takes the project out of the trash.",
           at(UPDATE_PROJECT, default_keys(Deleted=0))),
    mutant("trash-deletes", "project-search.trash-hidden-by-query",
           "A trashed project is gone: it can be neither read nor restored.",
           both(at("(GET|PUT) Project/{id}", _miss_trashed), at("GET Project", find(lambda _search: [], "Deleted")))),
    mutant("trash-cannot-be-restored", "project-search.trash-hidden-by-query",
           "A trashed project stays in the trash, whatever is written.",
           at(UPDATE_PROJECT, _keep_trashed)),
    mutant("deleted-ignored-on-writing", "project-search.trash-hidden-by-query",
           "Deleted is ignored on writing: nothing is ever trashed.",
           at("PUT Project(/{id})?", set_keys(Deleted=0))),
    mutant("module-changes", "project-update.module-stays", "An update moves a project to another module.",
           remember("Project", "CategoryId")),
    mutant("contact-changes", "project-update.contact-stays", "An update gives a project to any other contact.",
           remember("Project", "ContactId")),
    mutant("fixed-fields-dropped", "project-update.contact-stays",
           "An update of CategoryId or ContactId gets 200 and changes nothing.",
           at(UPDATE_PROJECT, drop_keys("CategoryId", "ContactId"))),
)
# fmt: on
