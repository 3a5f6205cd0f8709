"""The MiniCRM tools for tasks and addresses: what a model reads of each, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, WithJsonSchema

from crm_mcp.errors import InputError
from crm_mcp.minicrm.arguments import check_id
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.directory import Directory
from crm_mcp.minicrm.known_fields import ADDRESS_FIELDS
from crm_mcp.minicrm.local_time import parse_local_time
from crm_mcp.minicrm.models import Address, Addresses, Task, Tasks, Written
from crm_mcp.minicrm.schema import check_field_names, resolve_choice
from crm_mcp.minicrm.tools import ApiFields, User, refuse_twice
from crm_mcp.tooling import CREATE, READ, UPDATE, CrmTool, Id, Text, build_tool

TaskStatus = Annotated[str, WithJsonSchema({"type": "string", "enum": ["open", "closed", "all"]})]
Closed = Annotated[str, WithJsonSchema({"type": "string", "enum": ["closed"]})]
Deadline = Annotated[str, Field(description="ISO date (its end) or date-time")]
_API_STATUS = {"Open": "open", "Closed": "closed", "All": "all"}


class TaskTools:
    """The tools for tasks, which belong to projects."""

    def __init__(self, client: MinicrmClient, directory: Directory, zone: ZoneInfo) -> None:
        self._client = client
        self._directory = directory
        self._zone = zone

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.get_project_tasks, title="Get a MiniCRM project's tasks", annotations=READ),
            build_tool(self.get_task, title="Get a MiniCRM task", annotations=READ),
            build_tool(self.create_task, title="Create a MiniCRM task", annotations=CREATE),
            build_tool(self.update_task, title="Update or close a MiniCRM task", annotations=UPDATE),
        )

    async def get_project_tasks(self, project_id: Id, status: TaskStatus = "open") -> Tasks:
        """List the tasks of one MiniCRM project."""
        api_status = resolve_choice("status", status, _API_STATUS)
        return {"items": (await self._client.list_tasks(project_id, api_status)).items}

    async def get_task(self, task_id: Id) -> Task:
        """Read one MiniCRM task."""
        return await self._client.get_task(task_id)

    async def create_task(
        self,
        project_id: Id,
        comment: Text,
        deadline: Deadline = "",
        user: User = "",
        type: Id = "",  # noqa: A002
    ) -> Written:
        """Create a task on a MiniCRM project. `type` is a task type's id or label."""
        if not comment.strip():
            raise InputError("A task needs a comment.", hint="Say in `comment` what is to be done.")
        fields = await self._fields(comment=comment, deadline=deadline, user=user, type=type)
        return await self._client.create_task({"ProjectId": check_id("project_id", project_id), **fields})

    async def update_task(
        self,
        task_id: Id,
        comment: Text = "",
        deadline: Deadline = "",
        user: User = "",
        type: Id = "",  # noqa: A002
        status: Closed = "",
    ) -> Written:
        """Change an open MiniCRM task, or close it with `status`. A closed task cannot be opened again."""
        check_id("task_id", task_id)
        fields = await self._fields(comment=comment, deadline=deadline, user=user, type=type)
        if status:
            if status.casefold() != "closed":
                raise InputError(
                    "A task can only be closed; MiniCRM does not open one again.", hint="Create a new one."
                )
            fields["Status"] = "Closed"
        if not fields:
            raise InputError("There is nothing to change.", hint="Give comment, deadline, user, type or status.")
        return await self._client.update_task(task_id, fields)

    async def _fields(self, *, comment: str, deadline: str, user: str, type: str) -> dict[str, object]:  # noqa: A002
        fields: dict[str, object] = {
            "Comment": comment,
            "Deadline": parse_local_time(deadline, self._zone, end_of_day=True) if deadline else "",
            "UserId": await self._directory.user_id(user) if user else "",
            "Type": type,
        }
        return {name: value for name, value in fields.items() if value != ""}


class AddressTools:
    """The tools for addresses, which belong to contacts."""

    def __init__(self, client: MinicrmClient) -> None:
        self._client = client

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.list_addresses, title="List a MiniCRM contact's addresses", annotations=READ),
            build_tool(self.get_address, title="Get a MiniCRM address", annotations=READ),
            build_tool(self.create_address, title="Create a MiniCRM address", annotations=CREATE),
            build_tool(self.update_address, title="Update a MiniCRM address", annotations=UPDATE),
        )

    async def list_addresses(self, contact_id: Id) -> Addresses:
        """List the addresses of a MiniCRM contact, one line each."""
        return {"items": (await self._client.list_addresses(contact_id)).items}

    async def get_address(self, address_id: Id) -> Address:
        """Read one MiniCRM address."""
        return await self._client.get_address(address_id)

    async def create_address(self, contact_id: Id, name: Text, fields: ApiFields = {}) -> Written:  # noqa: B006
        """Create an address; `fields`: Type, CountryId (the country's name), PostalCode, City, Address, Default."""
        given = {"ContactId": contact_id, "Name": name}
        refuse_twice(given, fields)
        check_field_names(None, fields, ADDRESS_FIELDS)
        return await self._client.create_address({**given, **fields})

    async def update_address(self, address_id: Id, fields: ApiFields) -> Written:
        """Change fields of a MiniCRM address: Name, Type, CountryId, PostalCode, City, Address, Default."""
        check_field_names(None, fields, ADDRESS_FIELDS)
        return await self._client.update_address(address_id, fields)
