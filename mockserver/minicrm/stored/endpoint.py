"""Rows that no endpoint reads, in the shape of a search, for the fake's own page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.minicrm import rules
from mockserver.minicrm.documents.document import Document
from mockserver.minicrm.documents.shown import show_document
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.endpoints.search import PAGE_SIZE, read_page
from mockserver.minicrm.feed.call_log import CALL_TYPES, Call
from mockserver.minicrm.feed.rows import FeedImport, SignUp
from mockserver.minicrm.history.project_history import render_change
from mockserver.minicrm.history.status_change import StatusChange, find_status_change
from mockserver.minicrm.mail.email import COLUMNS, Email
from mockserver.minicrm.products.product import Product
from mockserver.minicrm.routing.route import Route
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import Row, count_rows, list_rows, read_row

PAGE_ROOT = "/_page/minicrm"
_LOGIN = re.compile(r"//[^/@?#]+@")


@dataclass(frozen=True, slots=True)
class Stored:
    """One kind of row, and how the page shows one: by the names that the API writes it by."""

    kind: type[Row]
    show: Callable[[RequestContext, Any], dict[str, object]]


def _show_email(_: RequestContext, email: Email) -> dict[str, object]:
    return {"ProjectId": email.project_id, **{name: getattr(email, column) for name, column in COLUMNS.items()}}


def _show_product(_: RequestContext, product: Product) -> dict[str, object]:
    return {**product.fields, "SKU": product.sku or "", "Deleted": product.deleted}


def _show_call(_: RequestContext, call: Call) -> dict[str, object]:
    return {
        "Number": call.number,
        "CallType": CALL_TYPES[call.call_type],
        "Duration": call.duration,
        "Date": call.date,
        "ContactId": call.contact_id,
        "ProjectId": call.project_id or 0,
        "UserExtension": call.user_extension,
        "ReferenceId": call.reference_id or "",
    }


def _show_sign_up(_: RequestContext, row: SignUp) -> dict[str, object]:
    return {
        "Form": row.form_id,
        "ProjectId": row.project_id,
        "ContactId": row.contact_id,
        "CreatedAt": row.created_at,
    }


def _show_import(_: RequestContext, row: FeedImport) -> dict[str, object]:
    return {"CreatedAt": row.created_at, "Source": _LOGIN.sub("//", row.source), "Report": row.report}


STORED: Mapping[str, Stored] = {
    each.kind.TABLE.kind: each
    for each in (
        Stored(Document, show_document),
        Stored(Email, _show_email),
        Stored(Product, _show_product),
        Stored(Call, _show_call),
        Stored(SignUp, _show_sign_up),
        Stored(FeedImport, _show_import),
    )
}


def list_stored(context: RequestContext) -> object:
    """Answer the page: `{"Count": n, "Results": {"5": {...}}}`, the newest first, 100 a page."""
    stored = _find(context.target)
    page = read_page(context.parameters.get("Page", "0"))
    where, values = "1", ()
    if "ProjectId" in context.parameters:
        where, values = "project_id = ?", (context.parameters["ProjectId"],)
    total = count_rows(context.connection, stored.kind, where, values)
    rows = list_rows(context.connection, stored.kind, where, values)[::-1]
    found = {
        str(row.id): {"Id": row.id, **stored.show(context, row)}
        for row in rows[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    }
    return {"Count": total, "Results": found}


def read_stored(context: RequestContext) -> object:
    """Answer the page with one row; the target is its kind, the parameter `Id` its id."""
    row_id = int(context.parameters.get("Id", "0"))
    if context.target == StatusChange.TABLE.kind:
        change = find_status_change(context.connection, row_id)
        return None if change is None else render_change(context, change)
    stored = _find(context.target)
    row = read_row(context.connection, stored.kind, row_id)
    if row is None:
        raise RefusalError(rules.WRONG_ID)
    return {"Id": row.id, **stored.show(context, row)}


def _find(kind: str) -> Stored:
    if kind not in STORED:
        raise RefusalError(rules.NO_ENDPOINT)
    return STORED[kind]


PAGE_ROUTES = (
    Route("Stored/{id}", {"GET": list_stored}, ("Page", "ProjectId"), root=PAGE_ROOT),
    Route("StoredOne/{id}", {"GET": read_stored}, ("Id",), root=PAGE_ROOT),
)
