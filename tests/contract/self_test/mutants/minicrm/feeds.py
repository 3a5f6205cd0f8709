"""Mutants of MiniCRM: calls, forms of web pages, files of shops, shared lists."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.crm.api import ApiResponse
from tests.contract.self_test.mutants.faults import (
    Ask,
    Row,
    alter_body,
    alter_json,
    alter_response,
    at,
    read_body,
    respond_to,
    undo,
    with_body,
)
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_CALLS, _SIGN_UP = "POST /Api/CallLog", "POST /Api/Signup"
_UPLOAD = "POST /Api/SyncFeed/{id}/Upload"
_NOTHING: Row = {"Skipped": 0, "Processed": 0, "Exists": 0}


def _change_call(**values: object) -> Any:
    return alter_body(lambda body: {**body, "Data": [{**call, **values} for call in body["Data"]]})


def _take_any_call(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    return ApiResponse.of_json(_NOTHING) if came.status == 400 else came


def _forget_reference(ask: Ask, request: HttpRequest) -> ApiResponse:
    body = read_body(request) or {}
    calls = [{name: value for name, value in call.items() if name != "ReferenceId"} for call in body["Data"]]
    return ask(with_body(request, {**body, "Data": calls}))


def _change_address(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have a form's contact be another with each card."""
    card = re.search(rb"Project\[1\]\[Name\]\"\r\n\r\n([^\r]*)", request.body)
    word = card[1].lower() if card else b"x"
    return ask(replace(request, body=request.body.replace(b"signed-up@", b"signed-up-" + word + b"@")))


def _lose_task(ask: Ask, request: HttpRequest) -> ApiResponse:
    return ask(replace(request, body=request.body.replace(b"ToDo[1]", b"Done[1]")))


def _lose_field(found: Row) -> Row:
    return {name: value for name, value in found.items() if name != "ErrorFieldId"}


def _print_ids(came: ApiResponse) -> ApiResponse:
    """Print places in place of hashes."""
    lines = came.body.decode().splitlines()
    if came.status != 200:
        return came
    shown = [lines[0], *(f"1500,{line.partition(',')[2]}" for line in lines[1:])]
    return replace(came, body="\r\n".join(shown).encode())


def _name_anew(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have a file make a card of its own each time."""
    anew = b'Id="shop-77-%d' % len(request.body)
    return ask(replace(request, body=request.body.replace(b'Id="shop-77', anew)))


def _log_in_anybody(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    return ApiResponse.of_json({"Message": "OK"}) if came.status == 401 else came


# fmt: off
MUTANTS = (
    mutant("calls-are-counted-as-text", "call-log.counts", "The counts of a call log are text.",
           at(_CALLS, alter_json(lambda found: {name: str(count) for name, count in found.items()}))),
    mutant("calls-are-done", "call-log.counts", "A call log is answered by a Message.",
           at(_CALLS, alter_json(lambda _found: {"Message": "OK"}))),
    mutant("calls-are-doubled", "call-log.again", "ReferenceId of a call is ignored.", at(_CALLS, _forget_reference)),
    mutant("calls-of-nobody", "call-log.again", "A call of an unknown number is that of somebody.",
           at(_CALLS, _change_call(Number="+36202345011"))),
    mutant("calls-without-a-key", "call-log.key", "Any key takes calls.", at(_CALLS, respond_to(403, _NOTHING))),
    mutant("calls-of-any-kind", "call-log.call", "A call that is none gets 200.", at(_CALLS, _take_any_call)),
    mutant("sign-ups-are-lost", "signup.answer", "The tasks of a form are not made.",
           at(_SIGN_UP, _lose_task)),
    mutant("sign-ups-lack-a-key", "signup.answer", "The answer to a form has no ErrorFieldId.",
           at(_SIGN_UP, alter_json(_lose_field))),
    mutant("sign-ups-make-contacts", "signup.known-contact", "A form makes a contact that is there once more.",
           at(_SIGN_UP, _change_address)),
    mutant("sign-ups-hide-errors", "signup.error", "A form that there is not has no Error.",
           at(_SIGN_UP, alter_json(lambda found: {**found, "Error": ""}))),
    mutant("shared-lists-are-json", "shared-filter.csv", "A shared list is JSON.",
           at("GET /Api/SharedFilter", alter_response(lambda came: replace(came, content_type="application/json")))),
    mutant("shared-lists-have-ids", "shared-filter.csv", "A shared list begins with ids.",
           at("GET /Api/SharedFilter", alter_response(_print_ids))),
    mutant("any-hash-opens", "shared-filter.hash", "A hash that there is not opens an empty list.",
           at("GET /Api/SharedFilter", alter_response(
               lambda came: ApiResponse(200, b"ProjectHash\r\n", "text/csv") if came.status == 404 else came))),
    mutant("feeds-are-lost", "feed.upsert", "A file is answered, and nothing is kept.", at(_UPLOAD, undo)),
    mutant("feeds-always-create", "feed.upsert", "A file makes a card of its own each time.", at(_UPLOAD, _name_anew)),
    mutant("feeds-take-anything", "feed.refused", "What is no XML gets 200.", at(_UPLOAD, respond_to(400, {"Id": 1}))),
    mutant("feeds-refuse-alike", "feed.refused", "Both kinds of failures have one text.",
           at(_UPLOAD, alter_response(lambda came: replace(came, body=b"Failed.") if came.status == 400 else came))),
    mutant("feeds-of-anybody", "feed.login", "A file needs no login.", at(_UPLOAD, _log_in_anybody)),
)
# fmt: on
