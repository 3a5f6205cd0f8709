"""Mutants of MiniCRM: connections, purging a person, products, tasks closed by POST."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from mockserver.crm.api import ApiResponse
from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_body,
    alter_json,
    at,
    call,
    drop_keys,
    give,
    read_body,
    respond_to,
    retry,
    undo,
    with_body,
    with_json,
    with_query,
)
from tests.contract.self_test.mutants.minicrm.account import both, fetch
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_LIST = "GET ListProjectConnection"
_CREATE, _UPDATE, _DELETE = (f"PUT {verb}ProjectConnection" for verb in ("Create", "Update", "Delete"))
_PURGE = "(GET|PUT) PurgePerson/{id}"
_DONE: Row = {"Message": "Done."}


def _alter_connections(change: Callable[[list[Row]], list[Row]]) -> Fault:
    def change_all(found: Row) -> Row:
        listed: Any = found["Connections"]
        rows = change(_as_rows(listed))
        return {**found, "Connections": {str(place): row for place, row in enumerate(rows)} or []}

    return at(_LIST, alter_json(change_all))


def _list_connections(ask: Ask, like: HttpRequest, card: object) -> list[Row]:
    found: Any = fetch(ask, like, "ListProjectConnection", FromProjectId=str(card)).get("Connections", {})
    return _as_rows(found)


def _as_rows(listed: Any) -> list[Row]:
    return list(cast("dict[str, Row]", listed).values()) if isinstance(listed, dict) else listed


def _for_each_connection(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have a write of one connection be one of every connection of the card."""
    body = read_body(request) or {}
    came = ask(request)
    for row in _list_connections(ask, request, body.get("FromProjectId")) if came.status == 200 else []:
        ask(with_body(request, {**body, "ToProjectId": row["ProjectId"]}))
    return came


