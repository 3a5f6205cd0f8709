"""The Ivinex tools that create and change records of any module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm_mcp.errors import InputError
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.search.duplicates import ContactLookup, describe_duplicates_within
from crm_mcp.ivinex.search.links import read_links, restore_shown
from crm_mcp.ivinex.tools.record_shapes import NewRecords, RecordUpdates
from crm_mcp.ivinex.tools.targets import RecordChanges, RecordCreations
from crm_mcp.ivinex.wire.checks import check_fields, check_updates
from crm_mcp.mcp.arguments import Module
from crm_mcp.mcp.tool import CREATE, UPDATE, CrmTool
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.on_existing import REFUSE, OnExisting, check_on_existing
from crm_mcp.safe_writes.tool import WriteTool


class RecordWriteTools:
    """The tools that create and change records of one portal."""

    def __init__(self, portal: Portal, writer: SafeWriter) -> None:
        self._portal = portal
        self._writer = writer

    def tools(self) -> Sequence[CrmTool]:
        """Return the tools."""
        build, writer = WriteTool.build, self._writer
        return (
            build(
                self.create_records,
                writer,
                title="Create Ivinex records",
                annotations=CREATE,
                restore=self._restore_creations,
                is_bulk=True,
            ),
            build(
                self.update_records,
                writer,
                title="Update Ivinex records",
                annotations=UPDATE,
                restore=self._restore_changes,
                is_bulk=True,
            ),
        )

    async def _restore_creations(self, saved: Mapping[str, Any]) -> RecordCreations:
        module_id = saved["module_id"]
        shown = await restore_shown(self._portal, module_id, saved["shown"])
        lookup = ContactLookup(self._portal.client, module_id) if saved["compares"] else None
        return RecordCreations(
            self._portal.client, module_id, self._noun(module_id), shown, lookup, on_existing=saved["on_existing"]
        )

    async def _restore_changes(self, saved: Mapping[str, Any]) -> RecordChanges:
        module_id = saved["module_id"]
        shown = await restore_shown(self._portal, module_id, saved["shown"])
        return RecordChanges(self._portal.client, module_id, self._noun(module_id), shown)

    def _noun(self, module_id: str) -> str:
        return f"Ivinex {self._portal.settings.module_name(module_id)} record"

    async def create_records(
        self,
        module: Module,
        records: NewRecords,
        allow_duplicate: bool = False,
        on_existing: OnExisting = "",
    ) -> Draft:
        """Create Ivinex records.

        Read `ok` of every item; repeat only what failed. Contacts are compared with those there by email and phone.
        Field names: describe_module.
        """
        settings, schemas = self._portal.settings, self._portal.schemas
        on_existing = check_on_existing(on_existing, allow_duplicate=allow_duplicate)
        module_id = self._portal.settings.module_id(module)
        is_contact = settings.is_contact(module_id)
        if on_existing != REFUSE and not is_contact:
            raise InputError(
                "on_existing is for contacts only: other records are not compared with those there.",
                hint="Leave on_existing out.",
            )
        labels = self._portal.labels
        checked = [check_fields(labels.by_name(record), at) for at, record in enumerate(records)]
        resolved = [await schemas.resolve_fields(module_id, fields) for fields in checked]
        linked, shown = await read_links(self._portal, module_id, resolved)
        sent = [one.fields for one in linked]
        noun = self._noun(module_id)
        target = RecordCreations(self._portal.client, module_id, noun, shown, on_existing=on_existing)
        duplicates = [""] * len(sent)
        if is_contact and not allow_duplicate:
            duplicates = describe_duplicates_within(sent)
            target = replace(target, lookup=ContactLookup(self._portal.client, module_id))
        changes = [
            Change(one.fields, shown.of(one.fields), problem=one.problem or duplicate)
            for one, duplicate in zip(linked, duplicates, strict=True)
        ]
        return Draft(target, changes, is_batch=True, needs_refresh=target.lookup is not None)

    async def update_records(self, module: Module, records: RecordUpdates) -> Draft:
        """Change fields of existing Ivinex records.

        Fields not named stay. Read `ok` of every item.
        """
        schemas = self._portal.schemas
        module_id = self._portal.settings.module_id(module)
        checked = check_updates(records)
        labels = self._portal.labels
        resolved = [await schemas.resolve_fields(module_id, labels.by_name(fields)) for _, fields in checked]
        linked, shown = await read_links(self._portal, module_id, resolved)
        target = RecordChanges(self._portal.client, module_id, self._noun(module_id), shown)
        changes = [
            Change(one.fields, shown.of(one.fields), record_id=record_id, problem=one.problem)
            for (record_id, _), one in zip(checked, linked, strict=True)
        ]
        return Draft(target, changes, is_batch=True, needs_refresh=True)
