"""The Ivinex tools that read: what a model reads of each, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from crm_mcp.ivinex.account.schema_cache import SchemaCache
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import Record, RecordFilter, RecordPage
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.ivinex.tools.arguments import Module
from crm_mcp.ivinex.tools.paging import read_next
from crm_mcp.ivinex.wire.checks import check_filter, check_id, check_order
from crm_mcp.mcp.arguments import Detail, FieldNames, Id, Limit, TextFrom
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.rendering.shortening import RenderOptions, list_options, object_options, show_list, show_one, size_of


class ReadTools:
    """The tools that find and read records of one Ivinex account."""

    def __init__(self, client: IvinexClient, settings: IvinexSettings, schemas: SchemaCache) -> None:
        self._client = client
        self._settings = settings
        self._schemas = schemas

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.search_records, title="Search records", annotations=READ),
            build_tool(self.get_record, title="Get a record", annotations=READ),
            build_tool(self.get_linked_records, title="Get linked records", annotations=READ),
        )

    async def search_records(
        self,
        module: Module,
        filters: list[RecordFilter] = [],  # noqa: B006  # pydantic copies defaults
        order_by: str = "",
        descending: bool = False,
        limit: Limit = 20,
        cursor: Cursor = FIRST_PAGE,
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
        option_labels: Annotated[bool, Field(description="labels instead of option ids")] = False,
    ) -> RecordPage:
        """Search one Ivinex module; all filters must hold.

        Options match by label or id; dates are YYYY-MM-DD. For one id use get_record, for counts and sums
        summarize_records.
        """
        module_id = self._settings.module_id(module)
        check_order(order_by, descending=descending)
        for one in filters:
            check_filter(one)
        resolved = await self._schemas.resolve_filters(module_id, filters)
        await self._schemas.check_names(module_id, [order_by] if order_by else [])
        records, start, more = await read_next(
            lambda limit, offset: self._client.search_records(
                module_id,
                filters=resolved,
                order_by=order_by,
                descending=descending,
                limit=limit,
                offset=offset or None,
                option_labels=option_labels,
            ),
            cursor,
            limit,
        )
        await self._schemas.check_shown(module_id, fields, records)
        page = self._page(module_id, records, list_options("get_record", fields=fields, detail=detail))
        if not records and not cursor.offset and (note := await self._schemas.explain_no_match(module_id, resolved)):
            page["note"] = note
        return _with_cursor(page, records, cursor, start, more=more)

    async def get_record(
        self,
        module: Module,
        record_id: Id,
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
        text_from: TextFrom = 0,
        option_labels: bool = False,
    ) -> Record:
        """Read one Ivinex record by its id."""
        options = object_options("get_record", fields=fields, detail=detail, text_from=text_from)
        module_id = self._settings.module_id(module)
        record = await self._client.get_record(module_id, record_id, option_labels=option_labels)
        await self._schemas.check_shown(module_id, fields, [record])
        labels = self._labels(module_id, [record], options)
        shown = show_one(record, options, reserved=size_of(labels))
        return {**shown, "labels": labels} if labels else shown

    async def get_linked_records(
        self,
        module: Module,
        linked_module: Module,
        linked_id: Id,
        limit: Limit = 20,
        cursor: Cursor = FIRST_PAGE,
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
    ) -> RecordPage:
        """List the records of `module` that are linked to one record.

        Such as the notes (module) of a contact (linked_module, linked_id).
        """
        linked_to = f"{self._settings.module_id(linked_module)}:{check_id('linked_id', linked_id)}"
        module_id = self._settings.module_id(module)
        linked: RecordFilter = {"field": "collection_id", "operand": "LinkedTo", "value": linked_to}
        records, start, more = await read_next(
            lambda limit, offset: self._client.search_records(
                module_id, filters=[linked], limit=limit, offset=offset or None
            ),
            cursor,
            limit,
        )
        await self._schemas.check_shown(module_id, fields, records)
        page = self._page(module_id, records, list_options("get_record", fields=fields, detail=detail))
        return _with_cursor(page, records, cursor, start, more=more)

    def _page(self, module_id: str, records: Sequence[Record], options: RenderOptions) -> RecordPage:
        if not (options.is_raw or options.only):
            records = [_without_bookkeeping(record) for record in records]
        labels = self._labels(module_id, records, options)
        page: RecordPage = {"items": show_list(records, options, reserved=size_of(labels))}
        if labels:
            page["labels"] = labels
        return page

    def _labels(self, module_id: str, records: Sequence[Record], options: RenderOptions) -> dict[str, dict[str, str]]:
        """Return what option ids in these records mean, as far as that is at hand: it must cost no request."""
        labels = {} if options.is_raw else self._schemas.peek(module_id).labels_in(records)
        return {name: known for name, known in labels.items() if not options.only or name in options.only}


def _without_bookkeeping(record: Record) -> Record:
    """Return a record of a list without who made it, which is an id alone, and when it changed if it never did."""
    fields = record["fields"]
    untold = {"created_by", "modified_by"}
    if fields.get("modified_date") == fields.get("created_date"):
        untold.add("modified_date")
    return {**record, "fields": {name: value for name, value in fields.items() if name not in untold}}


def _with_cursor(page: RecordPage, records: Sequence[Record], cursor: Cursor, start: int, *, more: bool) -> RecordPage:
    """Add where the next page starts, which is earlier than asked for where an answer would have been too long."""
    if next_cursor := cursor.after(records, len(page["items"]), more=more, start=start):
        page["next_cursor"] = next_cursor
    return page
