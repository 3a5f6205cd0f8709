"""What is written through this server shows in the next statement: it is asked for again, however fresh it is held.

Nothing is opened for that: where no replica exists there is nothing out of date.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import cast

from crm_mcp.crm.messages import Request
from crm_mcp.errors import StoreError
from crm_mcp.minicrm.wire.bodies import read_id
from crm_mcp.replica.database import Replica
from crm_mcp.replica.freshness import outdate as outdate_rows
from crm_mcp.store.transaction import Transaction

_PATH = re.compile(r"/Api/R3/(Project|Contact|ToDo|Address)(?:/(\d+))?")
_OF_DOCUMENTS = re.compile(r"/Api/(?:Invoice|Offer|Order)(?:/.*)?")
_SEARCHED = {"Project": "minicrm_projects", "Contact": "minicrm_contacts"}
_LISTED = {
    "ToDo": ("minicrm_tasks", "project_id", "ProjectId"),
    "Address": ("minicrm_addresses", "contact_id", "ContactId"),
}
_log = logging.getLogger(__name__)


async def outdate(replica: Replica, request: Request) -> None:
    """Have what a request wrote read again, where a replica exists; one that fails never fails the write."""
    try:
        if await replica.exists():
            await replica.run(lambda transaction: _outdate(transaction, request))
    except StoreError as error:
        _log.warning("A write will show in statements after a minute only: %s", error)


def _outdate(transaction: Transaction, request: Request) -> None:
    if _OF_DOCUMENTS.fullmatch(request.path):  # its card moves, and its contact's numbers may be overwritten
        outdate_rows(transaction, ["minicrm_documents", *_SEARCHED.values()])
        return
    match = _PATH.fullmatch(request.path)
    if match is None:
        return
    kind, record_id = match[1], match[2]
    if table := _SEARCHED.get(kind):
        outdate_rows(transaction, [table])
        return
    table, parent, field = _LISTED[kind]
    if not transaction.execute("select 1 from sqlite_master where name = ?", (table,)):
        return
    body = cast("Mapping[str, object]", request.body) if isinstance(request.body, dict) else dict[str, object]()
    parents = [(read_id(body.get(field)),)] if field in body else []
    if record_id:
        parents += transaction.execute(f"select {parent} from {table} where id = ?", (int(record_id),))
        transaction.execute(f"update {table} set read_ = 0 where id = ?", (int(record_id),))
    for (one,) in parents:
        if one is not None:
            sql = f"update {table} set listed_ = min(listed_, 1) where {parent} = ? and holder_ = 1"
            transaction.execute(sql, (int(one),))
