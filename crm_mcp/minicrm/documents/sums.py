"""Sums of documents by currency, never mixed, and exact as the CRM's decimals are. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypedDict

from crm_mcp.minicrm.wire.documents.amounts import as_number
from crm_mcp.minicrm.wire.documents.models import Amount

NO_CURRENCY = "?"


class Sum(TypedDict):
    """How many documents, and their amounts with VAT."""

    documents: int
    amount: Amount


def sum_by_currency(rows: Iterable[Mapping[str, Any]]) -> dict[str, Sum]:
    """Return the sum of the `amount` of rows for each `currency`, by its code; an empty amount counts as 0."""
    sums: dict[str, tuple[int, Decimal]] = {}
    for row in rows:
        currency = row.get("currency") or NO_CURRENCY
        documents, amount = sums.get(currency, (0, Decimal(0)))
        sums[currency] = (documents + 1, amount + Decimal(str(row.get("amount") or 0)))
    return {
        currency: {"documents": documents, "amount": as_number(amount)}
        for currency, (documents, amount) in sorted(sums.items())
    }
