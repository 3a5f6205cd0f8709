"""The Ivinex tool for notes, which are records of the module `note` linked to a contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crm_mcp.errors import BadRequestError, InputError, UnexpectedAnswerError
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import PAGE_LIMIT
from crm_mcp.ivinex.search.links import read_links
from crm_mcp.ivinex.settings import CONTACT, NOTE
from crm_mcp.ivinex.tools.targets import CANNOT_DELETE
from crm_mcp.ivinex.wire.checks import check_fields, check_id
from crm_mcp.mcp.arguments import Id, Text
from crm_mcp.mcp.tool import CREATE, CrmTool
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.tool import WriteTool


class NoteTools:
    """`create_note` in one portal."""

    def __init__(self, portal: Portal, writer: SafeWriter) -> None:
        self._portal = portal
        self._writer = writer

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool; none where IVINEX_MODULES does not name the modules of contacts and notes."""
        if not self._portal.settings.has_notes:
            return ()
        title = "Write a note on an Ivinex contact"
        restore = restore_as(self._target)
        return (WriteTool.build(self.create_note, self._writer, title=title, annotations=CREATE, restore=restore),)

    async def create_note(self, contact_id: Id, text: Text) -> Draft:
        """Write a note on an Ivinex contact."""
        if not text.strip():
            raise InputError("The note has no text.", hint="Give it in `text`.")
        note = check_fields({"description": text, "contact": check_id("contact_id", contact_id)}, 0)
        module_id = self._portal.settings.module_id(NOTE)
        (linked,), shown = await read_links(self._portal, module_id, [note])
        if linked.problem:
            raise InputError(linked.problem)
        return Draft(self._target, [Change(linked.fields, shown.of(linked.fields))])

    @property
    def _target(self) -> NoteCreation:
        settings = self._portal.settings
        return NoteCreation(self._portal.client, settings.module_id(NOTE), settings.module_id(CONTACT))


@dataclass
class NoteCreation(Target):
    """A new note."""

    client: IvinexClient
    module_id: str
    contact_module_id: str
    noun: str = "Ivinex note"

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Create the note.

        Raises:
            BadRequestError: Ivinex did not create it.
            UnexpectedAnswerError: It did, but its id is not told.
        """
        (change,) = changes
        (result,) = await self.client.create_records(self.module_id, [change.sent])
        if not result["ok"]:
            raise BadRequestError(
                f'Ivinex did not create the note. It said: "{result.get("message", "")}".',
                status=200,
                hint="Check the contact's id with search_records.",
            )
        if "id" not in result:
            raise UnexpectedAnswerError(
                "Ivinex created the note but did not report its id.",
                hint="Do not write it again; get_linked_records lists the contact's notes.",
            )
        return [result]

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Compare the newest notes of the contact."""
        linked_to = f"{self.contact_module_id}:{change.sent['contact']}"
        rows = await self.client.search_records(
            self.module_id,
            filters=[{"field": "collection_id", "operand": "LinkedTo", "value": linked_to}],
            order_by="created_date",
            descending=True,
            limit=PAGE_LIMIT,
        )
        return {record["id"]: record["fields"].get("description") == change.sent["description"] for record in rows}

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Say what can be done instead."""
        return Draft(self, [replace(change, problem=CANNOT_DELETE) for change in changes], is_batch=True)
