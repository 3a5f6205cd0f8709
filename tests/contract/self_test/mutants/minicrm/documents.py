"""Mutants of MiniCRM: lists and details of invoices, orders and offers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_json,
    alter_parameter,
    alter_rows,
    at,
    call,
    ignore,
    respond_to,
    with_json,
    with_query,
)
from tests.contract.self_test.mutants.minicrm.account import fetch, list_results
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

LIST = "GET /Api/(Invoice|Order|Offer)/List"
INVOICE, ORDER, OFFER = (f"GET /Api/{kind}/[0-9]+" for kind in ("Invoice", "Order", "Offer"))
_DETAIL = "GET /Api/(Invoice|Order|Offer)/[0-9]+"
_FAR_PAST = "1990-01-01 00:00"


def keyed(rows: list[Row]) -> object:
    """Return rows by their ids, or an empty list, as a list of documents has them."""
    return {row["Id"]: row for row in rows} or []


def _alter_row(change: Callable[[Row], Row]) -> Fault:
    return at(LIST, alter_rows(change))


def _replace_rows(change: Callable[[Ask, HttpRequest, list[Row]], list[Row]]) -> Fault:
    """Have other rows reach the caller, out of all that the criteria find; Count is then theirs."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        came = ask(request)
        if came.status != 200:
            return came
        page = int(dict(request.query).get("Page", "0"))
        rows = change(ask, request, list_documents(ask, request))
        return with_json(came, {"Count": len(rows), "Results": keyed(rows[page * 100 :][:100])})

    return at(LIST, fault)


