"""What other tools read is taken over into the replica, where there is one and it knows the account."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, cast

from crm_mcp.crm.messages import Request
from crm_mcp.crm.paging import Page
from crm_mcp.errors import StoreError

if TYPE_CHECKING:
    from crm_mcp.minicrm.models import Contact, Project
    from crm_mcp.minicrm.replica.source import MinicrmSource

_PATH = re.compile(r"/Api/R3/(Project|Contact)(?:/(\d+))?")
_log = logging.getLogger(__name__)


async def take_over(source: MinicrmSource, request: Request, sent_at: float, result: object) -> None:
    """Write what a read brought into the replica; one that fails never fails the read."""
    match = _PATH.fullmatch(request.path)
    if match is None or result is None:
        return
    try:
        if await source.replica.exists() and await source.facts.load():
            await _take_over(source, match[1], match[2] or "", request, sent_at, result)
    except StoreError as error:
        _log.info("What was read is not taken over: %s", error)


async def _take_over(
    source: MinicrmSource, kind: str, record_id: str, request: Request, sent_at: float, result: object
) -> None:
    write = source.writer
    if record_id:
        if kind == "Project":
            await write.project(cast("Project", result), sent_at)
        else:
            await write.contact(cast("Contact", result), sent_at)
    elif isinstance(result, Page):
        rows = [row for row in cast("Page[Project]", result).items if kind == "Contact" or "status_id" in row]
        put = write.contact_rows if kind == "Contact" else write.project_rows
        if dict(request.query).get("Deleted") == "1":
            put = write.trashed_rows
        await source.replica.run(lambda transaction: put(transaction, rows, sent_at, False, ""))
