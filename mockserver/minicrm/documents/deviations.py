"""The points where servers may differ on invoices, orders and offers, as switches of the profile: all off at first."""

from __future__ import annotations

from mockserver.crm.profiles import NEITHER, Deviation

NOT_IN_THE_PLAN = Deviation(
    "documents-not-in-plan",
    "minicrm",
    "assumed",
    "Invoices, orders and offers are there.",
    "The account's plan has none: every request for one is refused with 403.",
    NEITHER,
)
STORNED_NAMES_THE_NEW = Deviation(
    "storned-id-on-the-cancelled",
    "minicrm",
    "assumed",
    "StornedId stands on the document that cancels, and names the one it cancels; the manual does not say which it is.",
    "It stands on the cancelled document, and names the one that cancels it.",
    NEITHER,
)
STORNO_IS_A_TYPE = Deviation(
    "storno-is-a-type",
    "minicrm",
    "assumed",
    "A document that cancels has the Type of the one it cancels, as the manual's detail of one (observed, grade B).",
    "It has the Type Storno.",
    NEITHER,
)
PAID_PROFORMA_ANSWERS_INVOICE = Deviation(
    "paid-proforma-answers-the-invoice",
    "minicrm",
    "assumed",
    "A proforma that is set paid makes the invoice by itself (observed, grade C), and the response is the proforma.",
    "The response is the new invoice, as that of a storno is the new document.",
    NEITHER,
)
ORDER_MOVES_BY_GET = Deviation(
    "order-actions-by-get",
    "minicrm",
    "observed (grade C)",
    "Finalize, Edit, Complete, Paid and Storno of an order are POSTed; a GET is refused with 405.",
    "A GET does the same: one public client sends nothing else.",
    NEITHER,
)
ORDERS_FAIL_FROM_SUCCESS = Deviation(
    "paid-orders-can-be-storned",
    "minicrm",
    "observed (grade C)",
    "Storno takes an order that is completed or unsuccessful.",
    "It also takes one that is paid: one public client says so.",
    NEITHER,
)
LIST_PARAMETERS_ARE_CHECKED = Deviation(
    "document-lists-refuse-unknown-parameters",
    "minicrm",
    "assumed",
    "A parameter of a list that the manual does not have, such as ProjectId or ContactId, is not looked at.",
    "It is refused with 400.",
    NEITHER,
)
UNKNOWN_GROUPS_ARE_IDLE = Deviation(
    "document-lists-ignore-unknown-groups",
    "minicrm",
    "assumed",
    "A StatusGroup of a list is Lead, Open, Success or Failed; another one is refused with 400.",
    "Another one, such as Draft or InProgress, is not looked at: one public client offers them.",
    NEITHER,
)
ONLY_ISSUED_ARE_LISTED = Deviation(
    "document-lists-hold-issued-only",
    "minicrm",
    "observed (grade B)",
    "A list also holds documents in preparation, as the manual's samples of one do.",
    "It holds issued documents alone, as the manual's text says: no order in draft, no offer in its first status.",
    NEITHER,
)
DOCUMENTS_ARE_A_LIST = Deviation(
    "document-results-are-a-list",
    "minicrm",
    "assumed",
    "The Results of a list of documents are an object by their ids, as public clients read them (observed, grade C).",
    "They are a list of rows: the manual's sample of invoices opens with a bracket.",
    NEITHER,
)
STATUS_BY_HAND = Deviation(
    "document-status-by-hand",
    "minicrm",
    "assumed",
    "The status of an invoice's or order's card is changed by the document's actions alone (observed, grade B).",
    "A PUT of its StatusId is taken.",
    NEITHER,
)
PROJECT_ANSWERS_ID = Deviation(
    "document-project-answers-the-card",
    "minicrm",
    "assumed",
    "A POST to /Api/Invoice/{id}/Project and its like is answered with the detail of the document.",
    'It is answered with the id of the card, {"Id": 1234}.',
    NEITHER,
)

DOCUMENT_DEVIATIONS = (
    NOT_IN_THE_PLAN,
    STORNED_NAMES_THE_NEW,
    STORNO_IS_A_TYPE,
    PAID_PROFORMA_ANSWERS_INVOICE,
    ORDER_MOVES_BY_GET,
    ORDERS_FAIL_FROM_SUCCESS,
    LIST_PARAMETERS_ARE_CHECKED,
    UNKNOWN_GROUPS_ARE_IDLE,
    ONLY_ISSUED_ARE_LISTED,
    DOCUMENTS_ARE_A_LIST,
    STATUS_BY_HAND,
    PROJECT_ANSWERS_ID,
)
