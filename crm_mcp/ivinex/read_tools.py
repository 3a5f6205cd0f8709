"""The Ivinex tools that read: what a model reads of each, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from crm_mcp.cursor import decode_cursor, encode_cursor
from crm_mcp.ivinex.arguments import check_id
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import Record, RecordPage
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.ivinex.tool_arguments import Module, RecordFilter
from crm_mcp.tooling import READ, CrmTool, Cursor, Id, Limit, build_tool


class ReadTools:
    """The tools that find and read records of one Ivinex account."""

    def __init__(self, client: IvinexClient, settings: IvinexSettings) -> None:
        self._client = client
        self._settings = settings

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.search_records, title="Search Ivinex records", annotations=READ),
            build_tool(self.get_record, title="Get an Ivinex record", annotations=READ),
            build_tool(self.get_linked_records, title="Get linked Ivinex records", annotations=READ),
        )

    async def search_records(
        self,
        module: Module,
        filters: list[RecordFilter] = [],  # noqa: B006  # pydantic copies defaults
        order_by: str = "",
        descending: bool = False,
        limit: Limit = 20,
        cursor: Cursor = "",
        fields: Annotated[list[str], Field(description="only these fields")] = [],  # noqa: B006
        option_labels: Annotated[bool, Field(description="labels instead of option ids")] = False,
    ) -> RecordPage:
        """Search one Ivinex module; all filters must hold.

        Operands are case-sensitive, dates are YYYY-MM-DD, values come as text. For one record by id use get_record.
        """
        query = ["search_records", module, filters, order_by, descending, fields, option_labels]
        offset = decode_cursor(cursor, query)
        records = await self._client.search_records(
            self._settings.module_id(module),
            filters=filters,
            order_by=order_by,
            descending=descending,
            limit=limit,
            offset=offset or None,
            option_labels=option_labels,
        )
        return _page(records, limit=limit, offset=offset, query=query, fields=fields)

    async def get_record(self, module: Module, record_id: Id, option_labels: bool = False) -> Record:
        """Read one Ivinex record by its id."""
        return await self._client.get_record(self._settings.module_id(module), record_id, option_labels=option_labels)

    async def get_linked_records(
        self,
        module: Module,
        linked_module: Module,
        linked_id: Id,
        limit: Limit = 20,
        cursor: Cursor = "",
    ) -> RecordPage:
        """List the records of `module` that are linked to one record.

        Such as the notes (module) of a contact (linked_module, linked_id).
        """
        linked_to = f"{self._settings.module_id(linked_module)}:{check_id('linked_id', linked_id)}"
        query = ["get_linked_records", module, linked_to]
        offset = decode_cursor(cursor, query)
        records = await self._client.search_records(
            self._settings.module_id(module),
            filters=[{"field": "collection_id", "operand": "LinkedTo", "value": linked_to}],
            limit=limit,
            offset=offset or None,
        )
        return _page(records, limit=limit, offset=offset, query=query)


def _page(
    records: Sequence[Record], *, limit: int, offset: int, query: list[Any], fields: Sequence[str] = ()
) -> RecordPage:
    """Make a page: a full one has a cursor, since Ivinex tells no total."""
    page: RecordPage = {"items": [_project(record, fields) for record in records[:limit]]}
    if len(records) >= limit:
        page["next_cursor"] = encode_cursor(offset + limit, query)
    return page


def _project(record: Record, fields: Sequence[str]) -> Record:
    if not fields:
        return record
    return {"id": record["id"], "fields": {name: value for name, value in record["fields"].items() if name in fields}}
