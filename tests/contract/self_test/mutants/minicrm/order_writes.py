"""Mutants of MiniCRM: making and changing orders and offers."""

from __future__ import annotations

import json
from dataclasses import replace

from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest
from tests.contract.self_test.mutants.faults import (
    Ask,
    Row,
    alter_body,
    alter_json,
    at,
    call,
    drop_keys,
    give,
    read_body,
)
from tests.contract.self_test.mutants.minicrm.document_calls import (
    accept_refused,
    act_by_get,
    fetch_document,
    fetch_row,
    find_customer,
    follow_by,
    split_path,
    succeed_without_change,
)
from tests.contract.self_test.mutants.mutant import mutants_of

mutant = mutants_of("minicrm")

_MOVE = "POST /Api/Order/{id}/(Finalize|Edit|Complete|Paid|Storno)"
_UPDATE = "POST /Api/Order/[0-9]+"
_DELETE = "GET /Api/Order/{id}/DeleteItem/{id}"


def _delete_all_items(ask: Ask, request: HttpRequest) -> ApiResponse:
    kind, document_id, *_ = split_path(request)
    came = ask(request)
    if came.status != 200:
        return came
    for item in json.loads(came.body)["Items"]:
        came = call(ask, request, "GET", f"/Api/{kind}/{document_id}/DeleteItem/{item['Id']}")
    return came


def _delete_first_item(ask: Ask, request: HttpRequest) -> ApiResponse:
    kind, document_id, *_ = split_path(request)
    first = fetch_document(ask, request, kind, document_id)["Items"][0]["Id"]
    return call(ask, request, "GET", f"/Api/{kind}/{document_id}/DeleteItem/{first}")


