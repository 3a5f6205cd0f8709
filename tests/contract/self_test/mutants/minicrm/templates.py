"""Mutants of MiniCRM: templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mockserver.crm.api import ApiResponse
from tests.contract.self_test.mutants.faults import Ask, alter_json, alter_rows, at, respond_to, with_json
from tests.contract.self_test.mutants.minicrm.account import both, fetch
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_LIST = "GET TemplateList/{id}"
_DETAIL = "GET Template/{id}"


def _list_every_module(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    if came.status != 200 or not json.loads(came.body)["Count"]:
        return came
    lists = [fetch(ask, request, f"TemplateList/{module}") for module in fetch(ask, request, "Category")]
    rows = [row for each in lists for row in each["Results"]]
    return with_json(came, {"Count": len(rows), "Results": rows})


# fmt: off
MUTANTS = (
    mutant("templates-by-id", "template-list.shape", "The Results of a list of templates are an object by their ids.",
           at(_LIST, alter_json(
               lambda found: {**found, "Results": {str(row["Id"]): row for row in found["Results"]}}))),
    mutant("template-ids-are-text", "template-list.shape", "The ids of a list of templates are text.",
           at(_LIST, alter_rows(lambda row: {**row, "Id": str(row["Id"])}))),
    mutant("template-types-are-labels", "template-list.shape", "A list of templates has labels for their types.",
           at(_LIST, alter_rows(lambda row: {**row, "Type": {"Todo": "To do"}.get(row["Type"], row["Type"])}))),
    mutant("templates-of-every-module", "template-list.own-templates",
           "The list of a module's templates holds those of every module.",
           at(_LIST, _list_every_module)),
    mutant("templates-of-no-module", "template-list.unknown-module", "A module that does not exist has no templates.",
           at(_LIST, respond_to(404, {"Count": 0, "Results": []}))),
    mutant("template-type-is-a-word", "template.type-is-a-label", "The detail of a template has the word of its type.",
           at(_DETAIL, alter_json(lambda found: {**found, "Type": found["Type"].replace("To do", "Todo")}))),
    mutant("template-folders-are-text", "template.detail", "The folders of a template are text.",
           at(_DETAIL, alter_json(lambda found: {**found, "Folders": ",".join(map(str, found["Folders"]))}))),
    mutant("template-ids-in-detail-are-text", "template.detail", "The ids of a template's detail are text.",
           at(_DETAIL, alter_json(lambda found: {**found, "CategoryId": str(found["CategoryId"])}))),
    mutant("templates-are-written", "template.read-only", "Templates are made and changed by the API.",
           at("PUT Template(/{id})?", both(respond_to(405, {"Id": 12}), respond_to(404, {"Id": 12})))),
)
# fmt: on
