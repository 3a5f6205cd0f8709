"""What somebody has not paid yet, by the cards that belong to them, over the stored tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from crm_mcp.errors import NotInPlanError
from crm_mcp.minicrm.documents.sums import sum_by_currency
from crm_mcp.minicrm.replica.questions.documents import (
    DocumentFilter,
    count_pages_ahead,
    find_documents,
    find_unknown_types,
    refresh_documents,
)
from crm_mcp.minicrm.replica.questions.reads import ReplicaReads


async def read_open_invoices(
    reads: ReplicaReads, project_ids: Collection[str], today: date
) -> tuple[Mapping[str, Any], str]:
    """Return `{unpaid, overdue, amount: {HUF: 25400}}`, how many and how much, and what it lacks, as a sentence.

    Nothing where the account's plan has no invoices; then MiniCRM is not asked again for a while.

    Raises:
        CrmError: The invoices cannot be read, and none are held.
    """
    try:
        if left := await count_pages_ahead(reads, "invoice"):
            return {}, f"The open amount is not told: {left} pages of invoices are not read yet; query_crm reads them."
        await refresh_documents(reads, "invoice")
    except NotInPlanError:
        return {}, ""
    wanted = DocumentFilter("invoice", unpaid=True, project_ids=project_ids)
    rows = await find_documents(reads, wanted)
    overdue = sum(1 for row in rows if row["due"] and row["due"] < today.isoformat())
    amounts = {currency: one["amount"] for currency, one in sum_by_currency(rows).items()}
    problems = list(reads.problems)
    if unknown := await find_unknown_types(reads, wanted):
        problems.append(f"Documents of the types {', '.join(row['type'] for row in unknown)} are left out.")
    found = {"unpaid": len(rows), "overdue": overdue, **({"amount": amounts} if rows else {})}
    return found, " ".join(problems)
