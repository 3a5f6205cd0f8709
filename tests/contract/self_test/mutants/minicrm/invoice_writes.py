"""Mutants of MiniCRM: issuing invoices, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace

from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest
from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_body,
    alter_json,
    alter_rows,
    at,
    call,
    default_keys,
    drop_keys,
    read_body,
    retry,
    set_keys,
    undo,
    with_body,
    with_json,
)
from tests.contract.self_test.mutants.minicrm.account import both, find_first
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
from tests.contract.self_test.mutants.minicrm.documents import LIST, list_documents
from tests.contract.self_test.mutants.mutant import mutants_of

mutant = mutants_of("minicrm")

_CREATE = "POST /Api/Invoice/?"
_MAKE = "POST /Api/(Invoice|Order|Offer)/?"
_PAID, _STORNO = "POST /Api/Invoice/{id}/Paid", "POST /Api/Invoice/{id}/Storno"


def _remember_answer() -> Fault:
    """Have the same body twice make one document."""
    known: dict[bytes, ApiResponse] = {}

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        if request.body not in known:
            known[request.body] = ask(request)
        return known[request.body]

    return at(_CREATE, fault)


def _answer_first(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Have a storno respond with the document that is cancelled."""
    came = ask(request)
    _, document_id, *_ = split_path(request)
    first = fetch_document(ask, request, "Invoice", document_id)
    return with_json(came, {**first, "DocumentId": document_id}) if came.status == 200 else came


def _keep_card(row: Row) -> Row:
    """Print the status of an open document, whatever became of it."""
    return {**row, "Status": "Issued", "StatusGroup": "Open"} if row["Paid"] else row


