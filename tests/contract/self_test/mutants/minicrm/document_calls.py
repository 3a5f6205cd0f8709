"""Faults of what is written to documents: calls of their own, and what mutants of several kinds need."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest
from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    call,
    read_body,
    with_body,
)
from tests.contract.self_test.mutants.minicrm.account import find_first
from tests.contract.self_test.mutants.minicrm.documents import list_documents


def split_path(request: HttpRequest) -> list[str]:
    """Return kind, id and whatever follows in the path of a document."""
    return request.path.strip("/").split("/")[1:]


def fetch_document(ask: Ask, like: HttpRequest, kind: str, document_id: str) -> Row:
    """Return the detail of a document, or an empty object."""
    came = call(ask, like, "GET", f"/Api/{kind}/{document_id}")
    return json.loads(came.body) if came.status == 200 else {}


def fetch_row(ask: Ask, like: HttpRequest, kind: str, document_id: str) -> Row:
    """Return the row of a document in its list, or an empty object."""
    rows = list_documents(ask, replace(like, method="GET", path=f"/Api/{kind}/List", query=[], body=b""))
    return next((row for row in rows if row["Id"] == document_id), dict[str, Any]())


def succeed_without_change(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Respond with the detail, and do nothing."""
    kind, document_id, *_ = split_path(request)
    return call(ask, request, "GET", f"/Api/{kind}/{document_id}")


def accept_refused(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have a refused action reach the caller as done."""
    came = ask(request)
    return succeed_without_change(ask, request) if came.status == 405 else came


def act_by_get(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have a GET do what a POST does."""
    return ask(replace(request, method="POST"))


def follow_by(path: Callable[[Row], str], *, body: object = None, of_response: bool = False) -> Fault:
    """Have a further POST follow on a success; `path` is given the detail before, or the response."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        kind, *rest = split_path(request)
        before = fetch_document(ask, request, kind, rest[0]) if rest else {}
        came = ask(request)
        if came.status == 200:
            call(ask, request, "POST", path(json.loads(came.body) if of_response else before), body)
        return came

    return fault


def find_customer(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have the first contact be the customer where none was named."""
    came = ask(request)
    if came.status != 400 or not (body := read_body(request)):
        return came
    return ask(with_body(request, {**body, "CustomerId": find_first(ask, request, "Contact")}))
