"""The MiniCRM tools that read: what a model reads of each, and what it does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from crm_mcp.cursor import decode_cursor, encode_cursor
from crm_mcp.errors import InputError, RefusedError
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.criteria import contact_criteria, project_criteria
from crm_mcp.minicrm.directory import Directory
from crm_mcp.minicrm.models import Address, Addresses, Contact, ContactPage, Project, ProjectPage, Task, Tasks
from crm_mcp.minicrm.paging import read_slice
from crm_mcp.minicrm.schema import resolve_choice
from crm_mcp.minicrm.tool_arguments import (
    CONTACT_TYPES,
    STATUS_GROUPS,
    ContactType,
    Filters,
    Module,
    StatusGroup,
    TaskStatus,
    User,
)
from crm_mcp.tooling import READ, CrmTool, Cursor, Id, Limit, Text, build_tool

_API_STATUS = {"Open": "open", "Closed": "closed", "All": "all"}


class ReadTools:
    """The tools that find and read projects, contacts, tasks and addresses."""

    def __init__(self, client: MinicrmClient, directory: Directory, zone: ZoneInfo) -> None:
        self._client = client
        self._directory = directory
        self._zone = zone

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.search_projects, title="Search MiniCRM projects", annotations=READ),
            build_tool(self.get_project, title="Get a MiniCRM project", annotations=READ),
            build_tool(self.search_contacts, title="Search MiniCRM contacts", annotations=READ),
            build_tool(self.get_contact, title="Get a MiniCRM contact", annotations=READ),
            build_tool(self.get_project_tasks, title="Get a MiniCRM project's tasks", annotations=READ),
            build_tool(self.get_task, title="Get a MiniCRM task", annotations=READ),
            build_tool(self.list_addresses, title="List a MiniCRM contact's addresses", annotations=READ),
            build_tool(self.get_address, title="Get a MiniCRM address", annotations=READ),
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
            status_group = resolve_choice("status_group", status_group, STATUS_GROUPS)
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
        contact_type = resolve_choice("type", type, CONTACT_TYPES) if type else ""
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

    async def get_project_tasks(self, project_id: Id, status: TaskStatus = "open") -> Tasks:
        """List the tasks of one MiniCRM project."""
        api_status = resolve_choice("status", status, _API_STATUS)
        return {"items": (await self._client.list_tasks(project_id, api_status)).items}

    async def get_task(self, task_id: Id) -> Task:
        """Read one MiniCRM task."""
        return await self._client.get_task(task_id)

    async def list_addresses(self, contact_id: Id) -> Addresses:
        """List the addresses of a MiniCRM contact, one line each."""
        return {"items": (await self._client.list_addresses(contact_id)).items}

    async def get_address(self, address_id: Id) -> Address:
        """Read one MiniCRM address."""
        return await self._client.get_address(address_id)

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
