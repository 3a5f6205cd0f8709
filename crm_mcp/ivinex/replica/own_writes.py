"""What is written through this server shows in the next statement: it is asked for again, however fresh it is held.

Nothing is opened for that: where no replica exists there is nothing out of date.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import cast

from crm_mcp.crm.messages import Request
from crm_mcp.errors import StoreError
from crm_mcp.replica.database import Replica, keep_fact, read_fact
from crm_mcp.store.transaction import Transaction

_log = logging.getLogger(__name__)


async def outdate(replica: Replica, request: Request) -> None:
    """Have the modules that a request wrote to read again, where a replica exists; it never fails the write."""
    try:
        if await replica.exists():
            await replica.run(lambda transaction: _note_written(transaction, request, replica.clock()))
    except StoreError as error:
        _log.warning("A write will show in statements after a minute only: %s", error)


def read_written_at(transaction: Transaction, module_id: str) -> float:
    """Return when a module was last written to through this server, in seconds since 1970; 0 where it never was."""
    return read_fact(transaction, _fact(module_id))[1]


def _note_written(transaction: Transaction, request: Request, at: float) -> None:
    body = cast("Mapping[str, object]", request.body) if isinstance(request.body, dict) else dict[str, object]()
    records = cast("Sequence[Mapping[str, object]]", body.get("Records") or [])
    for module_id in {str(record.get("CollectionTypeID")) for record in records}:
        keep_fact(transaction, _fact(module_id), "", at)


def _fact(module_id: str) -> str:
    return f"written to {module_id}"
