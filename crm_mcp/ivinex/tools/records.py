"""The Ivinex tools that read records of any module: search, read one, list linked ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.models import Record, RecordPage
from crm_mcp.ivinex.search.criteria import RecordCriteria, RecordSearch, prepare_search
from crm_mcp.ivinex.search.links import read_linked_from
from crm_mcp.ivinex.search.nothing_found import describe_unmatched, explain_nothing_found
from crm_mcp.ivinex.search.pages import read_next
from crm_mcp.ivinex.search.respelling import respell, settle
from crm_mcp.ivinex.wire.checks import check_id
from crm_mcp.mcp.arguments import Detail, FieldNames, Id, Limit, Module, TextFrom
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.rendering.shortening import RenderOptions, list_options, object_options, show_list, show_one, size_of


class RecordTools:
    """The tools that find and read records of one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def tools(self) -> Sequence[CrmTool]:
        """Return the tools."""
        return (
            build_tool(self.search_records, title="Search records", annotations=READ),
            build_tool(self.get_record, title="Get a record", annotations=READ),
            build_tool(self.get_linked_records, title="Get linked records", annotations=READ),
        )

    async def search_records(
        self,
        criteria: RecordCriteria,
        limit: Limit = 20,
        cursor: Cursor = FIRST_PAGE,
        fields: FieldNames = [],  # noqa: B006  # pydantic copies defaults
        detail: Detail = False,
        option_labels: Annotated[bool, Field(description="labels instead of option ids")] = False,
    ) -> RecordPage:
        """Search one Ivinex module; all filters must hold.

        Options match by label or id; dates are YYYY-MM-DD. For one id use get_record, for counts and sums
        summarize_records.
        """
        options = self._list_options(fields, detail=detail)
        search = await prepare_search(self._portal, criteria, option_labels=option_labels)
        if cursor.offset:
            search = await settle(self._portal, search)
        page = await self._read_page(search, limit, cursor, options)
        notes: list[str] = []
        if not page["items"] and not cursor.offset:
            search = await respell(self._portal, search)
            if search.is_respelled:
                page = await self._read_page(search, limit, cursor, options)
            else:
                notes.append(await explain_nothing_found(self._portal, search))
        note = " ".join(filter(None, [search.doubt, page.get("note"), *notes]))
        return {**page, "note": note} if note else page

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
        labels, fields = self._portal.labels, self._portal.labels.names_of(fields)
        options = object_options("get_record", fields=fields, detail=detail, text_from=text_from, labels=labels)
        module_id = self._portal.settings.module_id(module)
        record = await self._portal.client.get_record(module_id, record_id, option_labels=option_labels)
        await self._portal.schemas.check_shown(module_id, fields, [record])
        if not detail:
            (record,) = await self._portal.without_unset(module_id, [record])
        choices = self._labels(module_id, [record], options)
        shown = show_one(record, options, reserved=size_of(choices))
        return {**shown, "labels": choices} if choices else shown

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
        linked_id, linked_module_id = check_id("linked_id", linked_id), self._portal.settings.module_id(linked_module)
        linked_to = f"{linked_module_id}:{linked_id}"
        criteria = RecordCriteria(module, [{"field": "collection_id", "operand": "LinkedTo", "value": linked_to}])
        search = await prepare_search(self._portal, criteria)
        options = self._list_options(fields, detail=detail)
        page = await self._read_page(search, limit, cursor, options)
        if page["items"] or cursor.offset:
            return page
        found, note = await read_linked_from(self._portal, search.module_id, linked_module_id, linked_id)
        return {**await self._show_page(search.module_id, found, options), "note": note}

    def _list_options(self, fields: Sequence[str], *, detail: bool) -> RenderOptions:
        labels = self._portal.labels
        return list_options("get_record", fields=labels.names_of(fields), detail=detail, labels=labels)

    async def _read_page(self, search: RecordSearch, limit: int, cursor: Cursor, options: RenderOptions) -> RecordPage:
        records, start, more = await read_next(search.read, cursor, limit)
        page = await self._show_page(search.module_id, records, options)
        if next_cursor := cursor.after(records, len(page["items"]), more=more, start=start):
            page["next_cursor"] = next_cursor
        elif not cursor.offset and (unmatched := describe_unmatched(search, records)):
            page["note"] = unmatched
        return page

    async def _show_page(self, module_id: str, records: Sequence[Record], options: RenderOptions) -> RecordPage:
        await self._portal.schemas.check_shown(module_id, options.only, records)
        shown = records if options.is_raw else await self._portal.without_unset(module_id, records)
        if not (options.is_raw or options.only):
            shown = [_without_bookkeeping(record) for record in shown]
        labels = self._labels(module_id, shown, options)
        page: RecordPage = {"items": show_list(shown, options, reserved=size_of(labels))}
        return {**page, "labels": labels} if labels else page

    def _labels(self, module_id: str, records: Sequence[Record], options: RenderOptions) -> dict[str, dict[str, str]]:
        """Return the labels of option ids in these records, by field, as far as they are cached."""
        labels = {} if options.is_raw else self._portal.schemas.peek(module_id).labels_in(records)
        asked = {name: known for name, known in labels.items() if not options.only or name in options.only}
        return options.labels.by_label(asked)


def _without_bookkeeping(record: Record) -> Record:
    """Return a record of a list without who made it, by ids alone, and when it changed if it never did."""
    fields = record["fields"]
    left_out = {"created_by", "modified_by", "site_id", "fields_changed"}
    if fields.get("modified_date") == fields.get("created_date"):
        left_out.add("modified_date")
    return {**record, "fields": {name: value for name, value in fields.items() if name not in left_out}}