def _replace_items(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have an update of an order leave only the items that were sent."""
    kind, document_id = split_path(request)
    old: list[Row] = fetch_document(ask, request, kind, document_id).get("Items", [])
    sent = {str(item.get("Id")) for item in (read_body(request) or {}).get("Items", [])}
    came = ask(request)
    for item in old if came.status == 200 else []:
        if item["Id"] not in sent:
            came = call(ask, request, "GET", f"/Api/{kind}/{document_id}/DeleteItem/{item['Id']}")
    return came


def _change_any_order(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have an order in progress be changed as a draft is."""
    came = ask(request)
    kind, document_id = split_path(request)
    if came.status == 405 and call(ask, request, "POST", f"/Api/{kind}/{document_id}/Edit").status == 200:
        came = ask(request)
        call(ask, request, "POST", f"/Api/{kind}/{document_id}/Finalize")
    return came


def _move_by_force(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have a paying that is refused find the way by completing first."""
    came = ask(request)
    kind, document_id, action = split_path(request)
    if came.status == 405 and action == "Paid":
        call(ask, request, "POST", f"/Api/{kind}/{document_id}/Complete")
        came = ask(request)
    return came


# fmt: off
MUTANTS = (
    mutant("orders-to-nobody", "order-create.needs-customer",
           "An order without a customer is made for the first contact.",
           at("POST /Api/Order", find_customer)),
    mutant("orders-begin-in-progress", "order-create.answer", "A new order is in progress at once.",
           at("POST /Api/Order/?", follow_by(lambda found: f"/Api/Order/{found['Id']}/Finalize", of_response=True))),
    mutant("vat-as-it-was-sent", "order-create.numbers", "VAT is printed as it was sent, without a sign.",
           at("(GET|POST) /Api/Order(/[0-9]+)?", alter_json(lambda found: {
               **found, "Items": [{**item, "VAT": item["VAT"].strip("%")} for item in found["Items"]]}))),
    mutant("offers-lose-their-fields", "offer-create.answer", "Project of a new offer is ignored.",
           at("POST /Api/Offer", drop_keys("Project"))),
    mutant("orders-do-not-move", "order-move.allowed", "A move answers 200 and moves nothing.",
           at("POST /Api/Order/{id}/Complete", succeed_without_change)),
    mutant("orders-move-one-too-far", "order-move.allowed", "Finalize completes an order.",
           at("POST /Api/Order/{id}/Finalize",
              follow_by(lambda found: f"/Api/Order/{found['Id']}/Complete", of_response=True))),
    mutant("failed-orders-stay-so", "order-move.allowed", "A failed order can not be paid.",
           at("POST /Api/Order/{id}/Paid", lambda ask, request: ask(request)
              if fetch_row(ask, request, *split_path(request)[:2]).get("StatusGroup") != "Failed"
              else ApiResponse(405, b"Order (POST): Method not allowed!", "text/plain"))),
    mutant("wrong-moves-are-done", "order-move.refused", "A move that is not allowed gets 200, and does nothing.",
           at(_MOVE, accept_refused)),
    mutant("orders-are-paid-from-anywhere", "order-move.refused", "An order in progress can be paid.",
           at(_MOVE, _move_by_force)),
    mutant("wrong-moves-are-400", "order-move.refused", "A move that is not allowed gets 400.",
           at(_MOVE, lambda ask, request: replace(came, status=400) if (came := ask(request)).status == 405 else came)),
    mutant("moves-answer-an-id", "order-move.answer", "A move is answered by an Id.",
           at(_MOVE, alter_json(lambda found: {"Id": found["Id"]}))),
    mutant("orders-move-by-get", "order-move.by-get", "A GET moves an order.",
           at("GET /Api/Order/{id}/(Finalize|Edit|Complete|Paid|Storno)", act_by_get)),
    mutant("updates-replace-items", "order-update.adds-items", "An update leaves only the items that it has.",
           at(_UPDATE, _replace_items)),
    mutant("updates-only-add", "order-update.overwrites-items", "The Id of an item is ignored: it is added.",
           at(_UPDATE, alter_body(lambda body: {**body, "Items": [
               {name: value for name, value in item.items() if name != "Id"} for item in body.get("Items", [])]}))),
    mutant("sums-stay", "order-update.adds-items", "The sums of an order stay when an item is added.",
           at("(GET|POST) /Api/Order/[0-9]+", alter_json(lambda found: {
               **found, "AmountNet": found["Items"][0]["PriceNetTotal"].partition(".")[0]}))),
    mutant("any-order-is-changed", "order-update.draft-alone", "An order in progress can be changed.",
           at(_UPDATE, _change_any_order)),
    mutant("currency-changes", "order-update.currency", "An order's currency is told as it was sent last.",
           at("GET /Api/Order/[0-9]+", alter_json(lambda found: {**found, "CurrencyCode": "HUF"}))),
    mutant("delete-item-deletes-all", "order-delete-item.that-one", "DeleteItem deletes every item.",
           at(_DELETE, _delete_all_items)),
    mutant("delete-item-deletes-the-first", "order-delete-item.that-one", "DeleteItem deletes the first item.",
           at(_DELETE, _delete_first_item)),
    mutant("delete-item-by-post-alone", "order-delete-item.that-one", "DeleteItem is refused by GET.",
           at(_DELETE, give(ApiResponse(405, b"Order (GET): Method not allowed!", "text/plain")))),
    mutant("no-item-is-deleted", "order-delete-item.unknown", "An item that there is not is deleted with 200.",
           at(_DELETE, lambda ask, request: came if (came := ask(request)).status == 200
              else succeed_without_change(ask, request))),
    mutant("order-fields-in-drafts-alone", "order-project.in-any-status",
           "The fields of an order's card are written in a draft alone.",
           at("POST /Api/Order/{id}/Project", lambda ask, request: ask(request)
              if fetch_row(ask, request, *split_path(request)[:2]).get("Status") == "Draft"
              else ApiResponse(405, b"Order (POST): Method not allowed!", "text/plain"))),
    mutant("offer-labels-are-refused", "offer-project.status", "StatusId as a label is ignored.",
           at("POST /Api/Offer/{id}/Project", alter_body(
               lambda body: body if str(body.get("StatusId", "0")).isdigit() else {}))),
    mutant("unknown-statuses-are-idle", "offer-project.unknown-status", "A status that there is not gets 200.",
           at("POST /Api/Offer/{id}/Project", lambda ask, request: came if (came := ask(request)).status == 200
              else succeed_without_change(ask, request))),
    mutant("offer-fields-are-lost", "offer-project.fields", "POST Project writes the status of an offer alone.",
           at("POST /Api/Offer/{id}/Project", lambda ask, request: ask(request)
              if "StatusId" in (read_body(request) or {}) else succeed_without_change(ask, request))),
    mutant("offers-are-paid", "offer.no-actions", "An offer takes the actions of an order with 200.",
           at("POST /Api/Offer/{id}/(Finalize|Edit|Complete|Paid|Storno)", succeed_without_change)),
)
# fmt: on
