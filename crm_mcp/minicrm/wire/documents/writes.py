"""The requests that issue and change documents, each sent once: none can be undone. Pure.

An issued invoice is reported to the tax office at once, so a response that got lost must be looked for, never repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.minicrm.wire.documents.models import DocumentKind
from crm_mcp.minicrm.wire.documents.requests import path_of
from crm_mcp.minicrm.wire.documents.responses import parse_get_document

Action = Literal["paid", "storno", "finalize", "edit", "complete"]
ACTIONS: Mapping[DocumentKind, Mapping[Action, str]] = {
    "invoice": {"paid": "Paid", "storno": "Storno"},
    "order": {
        "finalize": "Finalize",
        "edit": "Edit",
        "complete": "Complete",
        "paid": "Paid",
        "storno": "Storno",
    },
}
"""What can be done with a document, with the last part of the path. Offers have no actions in any source."""


def build_create_invoice(fields: Mapping[str, object]) -> Request:
    """Issue an invoice: `POST /Api/Invoice` with `{"CustomerId": "5001", "Items": [{"Name": ...}], ...}`.

    Source: the manual's chapter "Invoice"; fixtures of documents.
    """
    return _once(path_of("invoice"), fields)


def build_change_document(kind: DocumentKind, document_id: str | int, action: Action) -> Request:
    """Act on a document: `POST /Api/Invoice/41/Paid`, without a body; a storno is answered by the new document.

    Source: the manual's chapters "Invoice" and "Order"; fixtures of documents.
    """
    word = ACTIONS.get(kind, {}).get(action)
    if word is None:
        raise InputError(f"An {kind} takes no {action}.", hint="Orders and invoices have actions of their own.")
    return _once(f"{path_of(kind)}/{check_id('document_id', document_id)}/{word}", None)


def _once(path: str, body: object) -> Request:
    return Request("POST", path, body=body, is_idempotent=False, is_repeatable=False)


parse_create_invoice = parse_change_document = parse_get_document
