"""The reader of all rows of search_records for an export: values as the CRM has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm_mcp.crm.call import Steps
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.search.criteria import RecordCriteria, prepare_search
from crm_mcp.ivinex.search.pages import read_all_pages
from crm_mcp.ivinex.search.respelling import respell
from crm_mcp.mcp.arguments import take_fields
from crm_mcp.mcp.connector import ExportRows

MAX_ROWS = 10_000


async def read_records_to_export(portal: Portal, arguments: dict[str, Any], steps: Steps) -> ExportRows:
    """Read all records that the arguments of search_records find."""
    criteria = take_fields(RecordCriteria, arguments)
    search = await prepare_search(portal, criteria, option_labels=arguments["option_labels"])
    at_once = portal.settings.pages_at_once
    found = await read_all_pages(search.read, steps, at_once=at_once, max_rows=MAX_ROWS)
    if not found.rows:
        search = await respell(portal, search)
        if search.is_respelled:
            found = await read_all_pages(search.read, steps, at_once=at_once, max_rows=MAX_ROWS)
    fields = portal.labels.names_of(arguments["fields"])
    incomplete_reason = " ".join(filter(None, (search.doubt, found.incomplete_reason)))
    await portal.schemas.check_shown(search.module_id, fields, found.rows)
    rows = [
        {"id": one["id"], "fields": portal.labels.by_label(_chosen(one["fields"], fields))}
        for one in await portal.without_unset(search.module_id, found.rows)
    ]
    return ExportRows(rows, incomplete_reason)


def _chosen(values: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    return {name: values.get(name) for name in fields} if fields else values
