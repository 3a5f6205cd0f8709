"""The MiniCRM client: one method an operation, each a request built, sent and parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_mcp.minicrm import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm_mcp.crm.messages import Sender
    from crm_mcp.minicrm.models import Address, AddressRow, Contact, Module, Page, Project, Schema, Task, Written


class MinicrmClient:
    """Works in one MiniCRM account through a `Sender`; ids are digits, as text or as numbers."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def list_modules(self, *, detailed: bool = False) -> list[Module]:
        """List the modules; see `wire.build_list_modules`."""
        return wire.parse_list_modules(await self._sender.send(wire.build_list_modules(detailed=detailed)))

    async def get_project_schema(self, module_id: str | int) -> Schema:
        """Get the fields of a module's projects; see `wire.build_get_project_schema`."""
        return wire.parse_get_project_schema(await self._sender.send(wire.build_get_project_schema(module_id)))

    async def get_contact_schema(self, contact_type: str) -> Schema:
        """Get the fields of persons or businesses; see `wire.build_get_contact_schema`."""
        return wire.parse_get_contact_schema(await self._sender.send(wire.build_get_contact_schema(contact_type)))

    async def search_projects(self, criteria: Mapping[str, object], page: int = 0) -> Page[Project]:
        """Search projects, one page; see `wire.build_search_projects`."""
        return wire.parse_search_projects(await self._sender.send(wire.build_search_projects(criteria, page)))

    async def get_project(self, project_id: str | int) -> Project:
        """Get a project; see `wire.build_get_project`."""
        return wire.parse_get_project(await self._sender.send(wire.build_get_project(project_id)))

    async def get_project_by_reference(self, reference_id: str | int) -> Project:
        """Get a project by its ReferenceId, in two requests where the first answers with a row only.

        Raises:
            NotFoundError: There is none.
        """
        request = wire.build_get_project_by_reference(reference_id)
        found = wire.parse_get_project_by_reference(await self._sender.send(request))
        return await self.get_project(found) if isinstance(found, str) else found

    async def create_project(self, fields: Mapping[str, object]) -> Written:
        """Create a project; see `wire.build_create_project`."""
        return wire.parse_create_project(await self._sender.send(wire.build_create_project(fields)))

    async def update_project(self, project_id: str | int, fields: Mapping[str, object]) -> Written:
        """Update a project; see `wire.build_update_project`."""
        return wire.parse_update_project(await self._sender.send(wire.build_update_project(project_id, fields)))

    async def search_contacts(self, criteria: Mapping[str, object], page: int = 0) -> Page[Contact]:
        """Search contacts, one page; see `wire.build_search_contacts`."""
        return wire.parse_search_contacts(await self._sender.send(wire.build_search_contacts(criteria, page)))

    async def get_contact(self, contact_id: str | int) -> Contact:
        """Get a person or business; see `wire.build_get_contact`."""
        return wire.parse_get_contact(await self._sender.send(wire.build_get_contact(contact_id)))

    async def create_contact(self, fields: Mapping[str, object]) -> Written:
        """Create a contact; see `wire.build_create_contact`."""
        return wire.parse_create_contact(await self._sender.send(wire.build_create_contact(fields)))

    async def update_contact(self, contact_id: str | int, fields: Mapping[str, object]) -> Written:
        """Update a contact; see `wire.build_update_contact`."""
        return wire.parse_update_contact(await self._sender.send(wire.build_update_contact(contact_id, fields)))

    async def list_tasks(self, project_id: str | int, status: str = "") -> Page[Task]:
        """List a project's tasks; see `wire.build_list_tasks`."""
        return wire.parse_list_tasks(await self._sender.send(wire.build_list_tasks(project_id, status)))

    async def get_task(self, task_id: str | int) -> Task:
        """Get a task; see `wire.build_get_task`."""
        return wire.parse_get_task(await self._sender.send(wire.build_get_task(task_id)))

    async def create_task(self, fields: Mapping[str, object]) -> Written:
        """Create a task; see `wire.build_create_task`."""
        return wire.parse_create_task(await self._sender.send(wire.build_create_task(fields)))

    async def update_task(self, task_id: str | int, fields: Mapping[str, object]) -> Written:
        """Update or close a task; see `wire.build_update_task`."""
        return wire.parse_update_task(await self._sender.send(wire.build_update_task(task_id, fields)))

    async def list_addresses(self, contact_id: str | int) -> Page[AddressRow]:
        """List a contact's addresses; see `wire.build_list_addresses`."""
        return wire.parse_list_addresses(await self._sender.send(wire.build_list_addresses(contact_id)))

    async def get_address(self, address_id: str | int) -> Address:
        """Get an address; see `wire.build_get_address`."""
        return wire.parse_get_address(await self._sender.send(wire.build_get_address(address_id)))

    async def create_address(self, fields: Mapping[str, object]) -> Written:
        """Create an address; see `wire.build_create_address`."""
        return wire.parse_create_address(await self._sender.send(wire.build_create_address(fields)))

    async def update_address(self, address_id: str | int, fields: Mapping[str, object]) -> Written:
        """Update an address; see `wire.build_update_address`."""
        return wire.parse_update_address(await self._sender.send(wire.build_update_address(address_id, fields)))
