"""The MiniCRM tools that write: what a model reads of each, and what it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from crm_mcp.errors import InputError
from crm_mcp.minicrm.arguments import check_id
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.criteria import merged
from crm_mcp.minicrm.directory import Directory
from crm_mcp.minicrm.known_fields import ADDRESS_FIELDS, CONTACT_FIELDS, PROJECT_FIELDS
from crm_mcp.minicrm.local_time import parse_local_time
from crm_mcp.minicrm.models import Written
from crm_mcp.minicrm.schema import check_field_names, resolve_choice, resolve_fields
from crm_mcp.minicrm.tool_arguments import (
    CONTACT_TYPES,
    ApiFields,
    Closed,
    ContactType,
    Deadline,
    Module,
    User,
    refuse_twice,
)
from crm_mcp.minicrm.wire import build_update_contact, build_update_project
from crm_mcp.tooling import CREATE, UPDATE, CrmTool, Id, Text, build_tool

_PLAIN = frozenset({"Name", "Deleted", "ReferenceId"})
"""Fields of a project whose values need no schema to be checked."""


class WriteTools:
    """The tools that create and change projects, contacts, tasks and addresses."""

    def __init__(self, client: MinicrmClient, directory: Directory, zone: ZoneInfo) -> None:
        self._client = client
        self._directory = directory
        self._zone = zone

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.create_project, title="Create a MiniCRM project", annotations=CREATE),
            build_tool(self.update_project, title="Update a MiniCRM project", annotations=UPDATE),
            build_tool(self.create_contact, title="Create a MiniCRM contact", annotations=CREATE),
            build_tool(self.update_contact, title="Update a MiniCRM contact", annotations=UPDATE),
            build_tool(self.create_task, title="Create a MiniCRM task", annotations=CREATE),
            build_tool(self.update_task, title="Update or close a MiniCRM task", annotations=UPDATE),
            build_tool(self.create_address, title="Create a MiniCRM address", annotations=CREATE),
            build_tool(self.update_address, title="Update a MiniCRM address", annotations=UPDATE),
        )

    async def create_project(self, module: Module, contact_id: Id, name: Text = "", fields: ApiFields = {}) -> Written:  # noqa: B006
        """Create a project (card) for a contact in a MiniCRM module."""
        given = {"ContactId": check_id("contact_id", contact_id), **({"Name": name} if name else {})}
        refuse_twice({"CategoryId": "", **given}, fields)
        module_id = await self._directory.module_id(module)
        given["CategoryId"] = module_id
        return await self._client.create_project({**given, **await self._checked_project(module_id, fields)})

    async def update_project(self, project_id: Id, fields: ApiFields) -> Written:
        """Change fields of a MiniCRM project; fields not named stay. `Deleted: 1` moves it to the trash, 0 back."""
        build_update_project(project_id, fields)  # refuses what can be refused without asking
        if _PLAIN.issuperset(fields):
            return await self._client.update_project(project_id, fields)
        project = await self._client.get_project(project_id)
        return await self._client.update_project(
            project_id, await self._checked_project(project.get("module_id", ""), fields)
        )

    async def create_contact(self, type: ContactType, fields: ApiFields) -> Written:  # noqa: A002
        """Create a MiniCRM contact: a Person needs FirstName or LastName, a Business needs Name.

        Search by email or phone first, so as not to make a double.
        """
        contact_type = resolve_choice("type", type, CONTACT_TYPES)
        refuse_twice({"Type": contact_type}, fields)
        return await self._client.create_contact(
            {"Type": contact_type, **await self._checked_contact(contact_type, fields)}
        )

    async def update_contact(self, contact_id: Id, fields: ApiFields) -> Written:
        """Change fields of a MiniCRM contact; fields not named stay as they are."""
        build_update_contact(contact_id, fields)  # refuses what can be refused without asking
        contact = await self._client.get_contact(contact_id)
        checked = await self._checked_contact(contact.get("type", "Person"), fields)
        return await self._client.update_contact(contact_id, checked)

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
        fields = await self._task_fields(comment=comment, deadline=deadline, user=user, type=type)
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
        fields = await self._task_fields(comment=comment, deadline=deadline, user=user, type=type)
        if status:
            if status.casefold() != "closed":
                raise InputError(
                    "A task can only be closed; MiniCRM does not open one again.", hint="Create a new one."
                )
            fields["Status"] = "Closed"
        if not fields:
            raise InputError("There is nothing to change.", hint="Give comment, deadline, user, type or status.")
        return await self._client.update_task(task_id, fields)

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

    async def _checked_project(self, module_id: str, fields: Mapping[str, object]) -> dict[str, object]:
        if not fields:
            return {}
        schema = merged(await self._directory.project_schemas(module_id))
        if "UserId" in fields:
            user_id = await self._directory.user_id(str(fields["UserId"]), module_id)
            fields = {**fields, "UserId": user_id}
        return resolve_fields(schema, fields, PROJECT_FIELDS, self._zone)

    async def _checked_contact(self, contact_type: str, fields: Mapping[str, object]) -> dict[str, object]:
        schema = await self._directory.contact_schema(contact_type)
        return resolve_fields(schema, fields, CONTACT_FIELDS, self._zone)

    async def _task_fields(self, *, comment: str, deadline: str, user: str, type: str) -> dict[str, object]:  # noqa: A002
        fields: dict[str, object] = {
            "Comment": comment,
            "Deadline": parse_local_time(deadline, self._zone, end_of_day=True) if deadline else "",
            "UserId": await self._directory.user_id(user) if user else "",
            "Type": type,
        }
        return {name: value for name, value in fields.items() if value != ""}
