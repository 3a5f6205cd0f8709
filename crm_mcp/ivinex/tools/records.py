"""The Ivinex tools for records of any module: search, read, list linked ones, create, update."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from crm_mcp.errors import InputError
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.models import Record, RecordPage
from crm_mcp.ivinex.search.criteria import RecordCriteria, RecordSearch, prepare_search
from crm_mcp.ivinex.search.duplicates import ContactLookup, describe_duplicates_within
from crm_mcp.ivinex.search.links import read_links
from crm_mcp.ivinex.search.pages import read_next
from crm_mcp.ivinex.search.respelling import respell, settle
from crm_mcp.ivinex.tools.record_shapes import NewRecords, RecordUpdates
from crm_mcp.ivinex.tools.targets import RecordChanges, RecordCreations
from crm_mcp.ivinex.wire.checks import check_fields, check_id, check_updates
from crm_mcp.mcp.arguments import Detail, FieldNames, Id, Limit, Module, TextFrom
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import CREATE, READ, UPDATE, CrmTool, build_tool
from crm_mcp.rendering.shortening import RenderOptions, list_options, object_options, show_list, show_one, size_of
from crm_mcp.safe_writes.draft import Change, Draft
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.on_existing import REFUSE, OnExisting, check_on_existing
from crm_mcp.safe_writes.tool import WriteTool

_WITHOUT = "Leave on_existing out."


class RecordTools:
    """The tools that find, read, create and change records of one portal."""

    def __init__(self, portal: Portal, writer: SafeWriter) -> None:
        self._portal = portal
        self._writer = writer
        self._contact_lock = asyncio.Lock()

    def tools(self) -> Sequence[CrmTool]:
        """Return the tools, those that read first."""
        build, writer = WriteTool.build, self._writer
        return (
            build_tool(self.search_records, title="Search records", annotations=READ),
            build_tool(self.get_record, title="Get a record", annotations=READ),
            build_tool(self.get_linked_records, title="Get linked records", annotations=READ),
            build(self.create_records, writer, title="Create Ivinex records", annotations=CREATE, is_bulk=True),
            build(self.update_records, writer, title="Update Ivinex records", annotations=UPDATE, is_bulk=True),
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
        options = list_options("get_record", fields=fields, detail=detail)
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
                notes.append(await self._portal.schemas.explain_no_match(search.module_id, search.filters))
        note = " ".join(filter(None, [search.doubt, *notes]))
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
        options = object_options("get_record", fields=fields, detail=detail, text_from=text_from)
        module_id = self._portal.settings.module_id(module)
        record = await self._portal.client.get_record(module_id, record_id, option_labels=option_labels)
        await self._portal.schemas.check_shown(module_id, fields, [record])
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
        linked_to = f"{self._portal.settings.module_id(linked_module)}:{check_id('linked_id', linked_id)}"
        criteria = RecordCriteria(module, [{"field": "collection_id", "operand": "LinkedTo", "value": linked_to}])
        search = await prepare_search(self._portal, criteria)
        return await self._read_page(search, limit, cursor, list_options("get_record", fields=fields, detail=detail))

    async def create_records(
        self,
        module: Module,
        records: NewRecords,
        allow_duplicate: bool = False,
        on_existing: OnExisting = "",
    ) -> Draft:
        """Create Ivinex records.

        Each answers for itself: read `ok` of every item and repeat only what failed. Contacts are compared with those
        there by email and phone. Field names: describe_module.
        """
        settings, schemas = self._portal.settings, self._portal.schemas
        on_existing = check_on_existing(on_existing, allow_duplicate=allow_duplicate)
        module_id = settings.module_id(module)
        is_contact = settings.is_contact(module_id)
        if on_existing != REFUSE and not is_contact:
            raise InputError("Only contacts are compared with those there, by email and phone.", hint=_WITHOUT)
        checked = [check_fields(record, at) for at, record in enumerate(records)]
        resolved = [await schemas.resolve_fields(module_id, fields) for fields in checked]
        linked, shown = await read_links(self._portal, module_id, resolved)
        sent = [one.fields for one in linked]
        noun = f"Ivinex {settings.module_name(module_id)} record"
        target = RecordCreations(self._portal.client, module_id, noun, shown, on_existing=on_existing)
        duplicates = [""] * len(sent)
        if is_contact and not allow_duplicate:
            duplicates = describe_duplicates_within(sent)
            target.lookup, target.lock = ContactLookup(self._portal.client, module_id), self._contact_lock
        changes = [
            Change(one.fields, shown.of(one.fields), problem=one.problem or duplicate)
            for one, duplicate in zip(linked, duplicates, strict=True)
        ]
        return Draft(target, changes, is_batch=True, needs_refresh=target.lookup is not None)

    async def update_records(self, module: Module, records: RecordUpdates) -> Draft:
        """Change fields of existing Ivinex records.

        Fields not named stay as they are. Read `ok` of every item.
        """
        settings, schemas = self._portal.settings, self._portal.schemas
        module_id = settings.module_id(module)
        checked = check_updates(records)
        resolved = [await schemas.resolve_fields(module_id, fields) for _, fields in checked]
        linked, shown = await read_links(self._portal, module_id, resolved)
        noun = f"Ivinex {settings.module_name(module_id)} record"
        target = RecordChanges(self._portal.client, module_id, noun, shown)
        changes = [
            Change(one.fields, shown.of(one.fields), record_id=record_id, problem=one.problem)
            for (record_id, _), one in zip(checked, linked, strict=True)
        ]
        return Draft(target, changes, is_batch=True)

    async def _read_page(self, search: RecordSearch, limit: int, cursor: Cursor, options: RenderOptions) -> RecordPage:
        records, start, more = await read_next(search.read, cursor, limit)
        await self._portal.schemas.check_shown(search.module_id, options.only, records)
        shown = records if options.is_raw or options.only else [_without_bookkeeping(record) for record in records]
        labels = self._labels(search.module_id, shown, options)
        page: RecordPage = {"items": show_list(shown, options, reserved=size_of(labels))}
        if labels:
            page["labels"] = labels
        if next_cursor := cursor.after(records, len(page["items"]), more=more, start=start):
            page["next_cursor"] = next_cursor
        return page

    def _labels(self, module_id: str, records: Sequence[Record], options: RenderOptions) -> dict[str, dict[str, str]]:
        """Return the labels of option ids in these records, by field, as far as they are cached."""
        labels = {} if options.is_raw else self._portal.schemas.peek(module_id).labels_in(records)
        return {name: known for name, known in labels.items() if not options.only or name in options.only}


def _without_bookkeeping(record: Record) -> Record:
    """Return a record of a list without who made it, which is an id alone, and when it changed if it never did."""
    fields = record["fields"]
    left_out = {"created_by", "modified_by"}
    if fields.get("modified_date") == fields.get("created_date"):
        left_out.add("modified_date")
    return {**record, "fields": {name: value for name, value in fields.items() if name not in left_out}}
