"""Which invoices are unpaid, as a condition in SQL over stored documents: MiniCRM has no filter for it. Pure.

An invoice is unpaid where it was issued, is an invoice and no proforma, has no date of payment, and neither cancels
another invoice nor is cancelled by one. Which of the two names the other is not known, so both are looked at, and a sum
below zero is a cancellation too. It is overdue from the day after it was due, by the account's own calendar.
"""

from __future__ import annotations

_INVOICES = ("invoice", "számla")
_OTHERS = ("proforma", "pro forma", "díjbekérő", "storno", "sztornó", "sztornó számla", "stornó számla")
"""Words for types beside `Invoice`; `Proforma` is observed in a client, the others are assumed."""
_DRAFTS = ("draft", "vázlat", "piszkozat")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_OPEN = "t.kind = 'invoice' and t.paid_on is null and t.number is not null"
_NOT_DRAFT = f"t.issued is not null and coalesce(lower(t.status), '') not in ({_listed(_DRAFTS)})"
_STORNO = (
    "(t.storno_id is not null or coalesce(t.amount, 0) < 0 or exists "
    "(select 1 from {table} as other where other.kind = t.kind and other.storno_id = {own_id}))"
)
_IS_INVOICE = f"coalesce(lower(t.type), 'invoice') in ({_listed(_INVOICES)})"
_OF_UNKNOWN_TYPE = f"lower(t.type) not in ({_listed((*_INVOICES, *_OTHERS))})"


def unpaid(table: str, own_id: str) -> str:
    """Return the condition that a row `t` is an unpaid invoice.

    Args:
        table: The table of all documents.
        own_id: SQL of the document's own id.
    """
    return f"{_OPEN} and {_NOT_DRAFT} and {_IS_INVOICE} and not {is_of_storno(table, own_id)}"


def perhaps_unpaid(table: str, own_id: str) -> str:
    """Return the condition that a row `t` would be unpaid if its type, a word that nobody knows, meant an invoice."""
    return f"{_OPEN} and {_NOT_DRAFT} and {_OF_UNKNOWN_TYPE} and not {is_of_storno(table, own_id)}"


def is_of_storno(table: str, own_id: str) -> str:
    """Return the condition that a row `t` cancels another document, or is cancelled by one."""
    return _STORNO.format(table=table, own_id=own_id)
