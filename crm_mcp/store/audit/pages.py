"""What was written, read a page of calls at a time: all there is, in little memory, while others go on writing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm_mcp.store.transaction import Transaction

CALLS_A_PAGE = 200
CALLS_A_PAGE_WITH_VALUES = 20


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One record of a call, see `audit.calls`; `change` and `result` are None where values are left out."""

    account: str
    call: str
    tool: str
    noun: str
    who: str
    asked: bool
    undoes: str
    write_id: str
    at: float
    record_id: str
    outcome: str
    undone_by: str
    change: Any = None
    result: Any = None


@dataclass(frozen=True, slots=True)
class Place:
    """After which call the next page begins: when that began, and its id."""

    at: float
    call: str = ""


def read_page(
    transaction: Transaction,
    accounts: Sequence[str] | None,
    after: Place,
    until: float,
    *,
    with_values: bool,
) -> tuple[list[AuditRow], Place | None]:
    """Return the records of the next calls, in the order these began, and where the page after them begins.

    Args:
        transaction: The store.
        accounts: Whose they are; None is everybody's.
        after: Where the page begins.
        until: Calls that began later are left out, in seconds since 1970.
        with_values: Whether what was written and what was there before is read too.
    """
    most = CALLS_A_PAGE_WITH_VALUES if with_values else CALLS_A_PAGE
    mine = "" if accounts is None else f"account in ({_marks(accounts)}) and "
    calls = transaction.execute(
        f"select write_id, account, at, tool, noun, who, asked, undoes from batches where {mine}"  # noqa: S608
        "at >= ? and at <= ? and (at > ? or write_id > ?) order by at, write_id limit ?",
        (*(accounts or ()), after.at, until, after.at, after.call, most),
    )
    if not calls:
        return [], None
    values = "change, result" if with_values else "null, null"
    rows = transaction.execute(
        f"select batch, write_id, at, record_id, outcome, undone_by, {values} from writes "  # noqa: S608
        f"where batch in ({_marks(calls)}) order by place",
        [call[0] for call in calls],
    )
    of_call: dict[str, list[AuditRow]] = {call[0]: [] for call in calls}
    known = {call[0]: call for call in calls}
    for batch, write_id, at, record_id, outcome, undone_by, change, result in rows:
        _, account, _, tool, noun, who, asked, undoes = known[batch]
        row = AuditRow(
            *(account, batch, tool, noun, who, bool(asked), undoes, write_id, at, record_id, outcome, undone_by or ""),
            *(_parsed(change), _parsed(result)),
        )
        of_call[batch].append(row)
    next_place = Place(calls[-1][2], calls[-1][0]) if len(calls) == most else None
    return [row for call in calls for row in of_call[call[0]]], next_place


def _marks(parameters: Sequence[object]) -> str:
    return ", ".join("?" for _ in parameters)


def _parsed(text: str | None) -> Any:  # noqa: ANN401  # JSON
    return None if text is None else json.loads(text)
