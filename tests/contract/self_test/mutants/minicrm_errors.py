"""Wrong fakes of MiniCRM: logins, refusals and their status."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.crm.api import ApiResponse
from mockserver.minicrm import call as call_module
from mockserver.minicrm.fake import MinicrmFake
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import (
    alter_answers,
    alter_requests,
    forgives_logins,
    gives_always,
    replaces,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.crm.api import ApiRequest


@wrong_fake("minicrm.login-not-checked", "minicrm.access.no-write-without-login")
def check_no_login(patch: pytest.MonkeyPatch) -> None:
    """Any login opens the account."""
    forgives_logins(patch, "minicrm", lambda _sent, _own: True)


@wrong_fake("minicrm.key-not-checked", "minicrm.access.wrong-key")
def check_no_key(patch: pytest.MonkeyPatch) -> None:
    """The system id alone opens the account."""
    forgives_logins(patch, "minicrm", lambda sent, own: sent.username == own[0])


@wrong_fake("minicrm.bad-login-is-an-empty-answer", "minicrm.access.wrong-key")
def answer_bad_login(patch: pytest.MonkeyPatch) -> None:
    """A wrong login is answered with 200 and nothing found."""
    gives_always(patch, MinicrmFake, "refuse_login", ApiResponse.of_json({"Count": 0, "Results": []}))


@wrong_fake("minicrm.bad-login-is-500", "minicrm.access.status")
def crash_on_bad_login(patch: pytest.MonkeyPatch) -> None:
    """A wrong login is answered with 500."""
    gives_always(patch, MinicrmFake, "refuse_login", ApiResponse.of_text("Internal Server Error", status=500))


def _answer_refusals(patch: pytest.MonkeyPatch, change: Callable[[ApiRequest, ApiResponse], ApiResponse]) -> None:
    alter_answers(patch, "minicrm", lambda request, answer: change(request, answer) if answer.status >= 400 else answer)


@wrong_fake("minicrm.errors-are-json", "minicrm.errors.plain-text")
def print_errors_as_json(patch: pytest.MonkeyPatch) -> None:
    """Errors are JSON objects rather than plain text."""

    def change(_request: ApiRequest, answer: ApiResponse) -> ApiResponse:
        body = json.dumps({"Error": answer.body.decode()}).encode()
        return replace(answer, body=body, content_type="application/json")

    _answer_refusals(patch, change)


@wrong_fake("minicrm.errors-are-html", "minicrm.errors.media-type")
def print_errors_as_html(patch: pytest.MonkeyPatch) -> None:
    """Errors are web pages rather than plain text."""

    def change(_request: ApiRequest, answer: ApiResponse) -> ApiResponse:
        body = b"<html><body><h1>" + answer.body + b"</h1></body></html>"
        return replace(answer, body=body, content_type="text/html")

    _answer_refusals(patch, change)


@wrong_fake("minicrm.errors-say-nothing", "minicrm.errors.plain-text")
def say_nothing(patch: pytest.MonkeyPatch) -> None:
    """Errors have no text."""
    _answer_refusals(patch, lambda _request, answer: replace(answer, body=b""))


@wrong_fake("minicrm.errors-are-200", "minicrm.errors.plain-text")
def answer_errors_with_200(patch: pytest.MonkeyPatch) -> None:
    """Errors are answered with 200 and the text."""
    _answer_refusals(patch, lambda _request, answer: replace(answer, status=200))


def _answer_with(patch: pytest.MonkeyPatch, was: int, status: int) -> None:
    _answer_refusals(patch, lambda _request, answer: replace(answer, status=status) if answer.status == was else answer)


@wrong_fake("minicrm.wrong-method-is-404", "minicrm.errors.methods")
def miss_methods(patch: pytest.MonkeyPatch) -> None:
    """A method that an endpoint does not have is answered with 404 rather than 405."""
    _answer_with(patch, 405, 404)


@wrong_fake("minicrm.post-is-put", "minicrm.errors.methods")
def take_post(patch: pytest.MonkeyPatch) -> None:
    """POST is taken for PUT, so that it creates."""
    alter_requests(
        patch, "minicrm", lambda request: replace(request, method="PUT") if request.method == "POST" else request
    )


@wrong_fake("minicrm.delete-is-get", "minicrm.errors.methods")
def take_delete(patch: pytest.MonkeyPatch) -> None:
    """DELETE is answered as GET is."""
    alter_requests(
        patch, "minicrm", lambda request: replace(request, method="GET") if request.method == "DELETE" else request
    )


@wrong_fake("minicrm.unknown-id-is-400", "minicrm.address-update.unknown-id")
def refuse_unknown(patch: pytest.MonkeyPatch) -> None:
    """An id that does not exist is answered with 400 rather than 404."""
    _answer_with(patch, 404, 400)


@wrong_fake("minicrm.unknown-id-is-an-empty-object", "minicrm.contact-update.unknown-id")
def answer_nothing(patch: pytest.MonkeyPatch) -> None:
    """An entity that does not exist is answered with 200 and an empty object."""

    def change(request: ApiRequest, answer: ApiResponse) -> ApiResponse:
        if answer.status == 404 and request.method == "GET":
            return ApiResponse.of_json({})
        return answer

    _answer_refusals(patch, change)


@wrong_fake("minicrm.bad-request-is-500", "minicrm.field-types.bad-date-time")
def crash_on_bad_requests(patch: pytest.MonkeyPatch) -> None:
    """What is illegal or missing is answered with 500 rather than 400."""
    _answer_with(patch, 400, 500)


@wrong_fake("minicrm.bad-json-is-500", "minicrm.project-update.unreadable-body")
def crash_on_bad_json(patch: pytest.MonkeyPatch) -> None:
    """A body that is no JSON is answered with 500 rather than 400."""

    def change(request: ApiRequest, answer: ApiResponse) -> ApiResponse:
        try:
            json.loads(request.body or b"{}")
        except ValueError:
            return replace(answer, status=500)
        return answer

    _answer_refusals(patch, change)


@wrong_fake("minicrm.bad-json-is-an-empty-body", "minicrm.project-update.unreadable-body")
def forgive_bad_json(patch: pytest.MonkeyPatch) -> None:
    """A body that is no JSON changes nothing and is answered as though it had been written."""

    def change(request: ApiRequest, answer: ApiResponse) -> ApiResponse:
        entity_id = request.path.rpartition("/")[2]
        try:
            json.loads(request.body or b"{}")
        except ValueError:
            return ApiResponse.of_json({"Id": int(entity_id)}) if entity_id.isdigit() else answer
        return answer

    _answer_refusals(patch, change)


@wrong_fake("minicrm.trailing-commas-taken", "minicrm.project-update.unreadable-body")
def forgive_commas(patch: pytest.MonkeyPatch) -> None:
    """A trailing comma in a body is taken, so that what is no JSON is written."""

    @replaces(patch, call_module, "parse_json")
    def parse_json(original: Callable[[bytes], Any], raw: bytes) -> Any:
        return original(raw.replace(b",}", b"}").replace(b", }", b"}").replace(b",\n}", b"}"))


@wrong_fake("minicrm.unknown-field-dropped", "minicrm.contact-update.refused-changes-nothing")
def drop_unknown_fields(patch: pytest.MonkeyPatch) -> None:
    """A field that the schema does not know is dropped and the rest written."""

    @replaces(patch, call_module.Call, "parse_fields")
    def parse_fields(original: Callable[..., Any], call: Any, known: Any, body: Any) -> Any:
        return original(call, known, {name: value for name, value in body.items() if name in known})