def _keep_first(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have a further connection take the place of the one before."""
    start = (read_body(request) or {}).get("FromProjectId")
    for row in _list_connections(ask, request, start):
        ends = {"FromProjectId": start, "ToProjectId": row["ProjectId"]}
        call(ask, request, "PUT", "/Api/R3/DeleteProjectConnection", ends)
    return ask(request)


def _list_one_way() -> Fault:
    """Have a connection be seen only from the card that it was made from."""
    made: set[tuple[str, str]] = set()

    def write(ask: Ask, request: HttpRequest) -> ApiResponse:
        body = read_body(request) or {}
        made.add((str(body.get("FromProjectId")), str(body.get("ToProjectId"))))
        return ask(request)

    def read(ask: Ask, request: HttpRequest) -> ApiResponse:
        start = dict(request.query).get("FromProjectId", "")
        return _alter_connections(lambda rows: [row for row in rows if (str(row["ProjectId"]), start) not in made])(
            ask, request
        )

    return both(at(_CREATE, write), at(_LIST, read))


def _list_of_first_card(ask: Ask, request: HttpRequest) -> ApiResponse:
    return ask(with_query(request, FromProjectId="900"))


def _purge_colleagues(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Purge the other people of the person's business as well."""
    person = request.path.rpartition("/")[2]
    business = fetch(ask, request, f"Contact/{person}").get("BusinessId")
    came = ask(request)
    if came.status == 200 and business:
        found: Row = fetch(ask, request, "Contact", BusinessId=str(business), Type="Person")
        for row in cast("list[str]", list(found["Results"])):
            call(ask, request, "GET", f"/Api/R3/PurgePerson/{row}")
    return came


def _purge_after_its_cards(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Answer that the contact of a card was purged."""
    came = ask(request)
    is_there = fetch(ask, request, f"Contact/{request.path.rpartition('/')[2]}")
    return ApiResponse.of_json(_DONE) if came.status == 400 and "FirstName" in is_there else came


def _purge_businesses(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    is_there = fetch(ask, request, f"Contact/{request.path.rpartition('/')[2]}")
    return ApiResponse.of_json(_DONE) if came.status == 400 and is_there and "FirstName" not in is_there else came


def _purge_anybody(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    is_there = fetch(ask, request, f"Contact/{request.path.rpartition('/')[2]}")
    return ApiResponse.of_json(_DONE) if came.status == 400 and not is_there else came


def _close_every_task(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    project = fetch(ask, request, f"ToDo/{request.path.rpartition('/')[2]}").get("ProjectId")
    tasks: list[Row] = fetch(ask, request, f"ToDoList/{project}", Status="Open").get("Results", [])
    for row in tasks:
        ask(replace(request, path=f"/Api/R3/ToDo/{row['Id']}"))
    return came


def _make_task(ask: Ask, request: HttpRequest) -> ApiResponse:
    return ask(replace(request, method="PUT"))


def _create_product(ask: Ask, request: HttpRequest) -> ApiResponse:
    return ask(replace(request, path="/Api/R3/Product"))


def _key_by_card(found: Row) -> Row:
    listed: Any = found["Connections"]
    return {**found, "Connections": {str(row["ProjectId"]): row for row in listed.values()}} if listed else found


def _page_of_20(found: Row) -> Row:
    return {**found, "ItemPerPage": 20}


def _text_ids(row: Row) -> Row:
    return {**row, "ProjectId": str(row["ProjectId"])}


def _undo_deleted(ask: Ask, request: HttpRequest) -> ApiResponse:
    return undo(ask, request) if (read_body(request) or {}).get("Deleted") else ask(request)


def _answer_text_id(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    return with_json(came, {"Id": str(json.loads(came.body)["Id"])}) if came.status == 200 else came


# fmt: off
MUTANTS = (
    mutant("connections-in-a-list", "connection-list.shape", "Connections are a list.",
           at(_LIST, alter_json(lambda found: {**found, "Connections": list(found["Connections"].values())}
                                if found["Connections"] else found))),
    mutant("connections-by-card", "connection-list.shape", "Connections have the ids of cards as keys.",
           at(_LIST, alter_json(_key_by_card))),
    mutant("connections-20-a-page", "connection-list.shape", "ItemPerPage is 20.", at(_LIST, alter_json(_page_of_20))),
    mutant("connection-ids-are-text", "connection-list.rows", "The ids of a connection are text.",
           _alter_connections(lambda rows: [_text_ids(row) for row in rows])),
    mutant("connections-name-the-first", "connection-list.rows", "A connection has no name of the other card.",
           _alter_connections(lambda rows: [{**row, "ProjectName": ""} for row in rows])),
    mutant("connections-of-every-card", "connection-list.own-connections",
           "Each card has the connections of the first.",
           at(_LIST, _list_of_first_card)),
    mutant("no-connections-are-an-object", "connection-list.empty",
           "A card without connections has an empty object of them.",
           at(_LIST, alter_json(lambda found: {**found, "Connections": found["Connections"] or {}}))),
    mutant("connections-are-not-kept", "connection-create.listed", "A connection is answered, and not kept.",
           at(_CREATE, undo)),
    mutant("connections-answer-an-id", "connection-create.listed", "A new connection is answered by an Id.",
           at(_CREATE, alter_json(lambda found: {"Id": found["ProjectId"]}))),
    mutant("one-connection-a-card", "connection-create.many", "A new connection takes the place of the one before.",
           at(_CREATE, _keep_first)),
    mutant("connections-one-way", "connection-create.both-ends", "A connection is seen from its first card alone.",
           _list_one_way()),
    mutant("cards-are-connected-to-nothing", "connection-create.refused",
           "A connection to a card that does not exist gets 200.",
           at(_CREATE, respond_to(400, {"ProjectId": 0}))),
    mutant("descriptions-are-lost", "connection-update.description", "The Description of a connection is ignored.",
           at(_UPDATE, alter_body(lambda body: {**body, "Description": ""}))),
    mutant("every-connection-is-described", "connection-update.description",
           "A Description is written to every connection of the card.",
           at(_UPDATE, _for_each_connection)),
    mutant("every-connection-is-deleted", "connection-delete.that-one", "Every connection of the card is taken away.",
           at(_DELETE, _for_each_connection)),
    mutant("connections-stay", "connection-delete.that-one", "A connection that is taken away stays.",
           at(_DELETE, undo)),
    mutant("unknown-connections-are-deleted", "connection-delete.unknown",
           "A connection that there is not is taken away with 200.",
           at("PUT (Update|Delete)ProjectConnection", respond_to(404, []))),
    mutant("purge-leaves-the-person", "purge-person.for-good", "A purged person is still there.", at(_PURGE, undo)),
    mutant("purge-by-get-alone", "purge-person.for-good", "PUT of PurgePerson is refused.",
           at("PUT PurgePerson/{id}", give(ApiResponse(405, b"PurgePerson (PUT): Method not allowed!", "text/plain")))),
    mutant("purge-says-nothing", "purge-person.for-good", "A purge is answered without a Message.",
           at(_PURGE, alter_json(lambda _found: []))),
    mutant("purge-takes-colleagues", "purge-person.nobody-else", "Purging a person purges the whole business' people.",
           at(_PURGE, _purge_colleagues)),
    mutant("purge-of-a-cards-contact", "purge-person.contact-of-a-card", "The contact of a card is purged with 200.",
           at(_PURGE, _purge_after_its_cards)),
    mutant("purge-of-businesses", "purge-person.business", "A business is purged with 200.",
           at(_PURGE, _purge_businesses)),
    mutant("purge-of-nobody", "purge-person.unknown-id", "A person that does not exist is purged with 200.",
           at(_PURGE, _purge_anybody)),
    mutant("product-ids-are-text", "product-create.answer", "The Id of a new product is text.",
           at("PUT Product/?", _answer_text_id)),
    mutant("products-are-doubled", "product-create.known-sku", "A SKU that is there makes a second product.",
           at("PUT Product/?", drop_keys("SKU"))),
    mutant("products-are-one", "product-create.known-sku", "A product without a SKU is that of the one before.",
           at("PUT Product/?", alter_body(lambda body: {"SKU": "none", **body}))),
    mutant("product-updates-create", "product-update.answer", "An update of a product makes a new one.",
           at("PUT Product/[0-9]+", both(_create_product, drop_keys("SKU")))),
    mutant("products-keep-their-sku", "product-update.sku", "An update of a product ignores SKU.",
           at("PUT Product/[0-9]+", drop_keys("SKU"))),
    mutant("products-stay", "product-delete.for-good", "Deleted is ignored.", at("PUT Product/[0-9]+", _undo_deleted)),
    mutant("products-cost-anything", "product.refused", "A PriceNet that is no number is taken.",
           at("PUT Product", retry(400, lambda sent: with_body(sent, {**(read_body(sent) or {}), "PriceNet": 0})))),
    mutant("products-are-listed", "product.not-read", "A GET lists the products.",
           at("GET Product", give(ApiResponse.of_json({"Count": 0, "Results": []})))),
    mutant("closing-needs-a-status", "task-close.with-date", "ClosedAt without Status leaves a task open.",
           at("POST ToDo/{id}", drop_keys("ClosedAt"))),
    mutant("closing-closes-all", "task-close.only-that-one", "POST closes every task of the project.",
           at("POST ToDo/{id}", _close_every_task)),
    mutant("nothing-is-closed", "task-close.unknown-id", "A task that does not exist is closed with 200.",
           at("POST ToDo/{id}", respond_to(404, {"Id": 1}))),
    mutant("tasks-by-post", "task-close.without-id", "POST without an id makes a task.", at("POST ToDo", _make_task)),
)
# fmt: on
