"""Mutants of MiniCRM: logins, refusals and their status."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.crm.api import ApiResponse
from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_request,
    alter_response,
    alter_status,
    at,
    forgive_logins,
    read_body,
    respond_to,
)
from tests.contract.self_test.mutants.minicrm.account import fetch_schemas, put, read_id, retry_refused, succeed
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")


def _alter_refusals(change: Callable[[ApiResponse], ApiResponse]) -> Fault:
    return alter_response(lambda came: change(came) if came.status >= 400 else came)


def _answer_bad_json(change: Callable[[HttpRequest, ApiResponse], ApiResponse]) -> Fault:
    """Have a body that is no JSON get another response."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        came = ask(request)
        return change(request, came) if read_body(request) is None else came

    return at("PUT", fault)


def _drop_unknown(ask: Ask, request: HttpRequest, body: Row) -> Iterator[ApiResponse]:
    known = fetch_schemas(ask, request)
    path = request.path.removeprefix("/Api/R3/")
    yield put(ask, request, path, {name: value for name, value in body.items() if name in known})


# fmt: off
MUTANTS = (
    mutant("login-not-checked", "access.no-write-without-login", "Any login opens the account.",
           forgive_logins(lambda _sent, _own: True)),
    mutant("key-not-checked", "access.wrong-key", "The system id alone opens the account.",
           forgive_logins(lambda sent, own: sent[0] == own[0])),
    mutant("bad-login-is-an-empty-answer", "access.wrong-key", "A wrong login gets 200 and nothing found.",
           respond_to(401, {"Count": 0, "Results": []})),
    mutant("bad-login-is-500", "access.status", "A wrong login gets 500.",
           alter_status(401, 500)),
    mutant("errors-are-json", "errors.plain-text", "Errors are JSON objects rather than plain text.",
           _alter_refusals(lambda came: ApiResponse.of_json({"Error": came.body.decode()}, status=came.status))),
    mutant("errors-are-html", "errors.media-type", "Errors are web pages rather than plain text.",
           _alter_refusals(
               lambda came: replace(
                   came, body=b"<html><body><h1>" + came.body + b"</h1></body></html>", content_type="text/html"
               )
           )),
    mutant("errors-say-nothing", "errors.plain-text", "Errors have no text.",
           _alter_refusals(lambda came: replace(came, body=b""))),
    mutant("errors-are-200", "errors.plain-text", "Errors come with 200 and the text.",
           _alter_refusals(lambda came: replace(came, status=200))),
    mutant("wrong-method-is-404", "errors.methods", "A method that an endpoint does not have gets 404 rather than 405.",
           alter_status(405, 404)),
    mutant("post-is-put", "errors.methods", "POST is taken for PUT, so that it creates.",
           at("POST", alter_request(lambda sent: replace(sent, method="PUT")))),
    mutant("delete-is-get", "errors.methods", "DELETE is taken for GET.",
           at("DELETE", alter_request(lambda sent: replace(sent, method="GET")))),
    mutant("unknown-id-is-400", "address-update.unknown-id", "An id that does not exist gets 400 rather than 404.",
           alter_status(404, 400)),
    mutant("unknown-id-is-an-empty-object", "contact-update.unknown-id",
           "An entity that does not exist is 200 and an empty object.",
           at("GET", respond_to(404, {}))),
    mutant("bad-request-is-500", "field-types.bad-date-time", "What is illegal or missing gets 500 rather than 400.",
           alter_status(400, 500)),
    mutant("bad-json-is-500", "project-update.unreadable-body", "A body that is no JSON gets 500 rather than 400.",
           _answer_bad_json(lambda _sent, came: replace(came, status=500))),
    mutant("bad-json-is-an-empty-body", "project-update.unreadable-body",
           "A body that is no JSON changes nothing and gets the response of one that was written.",
           _answer_bad_json(lambda sent, came: succeed(came, read_id(sent)))),
    mutant("trailing-commas-taken", "project-update.unreadable-body",
           "A trailing comma in a body is taken, so that what is no JSON is written.",
           at("PUT", alter_request(lambda sent: replace(sent, body=re.sub(rb",\s*}", b"}", sent.body))))),
    mutant("unknown-field-dropped", "contact-update.refused-changes-nothing",
           "A field that the schema does not know is dropped and the rest written.",
           at("PUT (Project|Contact)(/{id})?", retry_refused(400, write=_drop_unknown))),
)
# fmt: on
