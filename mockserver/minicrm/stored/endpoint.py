"""Rows that no endpoint reads, in the shape of a search, for the fake's own page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.minicrm import rules
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.endpoints.search import PAGE_SIZE, read_page
from mockserver.minicrm.mail.email import COLUMNS, Email
from mockserver.minicrm.products.product import Product
from mockserver.minicrm.routing.route import Route
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import Row, count_rows, list_rows, read_row

PAGE_ROOT = "/_page/minicrm"


@dataclass(frozen=True, slots=True)
class Stored:
    """One kind of row, and how the page shows one: by the names that the API writes it by."""

    kind: type[Row]
    show: Callable[[Any], dict[str, object]]


def _show_email(email: Email) -> dict[str, object]:
    return {"ProjectId": email.project_id, **{name: getattr(email, column) for name, column in COLUMNS.items()}}


def _show_product(product: Product) -> dict[str, object]:
    return {**product.fields, "SKU": product.sku or "", "Deleted": product.deleted}


STORED: Mapping[str, Stored] = {
    each.kind.TABLE.kind: each for each in (Stored(Email, _show_email), Stored(Product, _show_product))
}


def list_stored(context: RequestContext) -> object:
    """Answer the page: `{"Count": n, "Results": {"5": {...}}}`, the newest first, 100 a page."""
    stored = _find(context.target)
    page = read_page(context.parameters.get("Page", "0"))
    total = count_rows(context.connection, stored.kind)
    rows = list_rows(context.connection, stored.kind, "1", ())[::-1]
    found = {str(row.id): {"Id": row.id, **stored.show(row)} for row in rows[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]}
    return {"Count": total, "Results": found}


def read_stored(context: RequestContext) -> object:
    """Answer the page with one row; the target is its kind, the parameter `Id` its id."""
    stored = _find(context.target)
    row = read_row(context.connection, stored.kind, int(context.parameters.get("Id", "0")))
    if row is None:
        raise RefusalError(rules.WRONG_ID)
    return {"Id": row.id, **stored.show(row)}


def _find(kind: str) -> Stored:
    if kind not in STORED:
        raise RefusalError(rules.NO_ENDPOINT)
    return STORED[kind]


PAGE_ROUTES = (
    Route("Stored/{id}", {"GET": list_stored}, ("Page",), root=PAGE_ROOT),
    Route("StoredOne/{id}", {"GET": read_stored}, ("Id",), root=PAGE_ROOT),
)
