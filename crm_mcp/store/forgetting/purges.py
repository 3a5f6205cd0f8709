"""When a person was last purged: what processes hold of their own, each for itself, is forgotten by that."""

from __future__ import annotations

from crm_mcp.store.transaction import Transaction


def note_purge(transaction: Transaction, account: str) -> float:
    """Note that a person of an account is purged now; return when that is, in seconds since 1970."""
    now = transaction.now()
    transaction.execute(
        "insert into purges (account, at) values (?, ?) on conflict (account) do update set at = excluded.at",
        (account, now),
    )
    return now


def last_purge(transaction: Transaction, account: str) -> float:
    """Return when a person of an account was last purged; 0 for never."""
    rows = transaction.execute("select at from purges where account = ?", (account,))
    return rows[0][0] if rows else 0.0
