"""The requests that read documents. Pure.

Three endpoints of one form, `/Api/Invoice`, `/Api/Offer` and `/Api/Order`: below, `Invoice` stands for any of them.
"""

from __future__ import annotations

from crm_mcp.crm.dates import read_moment
from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.minicrm.field_table import STATUS_GROUPS
from crm_mcp.minicrm.wire.checks import check_id, check_page
from crm_mcp.minicrm.wire.documents.models import KINDS, DocumentKind


def path_of(kind: DocumentKind) -> str:
    """Return the path of an endpoint: `/Api/Invoice`."""
    if kind not in KINDS:
        raise InputError(f"kind must be one of {', '.join(KINDS)}.")
    return f"/Api/{KINDS[kind]}"


def build_list_documents(
    kind: DocumentKind, page: int = 0, *, updated_since: str = "", status_group: str = ""
) -> Request:
    """List documents: `GET /Api/Invoice/List?UpdatedSince=2026-11-01 09:00&StatusGroup=Open&Page=1`.

    The newest change comes first, and a change is the document's own, not its card's.

    Args:
        kind: Which endpoint.
        page: Page of 100 rows, from 0.
        updated_since: Local time; sent by the minute, as the manual writes it, seconds cut off.
        status_group: Of the document's card: Lead, Open, Success or Failed.

    Source: the manual's chapters "Invoice", "Order" and "Offer"; fixtures of documents.
    """
    query: list[tuple[str, str]] = []
    if updated_since:
        moment = read_moment(updated_since).time
        query.append(("UpdatedSince", moment.replace(tzinfo=None).isoformat(" ", "minutes")))
    if status_group:
        if status_group not in STATUS_GROUPS:
            raise InputError(f"A status group is one of {', '.join(STATUS_GROUPS)}.")
        query.append(("StatusGroup", status_group))
    if check_page(page):
        query.append(("Page", str(page)))
    return Request("GET", f"{path_of(kind)}/List", tuple(query))


def build_get_document(kind: DocumentKind, document_id: str | int) -> Request:
    """Get a document with its items: `GET /Api/Invoice/41`.

    Source: the manual's chapters "Invoice", "Order" and "Offer"; fixtures of documents.
    """
    return Request("GET", f"{path_of(kind)}/{check_id('document_id', document_id)}")
