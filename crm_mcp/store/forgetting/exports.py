"""Deletes files of exports."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.store.transaction import Transaction


def drop_expired_exports(transaction: Transaction) -> None:
    """Delete the files whose time is over."""
    drop_exports(transaction, "expires_at < ?", (transaction.now(),))


def drop_exports(transaction: Transaction, where: str, parameters: Sequence[object]) -> None:
    """Delete the files to whose rows a condition applies; one that is being made is then refused at its end."""
    dropped = f"select export_id from exports where {where}"  # noqa: S608  # a condition of this package
    transaction.execute(f"delete from export_pieces where export_id in ({dropped})", parameters)  # noqa: S608
    transaction.execute(f"delete from exports where {where}", parameters)  # noqa: S608
