"""Forgets what was written longer ago than CRM_MCP_AUDIT_DAYS, and counts what is kept."""

from __future__ import annotations

from crm_mcp.store.forgetting.exports import drop_expired_exports
from crm_mcp.store.transaction import Transaction

_DAY_S = 86_400.0
_IS_OPEN = """({table}.key <> '' and exists (
    select 1 from batches b join writes w on w.batch = b.write_id
    where b.account = {table}.account and b.tool = {table}.tool and b.key = {table}.key
    and w.outcome in ('sent', 'unknown')
))"""
"""Its key stands for an attempt of which nobody knows whether it was made: using it again must go on warning."""


def forget_old(transaction: Transaction, keep_days: int) -> None:
    """Delete what is older than so many days: writes, keys, plans, leases of processes that died.

    Old tasks go too, and sessions over HTTP after a week. An attempt whose outcome is open stays with its key.
    """
    before = (transaction.now() - keep_days * _DAY_S,)
    transaction.execute("delete from leases where until_at < ?", before)
    transaction.execute("delete from tasks where expires_at < ?", (transaction.now(),))
    transaction.execute("delete from plans where made_at < ?", before)
    drop_expired_exports(transaction)
    transaction.execute("delete from http_sessions where used_at < ?", (transaction.now() - 7 * _DAY_S,))
    transaction.execute("delete from http_messages where at < ?", (transaction.now() - _DAY_S,))
    for table, time in (("keys", "made_at"), ("batches", "at")):
        is_open = _IS_OPEN.format(table=table)
        transaction.execute(f"delete from {table} where {time} < ? and not {is_open}", before)  # noqa: S608
    transaction.execute(
        "delete from writes where at < ? and not exists (select 1 from batches where write_id = writes.batch)", before
    )


def count_writes(transaction: Transaction) -> int:
    """Return how many written records the store knows of."""
    ((count,),) = transaction.execute("select count(*) from writes")
    return count
