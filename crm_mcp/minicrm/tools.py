"""The MiniCRM tools for projects and contacts: what a model reads of each, and what it does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, WithJsonSchema

from crm_mcp.cursor import decode_cursor, encode_cursor
from crm_mcp.errors import InputError, RefusedError
from crm_mcp.minicrm.arguments import check_id
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.criteria import contact_criteria, merged, project_criteria
from crm_mcp.minicrm.directory import Directory
from crm_mcp.minicrm.known_fields import CONTACT_FIELDS, PROJECT_FIELDS
from crm_mcp.minicrm.models import Contact, ContactPage, Project, ProjectPage, Written
from crm_mcp.minicrm.paging import read_slice
from crm_mcp.minicrm.schema import resolve_choice, resolve_fields
from crm_mcp.minicrm.wire import build_update_contact, build_update_project
from crm_mcp.tooling import CREATE, READ, UPDATE, CrmTool, Cursor, Fields, Id, Limit, Text, build_tool

StatusGroup = Annotated[str, WithJsonSchema({"type": "string", "enum": ["Lead", "Open", "Success", "Failed"]})]
ContactType = Annotated[str, WithJsonSchema({"type": "string", "enum": ["Person", "Business"]})]
Module = Annotated[Id, Field(description="name or id, see list_modules")]
User = Annotated[Id, Field(description='name, id or "me"')]
Filters = Annotated[Fields, Field(description="more API fields that must match")]
ApiFields = Annotated[Fields, Field(description="API field to value; choices by label or id, see describe_module")]

_PLAIN = frozenset({"Name", "Deleted", "ReferenceId"})
"""Fields of a project whose values need no schema to be checked."""
_STATUS_GROUPS = {name: name for name in ("Lead", "Open", "Success", "Failed")}
_CONTACT_TYPES = {name: name for name in ("Person", "Business")}


class ProjectTools:
    """The tools for projects."""

    def __init__(self, client: MinicrmClient, directory: Directory, zone: ZoneInfo) -> None:
        self._client = client
        self._directory = directory
        self._zone = zone

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.search_projects, title="Search MiniCRM projects", annotations=READ),
            build_tool(self.get_project, title="Get a MiniCRM project", annotations=READ),
            build_tool(self.create_project, title="Create a MiniCRM project", annotations=CREATE),
            build_tool(self.update_project, title="Update a MiniCRM project", annotations=UPDATE),
        )

    async def search_projects(
        self,
        query: Annotated[Text, Field(description="words in any text field")] = "",
        module: Module = "",
        status: Annotated[Id, Field(description="label or id")] = "",
        status_group: StatusGroup = "",
        user: User = "",
        contact_id: Id = "",
        updated_since: Annotated[str, Field(description="ISO date or date-time")] = "",
        deleted: Annotated[bool, Field(description="the trash instead")] = False,
        filters: Filters = {},  # noqa: B006  # pydantic copies defaults
        limit: Limit = 20,
        cursor: Cursor = "",
    ) -> ProjectPage:
        """Search MiniCRM projects (cards); all criteria must hold, at least one is needed.

        With `module` the rows show the labels of status and user, without it their ids.
        """
        if status_group:
            status_group = resolve_choice("status_group", status_group, _STATUS_GROUPS)
        query_id = ["search_projects", query, module, status, status_group, user, contact_id, updated_since]
        query_id += [str(deleted), json.dumps(filters, sort_keys=True)]
        offset = decode_cursor(cursor, query_id)
        criteria = await project_criteria(
            self._directory,
            self._zone,
            query=query,
            module=module,
            status=status,
            status_group=status_group,
            user=user,
            contact_id=contact_id,
            updated_since=updated_since,
            deleted=deleted,
            filters=filters,
        )
        rows, total, more = await read_slice(
            lambda page: self._client.search_projects(criteria, page), offset=offset, limit=limit
        )
        if module:
            rows = await self._labelled(rows, str(criteria["CategoryId"]))
        page: ProjectPage = {"items": rows}
        if more:
            page["next_cursor"] = encode_cursor(offset + len(rows), query_id)
        if total is not None:
            page["total"] = total
        return page

    async def get_project(self, project_id: Id = "", reference_id: Id = "") -> Project:
        """Read one MiniCRM project by its id, or by reference_id, the id it has in another system."""
        if bool(project_id) == bool(reference_id):
            raise InputError("Give either project_id or reference_id.", hint="search_projects finds ids.")
        if project_id:
            return await self._client.get_project(project_id)
        return await self._client.get_project_by_reference(reference_id)

    async def create_project(self, module: Module, contact_id: Id, name: Text = "", fields: ApiFields = {}) -> Written:  # noqa: B006
        """Create a project (card) for a contact in a MiniCRM module."""
        given = {"ContactId": check_id("contact_id", contact_id), **({"Name": name} if name else {})}
        refuse_twice({"CategoryId": "", **given}, fields)
        module_id = await self._directory.module_id(module)
        given["CategoryId"] = module_id
        return await self._client.create_project({**given, **await self._checked(module_id, fields)})

    async def update_project(self, project_id: Id, fields: ApiFields) -> Written:
        """Change fields of a MiniCRM project; fields not named stay. `Deleted: 1` moves it to the trash, 0 back."""
        build_update_project(project_id, fields)  # refuses what can be refused without asking
        if _PLAIN.issuperset(fields):
            return await self._client.update_project(project_id, fields)
        project = await self._client.get_project(project_id)
        return await self._client.update_project(project_id, await self._checked(project.get("module_id", ""), fields))

    async def _checked(self, module_id: str, fields: Mapping[str, object]) -> dict[str, object]:
        if not fields:
            return {}
        schema = merged(await self._directory.project_schemas(module_id))
        if "UserId" in fields:
            user_id = await self._directory.user_id(str(fields["UserId"]), module_id)
            fields = {**fields, "UserId": user_id}
        return resolve_fields(schema, fields, PROJECT_FIELDS, self._zone)

    async def _labelled(self, rows: list[Project], module_id: str) -> list[Project]:
        """Add the labels of status and user; without a readable schema the ids must do."""
        try:
            schema = await self._directory.project_schema(module_id)
        except RefusedError:
            return rows
        for row in rows:
            if label := schema["statuses"].get(row.get("status_id", "")):
                row["status"] = label
            if label := schema["users"].get(row.get("user_id", "")):
                row["user"] = label
        return rows


class ContactTools:
    """The tools for contacts, which are persons and businesses."""

    def __init__(self, client: MinicrmClient, directory: Directory, zone: ZoneInfo) -> None:
        self._client = client
        self._directory = directory
        self._zone = zone

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.search_contacts, title="Search MiniCRM contacts", annotations=READ),
            build_tool(self.get_contact, title="Get a MiniCRM contact", annotations=READ),
            build_tool(self.create_contact, title="Create a MiniCRM contact", annotations=CREATE),
            build_tool(self.update_contact, title="Update a MiniCRM contact", annotations=UPDATE),
        )

    async def search_contacts(
        self,
        query: Annotated[Text, Field(description="whole words in any text field")] = "",
        email: str = "",
        phone: Annotated[Text, Field(description="at least the last 6 digits")] = "",
        type: ContactType = "",  # noqa: A002
        filters: Filters = {},  # noqa: B006
        limit: Limit = 20,
        cursor: Cursor = "",
    ) -> ContactPage:
        """Search MiniCRM contacts, persons and businesses; all criteria must hold."""
        contact_type = resolve_choice("type", type, _CONTACT_TYPES) if type else ""
        query_id = ["search_contacts", query, email, phone, contact_type, json.dumps(filters, sort_keys=True)]
        offset = decode_cursor(cursor, query_id)
        criteria = await contact_criteria(
            self._directory,
            self._zone,
            query=query,
            email=email,
            phone=phone,
            contact_type=contact_type,
            filters=filters,
        )
        rows, total, more = await read_slice(
            lambda page: self._client.search_contacts(criteria, page), offset=offset, limit=limit
        )
        page: ContactPage = {"items": rows}
        if more:
            page["next_cursor"] = encode_cursor(offset + len(rows), query_id)
        if total is not None:
            page["total"] = total
        return page

    async def get_contact(self, contact_id: Id) -> Contact:
        """Read one MiniCRM person or business."""
        return await self._client.get_contact(contact_id)

    async def create_contact(self, type: ContactType, fields: ApiFields) -> Written:  # noqa: A002
        """Create a MiniCRM contact: a Person needs FirstName or LastName, a Business needs Name.

        Search by email or phone first, so as not to make a double.
        """
        contact_type = resolve_choice("type", type, _CONTACT_TYPES)
        refuse_twice({"Type": contact_type}, fields)
        return await self._client.create_contact({"Type": contact_type, **await self._checked(contact_type, fields)})

    async def update_contact(self, contact_id: Id, fields: ApiFields) -> Written:
        """Change fields of a MiniCRM contact; fields not named stay as they are."""
        build_update_contact(contact_id, fields)  # refuses what can be refused without asking
        contact = await self._client.get_contact(contact_id)
        checked = await self._checked(contact.get("type", "Person"), fields)
        return await self._client.update_contact(contact_id, checked)

    async def _checked(self, contact_type: str, fields: Mapping[str, object]) -> dict[str, object]:
        schema = await self._directory.contact_schema(contact_type)
        return resolve_fields(schema, fields, CONTACT_FIELDS, self._zone)


def refuse_twice(given: Mapping[str, object], fields: Mapping[str, object]) -> None:
    """Refuse a value that stands both in an argument of its own and in `fields`.

    Raises:
        InputError: One does.
    """
    if twice := [name for name in given if name in fields]:
        raise InputError(
            f"{' and '.join(twice)} is given by an argument already.", hint=f"Leave {twice[0]} out of `fields`."
        )
