"""The file of an invoice, order or offer: a PDF of what it says, made when it is asked for."""

from __future__ import annotations

import sqlite3

from mockserver.minicrm.documents.document import Document
from mockserver.minicrm.files.pdf import build_pdf
from mockserver.minicrm.store import list_rows


def find_document(connection: sqlite3.Connection, token: str) -> Document | None:
    """Return the document whose file a token opens."""
    return next((each for each in list_rows(connection, Document, "1", ()) if each.file_token == token), None)


def build_document_file(document: Document) -> bytes:
    """Return the PDF."""
    currency = document.currency_code
    items = [
        "{Name}: {Quantity} {Unit} x {PriceNet} {currency}, VAT {VAT}".format_map(
            {**dict.fromkeys(("Name", "Quantity", "Unit", "PriceNet", "VAT"), ""), **item, "currency": currency}
        )
        for item in document.items
    ]
    lines = [
        f"{document.type} {document.number}",
        f"Customer: {document.customer.get('Name', '')}",
        f"Issued {document.issued}, performance {document.performance}, due {document.prompt}",
        document.subject,
        *items,
        f"Net {document.amount_net} {currency}, VAT {document.amount_vat} {currency}",
        f"Total {document.amount} {currency}",
    ]
    return build_pdf("\n".join(lines))
