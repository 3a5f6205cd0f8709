"""The Ivinex tools: what a model reads of each, and what it does. All of a tool stands on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.cursor import decode_cursor, encode_cursor
from crm_mcp.errors import BadRequestError, InputError, UnexpectedAnswerError
from crm_mcp.ivinex.arguments import check_id
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import OPERANDS, NewNote, Record, RecordPage, WriteResults
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.tooling import CREATE, READ, UPDATE, CrmTool, Cursor, Fields, Id, Limit, Text, build_tool

Operand = Annotated[str, WithJsonSchema({"type": "string", "enum": list(OPERANDS)})]
"""Checked by the codec rather than here, since its error names the right spelling."""
FilterValue = Annotated[
    object,
    WithJsonSchema(
        {
            "type": ["string", "number", "boolean", "array"],
            "items": {"type": "string"},
            "description": "a list only for In; ModuleID:RecordID for LinkedTo",
        }
    ),
]


class RecordFilter(TypedDict):
    """One condition of a search."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]

    field: str
    operand: Operand
    value: FilterValue


class RecordUpdate(TypedDict):
    """The changes of one record."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]

    record_id: Id
    fields: Fields


Module = Annotated[Id, Field(description="name or id, see list_modules")]


class IvinexTools:
    """The tools of one Ivinex account."""

    def __init__(self, client: IvinexClient, settings: IvinexSettings) -> None:
        self._client = client
        self._settings = settings

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.search_records, title="Search Ivinex records", annotations=READ),
            build_tool(self.get_record, title="Get an Ivinex record", annotations=READ),
            build_tool(self.get_linked_records, title="Get linked Ivinex records", annotations=READ),
            build_tool(self.create_records, title="Create Ivinex records", annotations=CREATE),
            build_tool(self.update_records, title="Update Ivinex records", annotations=UPDATE),
            build_tool(self.create_note, title="Write a note on an Ivinex contact", annotations=CREATE),
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
