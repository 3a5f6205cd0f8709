"""The Ivinex tools that write: what a model reads of each, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from crm_mcp.errors import BadRequestError, InputError, UnexpectedAnswerError
from crm_mcp.ivinex.arguments import check_id
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import NewNote, WriteResults
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.ivinex.tool_arguments import Module, RecordUpdate
from crm_mcp.tooling import CREATE, UPDATE, CrmTool, Fields, Id, Text, build_tool


class WriteTools:
    """The tools that create and change records of one Ivinex account."""

    def __init__(self, client: IvinexClient, settings: IvinexSettings) -> None:
        self._client = client
        self._settings = settings

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.create_records, title="Create Ivinex records", annotations=CREATE),
            build_tool(self.update_records, title="Update Ivinex records", annotations=UPDATE),
            build_tool(self.create_note, title="Write a note on an Ivinex contact", annotations=CREATE),
        )

    async def create_records(
        self, module: Module, records: Annotated[list[Fields], Field(min_length=1, description="field name to value")]
    ) -> WriteResults:
        """Create Ivinex records in one request.

        Each answers for itself: read `ok` of every item and repeat only what failed. Field names: describe_module.
        """
        return {"items": await self._client.create_records(self._settings.module_id(module), records)}

    async def update_records(
        self, module: Module, records: Annotated[list[RecordUpdate], Field(min_length=1)]
    ) -> WriteResults:
        """Change fields of existing Ivinex records.

        Fields not named stay as they are. Read `ok` of every item.
        """
        return {"items": await self._client.update_records(self._settings.module_id(module), records)}

    async def create_note(self, contact_id: Id, text: Text) -> NewNote:
        """Write a note on an Ivinex contact."""
        if not text.strip():
            raise InputError("The note has no text.", hint="Give it in `text`.")
        note = {"description": text, "contact": check_id("contact_id", contact_id)}
        (result,) = await self._client.create_records(self._settings.module_id("note"), [note])
        if not result["ok"]:
            raise BadRequestError(
                f'Ivinex did not create the note. It said: "{result.get("message", "")}".',
                status=200,
                hint="Check the contact's id with search_records.",
            )
        if "id" not in result:
            raise UnexpectedAnswerError(
                "Ivinex made the note but did not tell its id.",
                hint="Do not write it again; get_linked_records lists the contact's notes.",
            )
        return {"id": result["id"]}
