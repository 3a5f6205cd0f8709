"""Secrets that this server makes for itself, the same for all processes of a store."""

from __future__ import annotations

import secrets

from crm_mcp.store.transaction import Transaction


def read_or_make_secret(transaction: Transaction, name: str) -> str:
    """Return the secret of that name: 256 random bits as text, made by whoever asks first."""
    transaction.execute(
        "insert into secrets (name, value) values (?, ?) on conflict (name) do nothing", (name, secrets.token_hex(32))
    )
    ((value,),) = transaction.execute("select value from secrets where name = ?", (name,))
    return value
