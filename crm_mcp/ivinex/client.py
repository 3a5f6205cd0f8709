"""The Ivinex client: one method an operation of `wire`; module ids and record ids are text."""

from __future__ import annotations

from functools import partial

from crm_mcp.crm.operations import Client, operation
from crm_mcp.ivinex.models import Record, RecordFilter
from crm_mcp.ivinex.wire.checks import check_id
from crm_mcp.ivinex.wire.requests import build_create_records, build_search_records, build_update_records
from crm_mcp.ivinex.wire.responses import parse_get_record, parse_search_records, parse_write_results


class IvinexClient(Client):
    """Works in one Ivinex account."""

    create_records = operation(build_create_records, parse_write_results)
    update_records = operation(build_update_records, parse_write_results)
    search_records = operation(build_search_records, parse_search_records)

    async def get_record(self, module_id: str, record_id: str, *, option_labels: bool = False) -> Record:
        """Return one record by its id; a `NotFoundError` where there is none."""
        record_id = check_id("record_id", record_id)
        by_id: RecordFilter = {"field": "collection_id", "operand": "Equal", "value": record_id}
        request = build_search_records(module_id, filters=[by_id], option_labels=option_labels)
        return await self.sender.perform(request, partial(parse_get_record, record_id=record_id))