def _pay_neighbour(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Set another invoice paid as well."""
    came = ask(request)
    rows = list_documents(ask, replace(request, method="GET", path="/Api/Invoice/List", query=[], body=b""))
    other = next((row["Id"] for row in rows if row["StatusGroup"] == "Open" and row["Id"] not in request.path), None)
    if came.status == 200 and other:
        call(ask, request, "POST", f"/Api/Invoice/{other}/Paid")
    return came


def _first_customer(ask: Ask, request: HttpRequest) -> ApiResponse:
    return set_keys(CustomerId=find_first(ask, request, "Contact"))(ask, request)


def _lose_decimals(body: Row) -> Row:
    items = [{**item, "Quantity": str(item.get("Quantity", "1")).partition(".")[0]} for item in body.get("Items", [])]
    return {**body, "Items": items} if items else body


def _write_once_more(name: str, value: str) -> Fault:
    """Have a value of the response reach the caller changed, though the document keeps its own."""
    return alter_json(lambda found: {**found, name: value} if name in found else found)


def _number_by_id(found: Row) -> Row:
    return {**found, "Number": "OWN-1"}


# fmt: off
MUTANTS = (
    mutant("invoices-are-not-kept", "invoice-create.answer", "A new invoice is answered, and not there.",
           at(_CREATE, undo)),
    mutant("invoices-answer-an-id", "invoice-create.answer", "A new invoice is answered by its Id alone.",
           at(_CREATE, alter_json(lambda found: {"Id": found["Id"]}))),
    mutant("invoices-are-paid-at-once", "invoice-create.answer", "A new invoice is paid.",
           at(_CREATE, follow_by(lambda found: f"/Api/Invoice/{found['Id']}/Paid", of_response=True))),
    mutant("numbers-are-the-callers", "invoice-create.number", "The number that is sent is taken.",
           at("(GET|POST) /Api/Invoice(/[0-9]+)?", alter_json(_number_by_id))),
    mutant("invoices-are-idempotent", "invoice-create.twice", "The same request again answers the invoice of before.",
           _remember_answer()),
    mutant("invoices-are-issued-twice", "invoice-create.twice", "Each request issues two invoices.",
           at(_CREATE, lambda ask, request: (ask(request), ask(request))[1])),
    mutant("quantities-are-whole", "invoice-create.sums", "The quantity of an item loses its decimals.",
           at(_CREATE, alter_body(_lose_decimals))),
    mutant("invoices-are-in-forints", "invoice-create.sums", "CurrencyCode is ignored.",
           at(_CREATE, drop_keys("CurrencyCode"))),
    mutant("one-item-an-invoice", "invoice-create.sums", "Only the first item of an invoice is kept.",
           at(_CREATE, alter_body(lambda body: {**body, "Items": body.get("Items", [])[:1]}))),
    mutant("invoices-are-due-at-once", "invoice-create.days", "Prompt is ignored.", at(_CREATE, drop_keys("Prompt"))),
    mutant("invoices-of-the-first-contact", "invoice-create.card",
           "A new invoice is that of the first contact, whatever CustomerId says.",
           at(_CREATE, _first_customer)),
    mutant("blocks-are-ignored", "invoice-create.block", "The Customer block is ignored.",
           at(_CREATE, drop_keys("Customer"))),
    mutant("blocks-leave-the-contact", "invoice-create.block",
           "A Customer block does not overwrite the contact's account number.",
           at(_CREATE, alter_body(lambda body: {**body, "Customer": {
               name: value for name, value in body["Customer"].items() if name != "AccountNumber"}}
               if "Customer" in body else body))),
    mutant("persons-are-always-billed", "invoice-create.person", "The person is billed, not the business.",
           at(_CREATE, default_keys(ForcesInvoiceOnPerson="1"))),
    mutant("businesses-are-always-billed", "invoice-create.person", "ForcesInvoiceOnPerson is ignored.",
           at(_CREATE, drop_keys("ForcesInvoiceOnPerson"))),
    mutant("invoices-to-nobody", "invoice-create.needs-customer",
           "An invoice without a customer is issued to the first contact.",
           at(_MAKE, find_customer)),
    mutant("invoices-of-nothing", "invoice-create.needs-items", "An invoice without items is issued.",
           at(_CREATE, retry(400, lambda request: with_body(request, {
               **(read_body(request) or {}), "Items": [{"Name": "Nothing", "PriceNet": "0", "Quantity": "1"}]})))),
    mutant("outer-ids-are-ignored", "invoice-create.reference-id", "ReferenceId finds no customer.",
           at(_CREATE, drop_keys("ReferenceId"))),
    mutant("customers-are-numbers-alone", "invoice-create.id-as-text", "CustomerId as text is refused.",
           at(_CREATE, alter_body(lambda body: {**body, "CustomerId": 0} if isinstance(body.get("CustomerId"), str)
                                  else body))),
    mutant("proformas-are-invoices", "invoice-create.proforma", "Type is ignored: a proforma is issued as an invoice.",
           at(_CREATE, drop_keys("Type"))),
    mutant("paid-does-not-fill", "invoice-paid.fills-paid", "Paid answers the detail, and nothing is paid.",
           at(_PAID, succeed_without_change)),
    mutant("paid-fills-the-answer-alone", "invoice-paid.fills-paid", "Paid is in the answer, and not kept.",
           at(_PAID, undo)),
    mutant("paid-leaves-the-card", "invoice-paid.moves-the-card", "A paid invoice stays among the open ones.",
           at(LIST, alter_rows(_keep_card))),
    mutant("paid-pays-another", "invoice-paid.only-that-one", "Another invoice is set paid as well.",
           at(_PAID, _pay_neighbour)),
    mutant("paid-takes-no-block", "invoice-paid.block", "Paid with a Customer block is refused.",
           at(_PAID, lambda ask, request: ask(request) if not request.body else
              ApiResponse(400, b"Invoice (POST): Bad parameter!", "text/plain"))),
    mutant("paid-twice", "invoice-paid.twice", "A paid invoice is paid again with 200.", at(_PAID, accept_refused)),
    mutant("proformas-stay-proformas", "invoice-paid.proforma", "A paid proforma makes no invoice.",
           both(at(_PAID, undo), at(_PAID, follow_by(lambda found: f"/Api/Invoice/{found['Id']}/Nothing")))),
    mutant("storno-answers-the-first", "invoice-storno.second-document", "Storno answers the cancelled document.",
           at(_STORNO, _answer_first)),
    mutant("storno-makes-nothing", "invoice-storno.second-document", "Storno makes no second document.",
           at(_STORNO, succeed_without_change)),
    mutant("storno-says-nothing", "invoice-storno.names-the-first", "The Subject of what cancels is that of the first.",
           at(_STORNO, _write_once_more("Subject", "Works"))),
    mutant("storno-of-nothing", "invoice-storno.names-the-first", "The sums of what cancels are zero.",
           at(_STORNO, _write_once_more("Amount", "0.00"))),
    mutant("storno-leaves-no-trace", "invoice-storno.both-fail", "Neither of the two names the other.",
           at(LIST, alter_rows(lambda row: {**row, "StornedId": ""}))),
    mutant("storno-twice", "invoice-storno.twice", "A cancelled invoice is cancelled again with 200.",
           at(_STORNO, accept_refused)),
    mutant("paid-can-not-be-cancelled", "invoice-storno.paid-one", "A paid invoice can not be cancelled.",
           at(_STORNO, lambda ask, request: ask(request)
              if not fetch_row(ask, request, *split_path(request)[:2]).get("Paid") else
              ApiResponse(405, b"Invoice (POST): Method not allowed!", "text/plain"))),
    mutant("invoices-are-paid-by-get", "invoice-action.by-get", "A GET sets an invoice paid.",
           at("GET /Api/Invoice/{id}/(Paid|Storno)", act_by_get)),
    mutant("unknown-actions-are-done", "invoice-action.unknown", "An action that there is not answers the detail.",
           at("POST /Api/Invoice/{id}/Undo", succeed_without_change)),
    mutant("card-fields-are-lost", "invoice-project.fields", "POST Project answers 200 and writes nothing.",
           at("POST /Api/Invoice/{id}/Project", succeed_without_change)),
    mutant("status-is-set-by-hand", "invoice.status-by-hand", "A PUT of an invoice's status gets 200.",
           at("PUT Project/{id}", lambda ask, request: came if (came := ask(request)).status == 200
              else ApiResponse.of_json({"Id": 1}))),
)
# fmt: on
