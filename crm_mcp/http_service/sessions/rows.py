"""The rows of sessions, and of messages that are on their way to another process."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from crm_mcp.store.transaction import Transaction

_LEFT_S = 60.0
"""Whom a message is for takes it within a second, or is gone."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """How a session began: whose it is, and the JSON of its first request."""

    owner: str
    opening: str


MOST_OF_OWNER = 1_000
"""As many sessions of one owner are kept: nobody fills the store by beginning ever more."""


def keep(transaction: Transaction, session_id: str, row: SessionRow) -> None:
    """Keep a session; the ones of its owner that were not used for longest are forgotten where there are too many."""
    transaction.execute(
        "delete from http_sessions where owner = ? and used_at <= "
        "(select used_at from http_sessions where owner = ? order by used_at desc limit 1 offset ?)",
        (row.owner, row.owner, MOST_OF_OWNER - 1),
    )
    transaction.execute(
        "insert into http_sessions (session_id, owner, opening, used_at) values (?, ?, ?, ?)",
        (session_id, row.owner, row.opening, transaction.now()),
    )


def use(transaction: Transaction, session_id: str) -> SessionRow | None:
    """Return a session, which is kept for another day; None where it is not known."""
    rows = transaction.execute(
        "update http_sessions set used_at = ? where session_id = ? returning owner, opening",
        (transaction.now(), session_id),
    )
    return SessionRow(*rows[0]) if rows else None


def forget(transaction: Transaction, session_id: str, owner: str) -> None:
    """Forget a session that its client ended."""
    transaction.execute("delete from http_sessions where session_id = ? and owner = ?", (session_id, owner))


def post(transaction: Transaction, recipient: str, body: str) -> None:
    """Leave a message for another process; those that nobody took are forgotten after a minute."""
    now = transaction.now()
    transaction.execute("delete from http_messages where at < ?", (now - _LEFT_S,))
    transaction.execute(
        "insert into http_messages (message_id, recipient, body, at) values (?, ?, ?, ?)",
        (secrets.token_hex(8), recipient, body, now),
    )


def collect(transaction: Transaction, recipients: Sequence[str]) -> list[str]:
    """Return the messages that were left for one of these, once."""
    marks = ", ".join("?" for _ in recipients)
    rows = transaction.execute(
        f"delete from http_messages where recipient in ({marks}) returning body",  # noqa: S608
        recipients,
    )
    return [body for (body,) in rows]
