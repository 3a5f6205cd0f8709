"""How the fake's own page shows a document."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mockserver.minicrm.documents.customers import find_block
from mockserver.minicrm.documents.document import Document
from mockserver.minicrm.documents.items import work_out
from mockserver.minicrm.documents.values.amounts import print_hungarian
from mockserver.minicrm.endpoints.request_context import RequestContext


def show_document(context: RequestContext, document: Document) -> dict[str, object]:
    """Return a document by the names of the API, its items and customer as lines."""
    return {
        "Number": document.number,
        "Type": document.type,
        "ProjectId": document.project_id or 0,
        "Issued": document.issued,
        "Performance": document.performance,
        "Prompt": document.prompt,
        "Paid": document.paid,
        "Amount": print_hungarian(Decimal(document.amount)),
        "CurrencyCode": document.currency_code,
        "Customer": ", ".join(str(value) for value in find_block(context, document).values() if value),
        "Items": "\n".join(_show_item(document, item) for item in document.items),
        "Subject": document.subject,
        "PaymentMethod": document.payment_method,
        "StornedId": document.storned_id or "",
        "UpdatedAt": document.updated_at,
    }


def _show_item(document: Document, item: Mapping[str, object]) -> str:
    price, gross = print_hungarian(Decimal(str(item["PriceNet"]))), print_hungarian(work_out(document, item).gross)
    return f"{item['Name']}: {item['Quantity']} {item['Unit']} at {price}, VAT {item['VAT']}: {gross}"