def list_documents(ask: Ask, request: HttpRequest) -> list[Row]:
    """Return the rows of all pages of a list."""
    rows: list[Row] = []
    while True:
        came = ask(with_query(request, Page=str(len(rows) // 100)))
        page = list_results(json.loads(came.body)) if came.status == 200 else []
        rows += page
        if len(page) < 100:
            return rows


def _since_by_card(ask: Ask, request: HttpRequest, rows: list[Row]) -> list[Row]:
    """Return the rows whose card, in place of the document, was changed since a moment."""
    since = dict(request.query).get("UpdatedSince")
    if not since:
        return rows
    everything = list_documents(ask, with_query(request, UpdatedSince=_FAR_PAST))
    found = call(ask, request, "GET", "/Api/R3/Project", query={"UpdatedSince": f"{since}:00"})
    cards = {str(row["Id"]) for row in list_results(json.loads(found.body))}
    return [row for row in everything if row["ProjectId"] in cards]


def _or(ask: Ask, request: HttpRequest, rows: list[Row]) -> list[Row]:
    """Return the rows that one criterion or the other finds."""
    if not {"StatusGroup", "UpdatedSince"} <= set(dict(request.query)):
        return rows
    either = (with_query(request, StatusGroup=None), with_query(request, UpdatedSince=None))
    return list({row["Id"]: row for one in either for row in list_documents(ask, one)}.values())


def _alter_items(place: str, change: Callable[[Row], Row]) -> Fault:
    return at(place, alter_json(lambda found: {**found, "Items": [change(item) for item in found["Items"]]}))


def _leave_out(name: str) -> Callable[[Any], Row]:
    return lambda found: {key: value for key, value in found.items() if key != name}


def _add(**values: str) -> Fault:
    return alter_json(lambda found: {**found, **values})


def _find_by_card(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Let the id of a card stand for its document's."""
    came = ask(request)
    if came.status != 404:
        return came
    kind, wanted = request.path.split("/")[2:4]
    rows = list_documents(ask, replace(request, path=f"/Api/{kind}/List"))
    found = next((row["Id"] for row in rows if row["ProjectId"] == wanted), None)
    return ask(replace(request, path=f"/Api/{kind}/{found}")) if found else came


def _find_in_any_kind(ask: Ask, request: HttpRequest) -> ApiResponse:
    tries = [ask(replace(request, path=re.sub(r"Invoice|Order|Offer", kind, request.path))) for kind in
             (request.path.split("/")[2], "Invoice", "Order", "Offer")]  # fmt: skip
    return next((came for came in tries if came.status == 200), tries[0])


def _label_status(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have an offer print its status as the label."""
    came = ask(request)
    if came.status != 200:
        return came
    found = json.loads(came.body)
    labels = {key: label for module in fetch(ask, request, "Category")
              for key, label in fetch(ask, request, f"Schema/Project/{module}")["StatusId"].items()}  # fmt: skip
    status = found["Project"]["StatusId"]
    return with_json(came, {**found, "Project": {**found["Project"], "StatusId": labels.get(status, status)}})


def _name_flag(found: Row) -> Row:
    return {**found, "IsReverseCharge": "Yes" if found["IsReverseCharge"] == "1" else "No"}


# fmt: off
MUTANTS = (
    mutant("documents-in-a-list", "document-list.shape", "The Results of a list of documents are a list.",
           at(LIST, alter_json(lambda found: {**found, "Results": list_results(found)}))),
    mutant("document-count-is-text", "document-list.shape", "Count of a list of documents is text.",
           at(LIST, alter_json(lambda found: {**found, "Count": str(found["Count"])}))),
    mutant("no-documents-are-an-object", "document-list.empty",
           "The Results of a list without documents are an object.",
           at(LIST, alter_json(lambda found: {**found, "Results": found["Results"] or {}}))),
    mutant("document-ids-are-numbers", "document-list.row", "The ids of documents are numbers.",
           _alter_row(lambda row: {**row, "Id": int(row["Id"])})),
    mutant("document-amounts-are-numbers", "document-list.row", "The amounts of a row are numbers.",
           _alter_row(lambda row: {**row, "Amount": float(row["Amount"])})),
    mutant("unpaid-is-null", "document-list.row", "Paid of an unpaid document is null.",
           _alter_row(lambda row: {**row, "Paid": row["Paid"] or None})),
    mutant("rows-lack-their-card", "document-list.row", "A row does not name its card.",
           _alter_row(_leave_out("ProjectId"))),
    mutant("document-amounts-of-two-decimals", "document-list.amounts", "The amounts of a row have two decimals.",
           _alter_row(lambda row: {**row, **{name: row[name][:-2] for name in ("AmountNet", "AmountVat", "Amount")}})),
    mutant("document-amounts-with-a-comma", "document-list.amounts", "The amounts of a row have a comma.",
           _alter_row(lambda row: {**row, "Amount": row["Amount"].replace(".", ",")})),
    mutant("document-amount-is-net", "document-list.amounts", "Amount is what it is without VAT.",
           _alter_row(lambda row: {**row, "Amount": row["AmountNet"]})),
    mutant("unpaid-is-zeros-in-the-list", "document-list.dates", "Paid of an unpaid document is a date of zeros.",
           _alter_row(lambda row: {**row, "Paid": row["Paid"] or "0000-00-00"})),
    mutant("document-dates-have-times", "document-list.dates", "The days of a row have a time.",
           _alter_row(lambda row: {**row, "Prompt": row["Prompt"] and f"{row['Prompt']} 00:00:00"})),
    mutant("every-document-is-an-invoice", "document-list.type", "Orders and offers have the Type Invoice.",
           _alter_row(lambda row: {**row, "Type": "Invoice"})),
    mutant("one-list-for-all", "document-list.kinds-apart", "The list of orders is that of invoices.",
           lambda ask, request: ask(replace(request, path=request.path.replace("/Order/List", "/Invoice/List")))),
    mutant("document-status-is-an-id", "document-list.status", "Status is the id of the card's, not its label.",
           _alter_row(lambda row: {**row, "Status": row["StatusGroup"]})),
    mutant("document-group-ignored", "document-list.status-group", "StatusGroup is ignored.",
           at(LIST, ignore("StatusGroup"))),
    mutant("success-holds-failures", "document-list.status-group",
           "StatusGroup=Success finds what failed as well.",
           _replace_rows(lambda ask, request, rows: rows if dict(request.query).get("StatusGroup") != "Success" else [
               *rows, *list_documents(ask, with_query(request, StatusGroup="Failed"))])),
    mutant("unknown-document-groups-are-idle", "document-list.unknown-group",
           "A StatusGroup that there is not is ignored.",
           at(LIST, lambda ask, request: came if (came := ask(request)).status != 400
              else ask(with_query(request, StatusGroup=None)))),
    mutant("document-since-ignored", "document-list.updated-since", "UpdatedSince is ignored.",
           at(LIST, ignore("UpdatedSince"))),
    mutant("document-since-is-before", "document-list.updated-since",
           "UpdatedSince finds what was changed before that moment.",
           _replace_rows(lambda ask, request, rows: rows if "UpdatedSince" not in dict(request.query) else [
               row for row in list_documents(ask, with_query(request, UpdatedSince=None)) if row not in rows])),
    mutant("document-since-by-the-card", "document-list.since-is-exact",
           "UpdatedSince goes by the card's change, not the document's.",
           _replace_rows(_since_by_card)),
    mutant("document-since-by-the-day", "document-list.since-is-exact", "UpdatedSince goes by the day alone.",
           at(LIST, alter_parameter("UpdatedSince", lambda text: f"{text[:10]} 00:00"))),
    mutant("documents-oldest-first", "document-list.newest-first", "The oldest change comes first.",
           _replace_rows(lambda _ask, _request, rows: rows[::-1])),
    mutant("documents-by-id", "document-list.newest-first", "Documents come by their ids, the highest first.",
           _replace_rows(lambda _ask, _request, rows: sorted(rows, key=lambda row: -int(row["Id"])))),
    mutant("document-criteria-are-ored", "document-list.together",
           "StatusGroup and UpdatedSince find what either of them does.",
           _replace_rows(_or)),
    mutant("document-page-ignored", "document-list.pages", "Page of a list of documents is ignored.",
           at(LIST, ignore("Page"))),
    mutant("document-pages-count-from-1", "document-list.pages", "Page=1 is the first page of documents.",
           at(LIST, alter_parameter("Page", lambda text: str(max(0, int(text) - 1))))),
    mutant("documents-on-one-page", "document-list.pages", "All documents come on the first page.",
           at(LIST, lambda ask, request: with_json(ask(request), {
               "Count": len(rows := list_documents(ask, request)), "Results": keyed(rows)})
              if dict(request.query).get("Page", "0") == "0" and ask(request).status == 200 else ask(request))),
    mutant("document-count-of-the-page", "document-list.count", "Count is that of the page.",
           at(LIST, alter_json(lambda found: {**found, "Count": len(found["Results"])}))),
    mutant("documents-begin-anew", "document-list.beyond-the-end",
           "A page beyond the last is the first one again.",
           at(LIST, alter_parameter("Page", lambda text: text if int(text) < 100 else "0"))),
    mutant("documents-refuse-what-they-do-not-know", "document-list.idle-parameters",
           "A list refuses a parameter that it does not know.",
           at(LIST, lambda ask, request: replace(came, status=400) if "ProjectId" in dict(request.query)
              and (came := ask(request)) else ask(request))),
    mutant("storned-names-itself", "document-list.cancelled", "StornedId names the document itself.",
           _alter_row(lambda row: {**row, "StornedId": row["StornedId"] and row["Id"]})),
    mutant("rows-have-the-id-of-the-card", "document-list.own-ids", "The Id of a row is that of its card.",
           _alter_row(lambda row: {**row, "Id": row["ProjectId"]})),
    mutant("invoices-lack-their-vendor", "document.keys", "The detail of an invoice has no Vendor.",
           at(INVOICE, alter_json(_leave_out("Vendor")))),
    mutant("customer-has-no-vat-number", "document.keys", "The Customer of a document has no VatNumber.",
           at(_DETAIL, alter_json(lambda found: {**found, "Customer": _leave_out("VatNumber")(found["Customer"])}))),
    mutant("order-items-have-no-id", "document.keys", "The items of an order have no Id.",
           _alter_items(ORDER, _leave_out("Id"))),
    mutant("document-detail-is-numbers", "document.texts", "Amounts of a detail are numbers.",
           at(_DETAIL, alter_json(lambda found: {**found, "Amount": float(found["Amount"])}))),
    mutant("quantities-are-numbers", "document.texts", "The quantity of an item is a number.",
           _alter_items(_DETAIL, lambda item: {**item, "Quantity": float(item["Quantity"])})),
    mutant("items-by-place", "document.texts", "Items are an object by their places.",
           at(_DETAIL, alter_json(
               lambda found: {**found, "Items": {str(i): item for i, item in enumerate(found["Items"])}}))),
    mutant("details-have-a-status", "document.no-status", "The detail of a document has its Status.",
           at(INVOICE, _add(Status="Issued"))),
    mutant("invoices-name-their-card", "document.no-status", "The detail of an invoice has its ProjectId.",
           at(INVOICE, _add(ProjectId="2000"))),
    mutant("details-have-another-number", "document.as-in-its-list", "The detail has another number than the list.",
           at(_DETAIL, alter_json(lambda found: {**found, "Number": f"{found['Number']}-1"}))),
    mutant("details-lack-an-item", "document.items-make-the-sum", "A detail lacks the last item.",
           at(_DETAIL, alter_json(lambda found: {**found, "Items": found["Items"][:-1]}))),
    mutant("item-sums-are-prices", "document.items-make-the-sum", "PriceNetTotal is the price of one.",
           _alter_items(_DETAIL, lambda item: {**item, "PriceNetTotal": item["PriceNet"]})),
    mutant("invoice-head-with-four-decimals", "invoice.head-amounts", "The head of an invoice has four decimals.",
           at(INVOICE, alter_json(lambda found: {**found, "Amount": f"{found['Amount']}00"}))),
    mutant("invoice-items-with-a-point", "invoice.item-amounts", "The items of an invoice have a point.",
           _alter_items(INVOICE, lambda item: {
               **item, "PriceTotal": item["PriceTotal"].replace(" ", "").replace(",", ".")})),
    mutant("invoice-items-without-spaces", "invoice.item-amounts",
           "The items of an invoice have nothing between thousands.",
           _alter_items(INVOICE, lambda item: {**item, "PriceNet": "".join(item["PriceNet"].split())})),
    mutant("unpaid-is-empty-in-the-detail", "invoice.unpaid", "Paid of an unpaid invoice's detail is empty.",
           at(INVOICE, alter_json(lambda found: {**found, "Paid": found["Paid"].replace("0000-00-00", "")}))),
    mutant("paid-is-never-told", "invoice.unpaid", "The detail of a paid invoice says that it is unpaid.",
           at(INVOICE, _add(Paid="0000-00-00"))),
    mutant("reverse-charge-is-a-word", "invoice.flags", "IsReverseCharge is No or Yes.",
           at(INVOICE, alter_json(_name_flag))),
    mutant("invoices-have-a-document-id", "invoice.flags", "The detail of an invoice always has a DocumentId.",
           at(INVOICE, _add(DocumentId="1"))),
    mutant("order-prices-of-two-decimals", "order.amounts", "The price of an order's item has two decimals.",
           _alter_items(ORDER, lambda item: {**item, "PriceNet": item["PriceNet"][:-4]})),
    mutant("orders-name-their-document", "order.customer", "ProjectId of an order is the order's own id.",
           at(ORDER, alter_json(lambda found: {**found, "ProjectId": found["Id"]}))),
    mutant("offers-name-their-status", "offer.project", "StatusId of an offer's Project is the label.",
           at(OFFER, _label_status)),
    mutant("offers-leave-out-empty-fields", "offer.project", "Project of an offer lacks what is empty.",
           at(OFFER, alter_json(lambda found: {
               **found, "Project": {name: value for name, value in found["Project"].items() if value}}))),
    mutant("exempt-items-have-a-vat", "offer.exempt", "An item of an exempt offer has a VAT of nothing.",
           _alter_items(OFFER, lambda item: {"VAT": "0%", **item})),
    mutant("unknown-documents-are-empty", "document.unknown-id", "A document that does not exist is an empty list.",
           at(_DETAIL, respond_to(404, []))),
    mutant("documents-by-their-card", "document.not-by-its-card", "The id of a card finds its document.",
           at(_DETAIL, _find_by_card)),
    mutant("documents-of-any-kind", "document.of-its-kind", "A document is found by the path of any kind.",
           at(_DETAIL, _find_in_any_kind)),
    mutant("documents-for-everybody", "document-list.login", "Documents need no login.",
           at(LIST, lambda ask, request: came if (came := ask(request)).status != 401 else with_json(
               replace(came, status=200), {"Count": 0, "Results": []}))),
)
# fmt: on
