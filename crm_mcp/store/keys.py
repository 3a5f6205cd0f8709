"""The rows of idempotency keys. What was written under a key stands in the audit, see `store.writes.of_key`."""

from __future__ import annotations

from crm_mcp.store.transaction import Transaction


def read(transaction: Transaction, account: str, tool: str, key: str) -> tuple[str, str | None] | None:
    """Return the JSON of the arguments and of the draft that a key stands for, None where the key is new."""
    rows = transaction.execute(
        "select arguments, draft from keys where account = ? and tool = ? and key = ?", (account, tool, key)
    )
    return (rows[0][0], rows[0][1]) if rows else None


def put(transaction: Transaction, account: str, tool: str, key: str, arguments: str, draft: str | None) -> None:
    """Set what a key stands for."""
    transaction.execute(
        "insert into keys (account, tool, key, made_at, arguments, draft) values (?, ?, ?, ?, ?, ?) "
        "on conflict (account, tool, key) do update set arguments = excluded.arguments, draft = excluded.draft",
        (account, tool, key, transaction.now(), arguments, draft),
    )
