"""The Ivinex tools that write: what a model reads of each, and the draft it works out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from crm_mcp.errors import InputError
from crm_mcp.ivinex.account.schema_cache import SchemaCache
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.ivinex.tools.arguments import Module, RecordUpdate
from crm_mcp.ivinex.tools.duplicates import describe_doubles_within
from crm_mcp.ivinex.tools.write_targets import NoteCreation, RecordCreations, RecordUpdates
from crm_mcp.ivinex.wire.checks import check_fields, check_id, check_updates
from crm_mcp.mcp.arguments import Fields, Id, Text
from crm_mcp.mcp.tool import CREATE, UPDATE, CrmTool
from crm_mcp.safe_writes.draft import Change, Draft
from crm_mcp.safe_writes.gate import MAX_UNPLANNED, SafeWriter
from crm_mcp.safe_writes.tool import WriteTool

_CONTACT = "contact"


class WriteTools:
    """The tools that create and change records of one Ivinex account."""

    def __init__(
        self, client: IvinexClient, settings: IvinexSettings, schemas: SchemaCache, writer: SafeWriter
    ) -> None:
        self._client = client
        self._settings = settings
        self._schemas = schemas
        self._writer = writer
        self._contact_lock = asyncio.Lock()

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        build, writer = WriteTool.build, self._writer
        return (
            build(self.create_records, writer, title="Create Ivinex records", annotations=CREATE, is_bulk=True),
            build(self.update_records, writer, title="Update Ivinex records", annotations=UPDATE, is_bulk=True),
            build(self.create_note, writer, title="Write a note on an Ivinex contact", annotations=CREATE),
        )

    async def create_records(
        self,
        module: Module,
        records: Annotated[list[Fields], Field(min_length=1, description="field name to value")],
        allow_duplicate: bool = False,
    ) -> Draft:
        """Create Ivinex records.

        Each answers for itself: read `ok` of every item and repeat only what failed. A contact whose email or phone
        is there already is refused. Field names: describe_module.
        """
        module_id = self._settings.module_id(module)
        checked = [check_fields(record, at) for at, record in enumerate(records)]
        sent = [await self._schemas.resolve_fields(module_id, fields) for fields in checked]
        schema = self._schemas.peek(module_id)
        doubles_matter = not allow_duplicate and self._is_contact(module_id)
        problems = describe_doubles_within(sent) if doubles_matter else [""] * len(sent)
        searches = doubles_matter and len(sent) <= MAX_UNPLANNED
        target = RecordCreations(self._client, module_id, self._noun(module_id), searches)
        if searches:
            target.lock = self._contact_lock
        changes = [
            Change(fields, schema.with_labels(fields), problem=problem)
            for fields, problem in zip(sent, problems, strict=True)
        ]
        return Draft(target, changes, is_batch=True, needs_refresh=searches)

    async def update_records(
        self, module: Module, records: Annotated[list[RecordUpdate], Field(min_length=1)]
    ) -> Draft:
        """Change fields of existing Ivinex records.

        Fields not named stay as they are. Read `ok` of every item.
        """
        module_id = self._settings.module_id(module)
        checked = check_updates(records)
        sent = [await self._schemas.resolve_fields(module_id, fields) for _, fields in checked]
        schema = self._schemas.peek(module_id)
        target = RecordUpdates(self._client, module_id, self._noun(module_id), schema)
        changes = [
            Change(fields, schema.with_labels(fields), record_id=record_id)
            for (record_id, _), fields in zip(checked, sent, strict=True)
        ]
        return Draft(target, changes, is_batch=True)

    async def create_note(self, contact_id: Id, text: Text) -> Draft:
        """Write a note on an Ivinex contact."""
        if not text.strip():
            raise InputError("The note has no text.", hint="Give it in `text`.")
        note = check_fields({"description": text, "contact": check_id("contact_id", contact_id)}, 0)
        module_id = self._settings.module_id("note")
        target = NoteCreation(self._client, module_id, self._settings.modules.get(_CONTACT, ""))
        return Draft(target, [Change(note, note)])

    def _noun(self, module_id: str) -> str:
        return f"Ivinex {self._settings.module_name(module_id)} record"

    def _is_contact(self, module_id: str) -> bool:
        return self._settings.module_name(module_id).casefold() == _CONTACT
