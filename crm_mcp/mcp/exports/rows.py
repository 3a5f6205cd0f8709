"""The rows of files in the store: those of one file come in several transactions, and it is there once it is whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from crm_mcp.store.forgetting.exports import drop_expired_exports, drop_exports
from crm_mcp.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Limits:
    """How long files are kept, in seconds, and how many bytes of them an account may have."""

    kept_s: float
    max_bytes: int


def begin(transaction: Transaction, export_id: str, accounts: Collection[str], limits: Limits) -> None:
    """Add a file of these accounts that is being made; forget those whose time is over."""
    drop_expired_exports(transaction)
    now = transaction.now()
    transaction.execute(
        "insert into exports (export_id, account, made_at, expires_at) values (?, ?, ?, ?)",
        (export_id, " ".join(sorted(accounts)), now, now + limits.kept_s),
    )


def add_piece(transaction: Transaction, export_id: str, place: int, sealed: bytes) -> None:
    """Add a piece of a file, unless that was dropped meanwhile."""
    transaction.execute(
        "insert into export_pieces (export_id, place, sealed) "
        "select export_id, ?, ? from exports where export_id = ? and pieces is null",
        (place, sealed, export_id),
    )


def complete(transaction: Transaction, export_id: str, size: int, pieces: int, limits: Limits) -> bool:
    """Let a file be there from now on, in place of the oldest where there are too many; tell whether it is."""
    now = transaction.now()
    completed = transaction.execute(
        "update exports set size = ?, pieces = ?, made_at = ?, expires_at = ? where export_id = ? returning account",
        (size, pieces, now, now + limits.kept_s, export_id),
    )
    for (account,) in completed:
        _make_room(transaction, account, limits.max_bytes)
    return bool(completed)


def _make_room(transaction: Transaction, account: str, max_bytes: int) -> None:
    transaction.lock(f"exports {account}")
    held = 0
    newest_first = "select export_id, size from exports where account = ? order by made_at desc, export_id"
    for export_id, size in transaction.execute(newest_first, (account,)):
        held += size
        if held > max_bytes:
            drop(transaction, export_id)


def drop(transaction: Transaction, export_id: str) -> None:
    """Delete a file."""
    drop_exports(transaction, "export_id = ?", (export_id,))


def count_pieces(transaction: Transaction, export_id: str, accounts: Collection[str]) -> int:
    """Return how many pieces a file has that holds nothing of other accounts; 0 where there is none."""
    rows = transaction.execute(
        "select pieces, account from exports where export_id = ? and expires_at >= ?", (export_id, transaction.now())
    )
    return sum(pieces or 0 for pieces, held in rows if set(held.split()) <= set(accounts))


def read_piece(transaction: Transaction, export_id: str, place: int) -> bytes:
    """Return a piece of a file; nothing where there is none."""
    rows = transaction.execute("select sealed from export_pieces where export_id = ? and place = ?", (export_id, place))
    return bytes(rows[0][0]) if rows else b""
