"""What is done to an order: its moves from draft to paid or failed, and its changes while it is a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockserver.minicrm import rules as r3_rules
from mockserver.minicrm.documents import rules
from mockserver.minicrm.documents.cards import find_stage, move_card
from mockserver.minicrm.documents.customers import find_billed, find_contact, find_customer, take_block
from mockserver.minicrm.documents.details import read_document, render_document
from mockserver.minicrm.documents.deviations import ORDER_MOVES_BY_GET, ORDERS_FAIL_FROM_SUCCESS
from mockserver.minicrm.documents.document import Document, DocumentKind, Stage
from mockserver.minicrm.documents.items import add_items, read_items, sum_up
from mockserver.minicrm.documents.numbers import take_number
from mockserver.minicrm.documents.values.dates import read_date
from mockserver.minicrm.documents.writes.create import read_terms
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.rules import RefusalError

MOVES: Mapping[str, tuple[tuple[Stage, ...], Stage]] = {
    "Finalize": (("Draft",), "In progress"),
    "Edit": (("In progress",), "Draft"),
    "Complete": (("In progress",), "Completed"),
    "Paid": (("Completed", "Failed"), "Paid"),
    "Storno": (("Completed",), "Failed"),
}
"""From which stages to which; that the manual's "Unsuccessful" is no stage of its own is assumed."""

_Move = Callable[[RequestContext, DocumentKind], object]


def build_move(name: str) -> _Move:
    """Return what answers `POST /Api/Order/{id}/{name}`: the detail (assumed), or 405 from any other stage."""

    def move(context: RequestContext, kind: DocumentKind) -> object:
        document = read_document(context, kind)
        starts, end = MOVES[name]
        if name == "Storno" and context.observes(ORDERS_FAIL_FROM_SUCCESS):
            starts = (*starts, "Paid")
        stage = find_stage(context, document)
        if stage not in starts:
            hint = f"{name} takes an order that is {' or '.join(starts)}; this one is {stage}"
            raise RefusalError(rules.WRONG_MOVE, hints=[hint], allow="POST")
        document.stage = end
        document.number = document.number or take_number(context, document)
        if end == "Paid":
            document.paid = context.now[:10]
        return _save(context, document, end)

    return move


def build_move_by_get(name: str) -> _Move:
    """Return what answers the same by GET, which is refused where the account is strict (assumed)."""
    move = build_move(name)

    def move_by_get(context: RequestContext, kind: DocumentKind) -> object:
        if not context.observes(ORDER_MOVES_BY_GET):
            hint = f"POST it; one public client sends GET, which the switch {ORDER_MOVES_BY_GET.name} lets through"
            raise RefusalError(r3_rules.WRONG_METHOD, hints=[hint], allow="POST")
        return move(context, kind)

    return move_by_get


def update_order(context: RequestContext, kind: DocumentKind) -> object:
    """Answer `POST /Api/Order/{id}`: items with an Id are overwritten, others are added, all else stays."""
    document = _read_draft(context, kind)
    body = context.read_body()
    named, contact = find_customer(context, body), find_contact(context, document)
    if contact and find_billed(context, named).id != find_billed(context, contact).id:
        raise RefusalError(rules.CUSTOMER_STAYS, "CustomerId" if "CustomerId" in body else "ReferenceId")
    if body.get("CurrencyCode") not in (None, "", document.currency_code):
        raise RefusalError(rules.CURRENCY_STAYS, "CurrencyCode")
    if body.get("Customer") is not None:
        document.customer = take_block(context, find_billed(context, named), body["Customer"])
    read_terms(document, body)
    document.performance = read_date("Performance", body.get("Performance")) or document.performance
    add_items(document, read_items(body.get("Items")))
    return _save(context, document, "Draft")


def delete_item(context: RequestContext, kind: DocumentKind) -> object:
    """Answer `GET /Api/Order/{id}/DeleteItem/{item}`, which deletes (observed, grade B)."""
    document = _read_draft(context, kind)
    item_id = context.target.partition("/")[2]
    kept = [item for item in document.items if str(item["Id"]) != item_id]
    if len(kept) == len(document.items):
        known = ", ".join(str(item["Id"]) for item in kept)
        raise RefusalError(rules.NO_SUCH_DOCUMENT, hints=[f"it has the items {known or 'none'}"])
    document.items = kept
    sum_up(document)
    return _save(context, document, "Draft")


def _read_draft(context: RequestContext, kind: DocumentKind) -> Document:
    document = read_document(context, kind)
    stage = find_stage(context, document)
    if stage != "Draft":
        hint = f"an order is changed while it is a draft; this one is {stage}: POST .../Edit first"
        raise RefusalError(rules.WRONG_MOVE, hints=[hint], allow="POST")
    document.stage = "Draft"
    return document


def _save(context: RequestContext, document: Document, stage: Stage) -> object:
    document.updated_at, document.updated_by = context.now, None
    context.save(document)
    move_card(context, document, stage)
    return render_document(context, document)
