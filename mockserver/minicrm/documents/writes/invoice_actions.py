"""What is done to an issued invoice: it is set paid, or cancelled by another document."""

from __future__ import annotations

from dataclasses import replace

from mockserver.minicrm.documents import rules
from mockserver.minicrm.documents.cards import create_card, move_card
from mockserver.minicrm.documents.customers import find_billed, find_contact, take_block
from mockserver.minicrm.documents.details import read_document, render_document
from mockserver.minicrm.documents.deviations import PAID_PROFORMA_ANSWERS_INVOICE
from mockserver.minicrm.documents.document import PROFORMA, Document, DocumentKind, Stage
from mockserver.minicrm.documents.items import copy_items
from mockserver.minicrm.documents.numbers import take_number
from mockserver.minicrm.documents.values.dates import read_date
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import count_rows, take_next_id

_NOTHING = (b"", b"{}", b"[]", b"null")


def pay(context: RequestContext, kind: DocumentKind) -> object:
    """Answer `POST /Api/Invoice/{id}/Paid`: the detail with `Paid` filled; a proforma makes its invoice by itself.

    The body may hold a Customer block (observed, grade B) and `PaymentDate` (observed, grade C).
    """
    document = read_document(context, kind)
    if document.paid:
        raise RefusalError(rules.WRONG_MOVE, hints=[f"it is paid since {document.paid}"], allow="POST")
    _refuse_cancelled(context, document)
    body = {} if context.body.strip() in _NOTHING else context.read_body()
    contact = find_contact(context, document)
    if body.get("Customer") is not None and contact:
        document.customer = take_block(context, find_billed(context, contact), body["Customer"])
    document.paid = read_date("PaymentDate", body.get("PaymentDate")) or context.now[:10]
    _save(context, document, "Paid")
    if document.type != PROFORMA:
        return render_document(context, document, is_answer_of_action=True)
    context, invoice = _follow(context, document, "Paid", type="Invoice", issued=context.now[:10])
    context.hints.append(f"the proforma made the invoice {invoice.number}, {invoice.id} (observed)")
    answer = invoice if context.observes(PAID_PROFORMA_ANSWERS_INVOICE) else document
    return render_document(context, answer, is_answer_of_action=True)


def cancel(context: RequestContext, kind: DocumentKind) -> object:
    """Answer `POST /Api/Invoice/{id}/Storno`: the detail of the new document that cancels it (observed, grade B)."""
    document = read_document(context, kind)
    _refuse_cancelled(context, document)
    context, storno = _follow(context, document, "Failed", storned_id=document.id, issued=context.now[:10])
    storno.subject = f"Invoice no. {storno.number} Storno invoice of the invoice no. {document.number}"
    context.save(storno)
    _save(context, document, "Failed")
    return render_document(context, storno, is_answer_of_action=True)


def _refuse_cancelled(context: RequestContext, document: Document) -> None:
    if document.storned_id:
        raise RefusalError(
            rules.WRONG_MOVE, hints=[f"it cancels {document.storned_id}, and nothing is done to it"], allow="POST"
        )
    if count_rows(context.connection, Document, "storned_id = ?", (document.id,)):
        raise RefusalError(rules.WRONG_MOVE, hints=["it is cancelled already"], allow="POST")


def _save(context: RequestContext, document: Document, stage: Stage) -> None:
    document.updated_at, document.updated_by = context.now, None
    context.save(document)
    move_card(context, document, stage)


def _follow(
    context: RequestContext, document: Document, stage: Stage, **changes: object
) -> tuple[RequestContext, Document]:
    """Return a new document, with a card of its own, that is made of another one."""
    made = replace(document, **changes, id=take_next_id(context.connection, Document), number="", project_id=None)
    made.created_at = made.updated_at = context.now
    copy_items(made)
    made.number = take_number(context, made)
    contact = find_contact(context, document)
    context = create_card(context, made, contact.id if contact else None, stage)
    context.save(made)
    return context, made
