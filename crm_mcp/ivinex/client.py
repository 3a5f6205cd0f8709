"""The Ivinex client: one method an operation, each a request built, sent and parsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_mcp.crm.messages import Sender
from crm_mcp.ivinex import wire
from crm_mcp.ivinex.models import Record, WriteResult
from crm_mcp.ivinex.wire.checks import check_id


class IvinexClient:
    """Works in one Ivinex account through a `Sender`; module ids and record ids are text."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def create_records(self, module_id: str, records: Sequence[Mapping[str, object]]) -> list[WriteResult]:
        """Create records in one POST; see `wire.build_create_records`."""
        return wire.parse_write_results(await self._sender.send(wire.build_create_records(module_id, records)))

    async def update_records(self, module_id: str, records: Sequence[Mapping[str, object]]) -> list[WriteResult]:
        """Update records in one POST; see `wire.build_update_records`."""
        return wire.parse_write_results(await self._sender.send(wire.build_update_records(module_id, records)))

    async def search_records(
        self,
        module_id: str,
        *,
        filters: Sequence[Mapping[str, object]] = (),
        order_by: str = "",
        descending: bool = False,
        limit: int | None = None,
        offset: int | None = None,
        option_labels: bool = False,
    ) -> list[Record]:
        """Search one module; see `wire.build_search_records`."""
        request = wire.build_search_records(
            module_id,
            filters=filters,
            order_by=order_by,
            descending=descending,
            limit=limit,
            offset=offset,
            option_labels=option_labels,
        )
        return wire.parse_search_records(await self._sender.send(request))

    async def get_record(self, module_id: str, record_id: str, *, option_labels: bool = False) -> Record:
        """Return one record by its id.

        Raises:
            NotFoundError: There is none.
            InputError: It is no id.
        """
        record_id = check_id("record_id", record_id)
        own_id = {"field": "collection_id", "operand": "Equal", "value": record_id}
        request = wire.build_search_records(module_id, filters=[own_id], option_labels=option_labels)
        return wire.parse_get_record(await self._sender.send(request), record_id)
