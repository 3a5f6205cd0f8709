"""The numbers of documents: allocated by the system, by kind, currency and year, without gaps.

The pad of a number goes on as the last one of its kind, such as `TF-2026/0187`, or begins as in the manual's samples.
"""

from __future__ import annotations

import re

from mockserver.minicrm.documents.document import PROFORMA, Document
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.store import list_rows

_NUMBER = re.compile(r"(.*[^0-9])([0-9]+)", re.ASCII)
_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])", re.ASCII)
_FIRST = {"Invoice": "{}-E", PROFORMA: "D{}-E", "Offer": "AJ{}-E", "Order": "R{}-E"}


def take_number(context: RequestContext, document: Document) -> str:
    """Return the next number for a document that is issued now."""
    year = context.now[:4]
    same = "kind = ? AND type = ? AND currency_code = ? AND number != ''"
    values = (document.kind, document.type, document.currency_code)
    last = list_rows(context.connection, Document, same, values, limit=1, order="id DESC")
    match = _NUMBER.fullmatch(last[0].number) if last else None
    if match is None:
        currency = "" if document.currency_code == "HUF" else f"-{document.currency_code}"
        pad, width = f"{_FIRST[document.type].format(year)}{currency}/", 5
    else:
        pad, width = _YEAR.sub(year, match[1]), len(match[2])
    return f"{pad}{_count(context, document, pad) + 1:0{width}}"


def _count(context: RequestContext, document: Document, pad: str) -> int:
    """Return the highest number that a pad has reached."""
    highest: int = context.connection.execute(
        "SELECT coalesce(max(CAST(substr(number, ?) AS INTEGER)), 0) FROM minicrm_document"
        " WHERE kind = ? AND substr(number, 1, ?) = ?",
        (len(pad) + 1, document.kind, len(pad), pad),
    ).fetchone()[0]
    return highest


def read_counter(number: str) -> str:
    """Return the digits that a number ends in."""
    match = _NUMBER.fullmatch(number)
    return match[2] if match else ""
