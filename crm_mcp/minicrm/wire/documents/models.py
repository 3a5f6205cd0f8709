"""The models of documents: invoices, offers and orders. Pure data.

Rows of a list and details hold different halves: only a row tells status and project, only a detail the customer as it
is printed, and the items. What is empty is absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

DocumentKind = Literal["invoice", "offer", "order"]
KINDS: Mapping[DocumentKind, str] = {"invoice": "Invoice", "offer": "Offer", "order": "Order"}
"""Kinds of documents, with the part of a path that names each."""
Amount = int | float
"""As exact as the CRM's decimal: whole where it is, else a float that is written as that decimal is."""


class DocumentItem(TypedDict):
    """One line of a document; `net` and `amount` are the line's, without and with VAT.

    Only items of orders, and of some offers, have an `id`.
    """

    id: NotRequired[str]
    sku: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    quantity: NotRequired[Amount]
    unit: NotRequired[str]
    price: NotRequired[Amount]
    vat_rate: NotRequired[str]
    net: NotRequired[Amount]
    amount: NotRequired[Amount]
    fields: NotRequired[dict[str, Any]]


class Document(TypedDict):
    """One invoice, offer or order.

    `due` is the CRM's Prompt, `delivery` its Performance, `paid_on` its Paid; dates are `YYYY-MM-DD`. `storno_id` names
    another document: the one that this one cancels, or the one by which it is cancelled.
    """

    id: str
    kind: DocumentKind
    number: NotRequired[str]
    type: NotRequired[str]
    status: NotRequired[str]
    status_group: NotRequired[str]
    issued: NotRequired[str]
    due: NotRequired[str]
    delivery: NotRequired[str]
    paid_on: NotRequired[str]
    currency: NotRequired[str]
    amount: NotRequired[Amount]
    net: NotRequired[Amount]
    vat: NotRequired[Amount]
    storno_id: NotRequired[str]
    project_id: NotRequired[str]
    customer_id: NotRequired[str]
    customer: NotRequired[str]
    subject: NotRequired[str]
    payment_method: NotRequired[str]
    url: NotRequired[str]
    items: NotRequired[list[DocumentItem]]
    fields: dict[str, Any]
