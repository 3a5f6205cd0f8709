"""What was written through this server, read from the store: the calls, and the records of each.

The rows are made by who writes, before a request goes out, with the outcome afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_mcp.store.transaction import Row, Transaction
from crm_mcp.store.writes import batch_of

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditedWrite:
    """One record of a call.

    Attributes:
        write_id: Its own; that of the call where this was for a single record.
        place: Its place in the call, from 0.
        at: When it was sent, in seconds since 1970.
        record_id: The record; empty for a new one whose id is not known.
        outcome: `sent`, `written`, `refused`, `unknown` or `skipped`.
        change: What was to be written, and what was there before.
        result: What the caller was told; None where that is not known.
        alike: The ids that matched a new record before it was sent; None where they cannot be searched.
        undone_by: The `write_id` of the write that took it back; empty where none did.
    """

    write_id: str
    place: int
    at: float
    record_id: str
    outcome: str
    change: Json
    result: Json | None
    alike: Sequence[str] | None
    undone_by: str


@dataclass(frozen=True, slots=True)
class AuditedCall:
    """One call that wrote.

    Attributes:
        write_id: The call's own.
        account: The account it wrote to.
        at: When it began, in seconds since 1970.
        tool: The tool that wrote.
        noun: What its records are called.
        who: The client that called.
        target: What the tool makes its target of again.
        asked: Whether the user was asked.
        is_batch: Whether its result lists each record.
        undoes: The `write_id` that it takes back; empty for any other write.
        writes: Its records, or those of them that were asked for.
    """

    write_id: str
    account: str
    at: float
    tool: str
    noun: str
    who: str
    target: Any
    asked: bool
    is_batch: bool
    undoes: str
    writes: Sequence[AuditedWrite]


_CALL = "write_id, account, at, tool, noun, who, target, asked, is_batch, undoes"
_WRITE = "batch, write_id, place, at, record_id, outcome, change, result, alike, undone_by"


def read_call(transaction: Transaction, account: str, write_id: str) -> AuditedCall | None:
    """Return a call of an account with all its records, or with the one that `write_id` names; None for neither."""
    batch = batch_of(write_id)
    calls = transaction.execute(
        f"select {_CALL} from batches where account = ? and write_id = ?",  # noqa: S608
        (account, batch),
    )
    rows = transaction.execute(
        f"select {_WRITE} from writes where batch = ? and ? in (batch, write_id) order by place",  # noqa: S608
        (batch, write_id),
    )
    return _call_of(calls[0], rows) if calls and (rows or write_id == batch) else None


def list_calls(transaction: Transaction, accounts: Sequence[str], since: float = 0.0) -> list[AuditedCall]:
    """Return the calls of these accounts from a moment on, the oldest first."""
    marks = ", ".join("?" for _ in accounts)
    parameters = (*accounts, since)
    calls = transaction.execute(
        f"select {_CALL} from batches where account in ({marks}) and at >= ? order by at, write_id",  # noqa: S608
        parameters,
    )
    rows = transaction.execute(
        f"select {_WRITE} from writes where batch in "  # noqa: S608
        f"(select write_id from batches where account in ({marks}) and at >= ?) order by place",
        parameters,
    )
    of_call: dict[str, list[Row]] = {}
    for row in rows:
        of_call.setdefault(row[0], []).append(row)
    return [_call_of(call, of_call.get(call[0], [])) for call in calls]


def list_later(transaction: Transaction, account: str, record_id: str, since: float) -> list[AuditedWrite]:
    """Return what was written of one record after a moment and not taken back, the newest first."""
    rows = transaction.execute(
        f"select {_WRITE} from writes where account = ? and record_id = ? and at > ? "  # noqa: S608
        "and undone_by is null and outcome in ('written', 'unknown') order by at desc",
        (account, record_id, since),
    )
    return [_write_of(row) for row in rows]


@dataclass(frozen=True, slots=True)
class RecordedWrite:
    """One write of a record, with the tool that made it and the client that called it."""

    tool: str
    who: str
    write: AuditedWrite


def list_of_record(
    transaction: Transaction, account: str, noun: str, record_id: str, most: int
) -> Sequence[RecordedWrite]:
    """Return what was sent of one record, whatever came of it, the newest first.

    Args:
        transaction: The store.
        account: Whose it is.
        noun: What such records are called: other kinds may have the same id.
        record_id: The record.
        most: How many are returned.
    """
    columns = ", ".join(f"writes.{name.strip()}" for name in _WRITE.split(","))
    rows = transaction.execute(
        f"select batches.tool, batches.who, {columns} from writes join batches on batches.write_id = writes.batch "  # noqa: S608
        "where writes.account = ? and writes.record_id = ? and batches.noun = ? and writes.outcome <> 'skipped' "
        "order by writes.at desc, writes.write_id desc limit ?",
        (account, record_id, noun, most),
    )
    return [RecordedWrite(tool, who, _write_of(tuple(row))) for tool, who, *row in rows]


def list_undoing(transaction: Transaction, account: str, write_ids: Sequence[str]) -> list[str]:
    """Return the ids of the calls that take back one of these."""
    marks = ", ".join("?" for _ in write_ids)
    rows = transaction.execute(
        f"select write_id from batches where account = ? and undoes <> '' and undoes in ({marks})",  # noqa: S608
        (account, *write_ids),
    )
    return [write_id for (write_id,) in rows]


def _call_of(row: Row, writes: Sequence[Row]) -> AuditedCall:
    write_id, account, at, tool, noun, who, target, asked, is_batch, undoes = row
    return AuditedCall(
        write_id,
        account,
        at,
        tool,
        noun,
        who,
        json.loads(target or "null"),
        asked=bool(asked),
        is_batch=bool(is_batch),
        undoes=undoes,
        writes=[_write_of(one) for one in writes],
    )


def _write_of(row: Row) -> AuditedWrite:
    _, write_id, place, at, record_id, outcome, change, result, alike, undone_by = row
    return AuditedWrite(
        write_id,
        place,
        at,
        record_id,
        outcome,
        json.loads(change),
        None if result is None else json.loads(result),
        None if alike is None else json.loads(alike),
        undone_by or "",
    )
