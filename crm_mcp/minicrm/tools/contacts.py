"""The tools for MiniCRM contacts: search, get, create, update. Their criteria are `search.criteria.ContactCriteria`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.crm.pasted_text import read_email_address
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import Detail, FieldNames, Id, Limit, TextFrom
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import CREATE, READ, UPDATE, CrmTool, build_tool
from crm_mcp.minicrm.account.field_values import Resolved
from crm_mcp.minicrm.field_table import CONTACT, CONTACT_TYPES
from crm_mcp.minicrm.models import Contact, ContactPage
from crm_mcp.minicrm.search.criteria import ContactCriteria, ContactType, contact_criteria
from crm_mcp.minicrm.search.pages import build_page, check_asked, complete, show_object, shown_keys, without_false_flags
from crm_mcp.minicrm.tools.context import ApiFields, Ids, ToolContext, one_or_several, refuse_trashed, refuse_twice
from crm_mcp.minicrm.wire.checks import check_contact_name, check_create, check_update
from crm_mcp.minicrm.writes.companies import name_company_field, take_company_name
from crm_mcp.minicrm.writes.contact_creation import ContactCreation
from crm_mcp.minicrm.writes.existing_contacts import ExistingContacts
from crm_mcp.minicrm.writes.held_values import find_by_search
from crm_mcp.minicrm.writes.lost_creates import find_alike_contacts
from crm_mcp.minicrm.writes.targets import Record, Updates
from crm_mcp.rendering.shortening import list_options, object_options
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.on_existing import REFUSE, OnExisting, check_on_existing
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.tool import WriteTool

_NOUN = "MiniCRM contact"
_CREATED = "Creating a contact cannot be undone."
_CANNOT_UNDO = "MiniCRM's API deletes no contact: delete it in MiniCRM, or change it with update_contact."

_WITHOUT_SCHEMA = frozenset({"Email", "Phone", "FirstName", "LastName"})
"""Fields of text whose values need no schema to be checked (documented)."""
_FITS_ANY_SCHEMA = 50
"""Characters of a text that fit these fields in each schema seen."""


@dataclass(frozen=True)
class ContactTools:
    """The tools for persons and businesses of one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tools, those that read first."""
        build, writer = WriteTool.build, self.context.writer
        return (
            build_tool(self.search_contacts, title="Search contacts", annotations=READ),
            build_tool(self.get_contact, title="Get a contact", annotations=READ),
            build(
                self.create_contact,
                writer,
                title="Create MiniCRM contacts",
                annotations=CREATE,
                restore=restore_as(self._creation),
                takes_records=True,
            ),
            build(
                self.update_contact,
                writer,
                title="Update MiniCRM contacts",
                annotations=UPDATE,
                restore=restore_as(self._updates),
                takes_records=True,
            ),
        )

    async def search_contacts(
        self,
        criteria: ContactCriteria,
        limit: Limit = 20,
        cursor: Cursor = FIRST_PAGE,
        fields: FieldNames = [],  # noqa: B006  # pydantic copies defaults
        detail: Detail = False,
    ) -> ContactPage:
        """Search MiniCRM contacts, persons and businesses; all criteria must hold.

        Rows have name, type, email and phone; other `fields`, or `detail`, cost one request a row. For all about one
        contact use get_contact_overview.
        """
        client, labels = self.context.client, self.context.directory.labels
        fields = labels.names_of(fields)
        api_criteria = await contact_criteria(self.context.directory, self.context.zone, criteria)
        rows, total, more = await self.context.page_cache.read_slice(
            f"Contact {api_criteria}",
            lambda page: client.search_contacts(api_criteria, page),
            offset=cursor.offset,
            last_id=cursor.last_id,
            limit=limit,
        )
        schema = self.context.directory.merged_contact_schema
        rows = await complete(rows, fields, get=client.get_contact, schema=schema, always=detail and not fields)
        options = list_options("get_contact", fields=shown_keys(fields), detail=detail, labels=labels)
        shown = rows if detail else without_false_flags(rows)
        return cast("ContactPage", build_page(shown, options, cursor, more=more, total=total))

    async def get_contact(
        self,
        contact_id: Id,
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
        text_from: TextFrom = 0,
    ) -> Contact:
        """Read one MiniCRM person or business."""
        labels = self.context.directory.labels
        fields = labels.names_of(fields)
        options = object_options(
            "get_contact", fields=shown_keys(fields), detail=detail, text_from=text_from, labels=labels
        )
        contact = await self.context.client.get_contact(contact_id)
        await check_asked(contact, fields, self.context.directory.merged_contact_schema)
        return show_object(contact, options)

    async def create_contact(
        self,
        type: ContactType = "",  # noqa: A002
        fields: ApiFields = {},  # noqa: B006
        allow_duplicate: bool = False,
        on_existing: OnExisting = REFUSE,
    ) -> Draft:
        """Create a MiniCRM contact: a Person needs FirstName or LastName, a Business needs Name.

        One whose email, phone or ReferenceId is there already is refused, or returned or updated by on_existing.
        """
        contact_type = resolve_choice("type", type or _type_by_name(fields), CONTACT_TYPES)
        word = check_on_existing(on_existing, allow_duplicate=allow_duplicate)
        fields = self.context.directory.labels.by_name(fields)
        refuse_twice({"Type": contact_type}, fields)
        refuse_trashed(fields)
        fields = _with_address_alone(await self._with_company_field(contact_type, fields))
        wanted = take_company_name(fields)
        resolved = await self.context.written_fields.of_contact(contact_type, fields)
        sent: dict[str, object] = {"Type": contact_type, **resolved.sent}
        check_contact_name(check_create(CONTACT, sent))
        shown = {"Type": contact_type, **resolved.shown}
        looked_for = "" if allow_duplicate else word
        change = Change(sent, shown, notes=(_CREATED,), on_existing=looked_for, wanted=wanted)
        return Draft(self._creation, [change], needs_refresh=True)

    async def _with_company_field(self, contact_type: str, fields: dict[str, Any]) -> dict[str, Any]:
        if contact_type != "Person":
            return fields
        schema = await self.context.directory.contact_schema(contact_type)
        return name_company_field(fields, [field["name"] for field in schema["fields"]])

    async def update_contact(self, contact_id: Id = "", fields: ApiFields = {}, contact_ids: Ids = []) -> Draft:  # noqa: B006
        """Change fields of a MiniCRM contact, or of several; fields not named stay."""
        ids = one_or_several("contact_id", contact_id, contact_ids)
        fields = self.context.directory.labels.by_name(fields)
        check_update(CONTACT, fields)
        return self._updates.draft(ids, fields, is_batch=bool(contact_ids))

    @cached_property
    def _creation(self) -> ContactCreation:
        client = self.context.client
        return ContactCreation(
            _NOUN,
            client,
            client.create_contact,
            find_alike_contacts,
            _CANNOT_UNDO,
            one_at_a_time="contacts",
            moved=self.context.moved_links,
            existing=ExistingContacts(client),
            updates=self._updates,
        )

    @cached_property
    def _updates(self) -> Updates:
        client = self.context.client
        find = find_by_search(client.search_contacts, _of_same_name)
        moved = self.context.moved_records(client.search_contacts)
        return Updates(_NOUN, CONTACT, client, client.get_contact, client.update_contact, self._check, find, moved)

    async def _check(self, contact: Record, fields: Mapping[str, object]) -> Resolved:
        """Check names, choices and values by the schema of persons or businesses."""
        contact_type = str(contact.get("type") or "Person")
        if _WITHOUT_SCHEMA.issuperset(fields) and all(len(str(value)) <= _FITS_ANY_SCHEMA for value in fields.values()):
            return self.context.written_fields.of_plain_contact(contact_type, fields)
        return await self.context.written_fields.of_contact(contact_type, fields)


def _type_by_name(fields: Mapping[str, object]) -> str:
    """Return the type that the fields of a name tell: those of a person alone do, a name may be anybody's."""
    if not {"FirstName", "LastName"}.isdisjoint(fields):
        return "Person"
    raise InputError("type is required: Person or Business.", hint="A Person has FirstName and LastName.")


def _with_address_alone(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a new contact with the email address alone, where it was pasted with what stood round it."""
    email = fields.get("Email")
    return {**fields, "Email": read_email_address(email)} if isinstance(email, str) and "@" in email else dict(fields)


def _of_same_name(contact: Record) -> dict[str, object]:
    """Return criteria of the contacts with the same email, else of the same name."""
    return {"Email": contact["email"]} if contact.get("email") else {"Name": contact.get("name", "")}
