"""The MiniCRM client: one method an operation of `wire`, with the arguments of its request and its parsed response."""

from __future__ import annotations

from crm_mcp.crm.operations import Client, Sender, operation
from crm_mcp.minicrm.models import Project
from crm_mcp.minicrm.wire import requests, responses


class MinicrmClient(Client):
    """Works in one MiniCRM account; ids are digits, as text or as numbers.

    Attributes:
        recent: Answers reads by what was read in the last minute, for questions that are asked again; the client itself
            where nothing is kept.
    """

    def __init__(self, sender: Sender, recent: Sender | None = None) -> None:
        super().__init__(sender)
        self.recent = self if recent is None else MinicrmClient(recent)

    list_modules = operation(requests.build_list_modules, responses.parse_list_modules)
    get_project_schema = operation(requests.build_get_project_schema, responses.parse_get_project_schema)
    get_contact_schema = operation(requests.build_get_contact_schema, responses.parse_get_contact_schema)

    search_projects = operation(requests.build_search_projects, responses.parse_search_projects)
    get_project = operation(requests.build_get_project, responses.parse_get_project)
    create_project = operation(requests.build_create_project, responses.parse_written)
    update_project = operation(requests.build_update_project, responses.parse_written)

    search_contacts = operation(requests.build_search_contacts, responses.parse_search_contacts)
    get_contact = operation(requests.build_get_contact, responses.parse_get_contact)
    create_contact = operation(requests.build_create_contact, responses.parse_written)
    update_contact = operation(requests.build_update_contact, responses.parse_written)

    list_tasks = operation(requests.build_list_tasks, responses.parse_list_tasks)
    get_task = operation(requests.build_get_task, responses.parse_get_task)
    create_task = operation(requests.build_create_task, responses.parse_written)
    update_task = operation(requests.build_update_task, responses.parse_written)

    list_addresses = operation(requests.build_list_addresses, responses.parse_list_addresses)
    get_address = operation(requests.build_get_address, responses.parse_get_address)
    create_address = operation(requests.build_create_address, responses.parse_written)
    update_address = operation(requests.build_update_address, responses.parse_written)

    async def get_project_by_reference(self, reference_id: str | int) -> Project:
        """Get a project by its ReferenceId, in two requests where the first response holds a row only."""
        request = requests.build_get_project_by_reference(reference_id)
        found = await self.sender.perform(request, responses.parse_get_project_by_reference)
        return await self.get_project(found) if isinstance(found, str) else found
