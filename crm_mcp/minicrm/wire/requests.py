"""The requests of the MiniCRM API, each built from plain arguments. Pure.

Ids are digits, as text or as a number. What cannot be sent raises an `InputError`, see `checks`. One PUT
creates without an id in its path and updates with one: an update may be sent twice, a create may not.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.minicrm.field_table import ADDRESS, CONTACT, CONTACT_TYPES, PROJECT, TASK
from crm_mcp.minicrm.wire.checks import (
    check_contact_name,
    check_create,
    check_criteria,
    check_id,
    check_page,
    check_text,
    check_update,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_API = "/Api/R3"


def build_list_modules(*, detailed: bool = False) -> Request:
    """List the modules: `GET /Category`, or `GET /Category?Detailed=1` for their settings too.

    Source: minicrm.txt, "Modules" and "Modules with details"; fixtures minicrm/02 and 03.
    """
    return _get("Category", {"Detailed": "1"} if detailed else {})


def build_get_project_schema(module_id: str | int) -> Request:
    """Get the fields of a module's projects: `GET /Schema/Project/3`.

    Source: minicrm.txt, "Database Schema"; fixture minicrm/05.
    """
    return _get(f"Schema/Project/{check_id('module_id', module_id)}")


def build_get_contact_schema(contact_type: str) -> Request:
    """Get the fields of contacts: `GET /Schema/Person` or `/Schema/Business`.

    Source: minicrm.txt, "Database Schema"; fixtures minicrm/04 and 04b.
    """
    if contact_type not in CONTACT_TYPES:
        raise InputError("There is a schema of Person and one of Business, no other.")
    return _get(f"Schema/{contact_type}")


def build_search_projects(criteria: Mapping[str, object], page: int = 0) -> Request:
    """Search projects: `GET /Project?StatusId=2500&UserId=3200`; all criteria must hold.

    Args:
        criteria: API field names, or `Query`, `UpdatedSince`, `StatusGroup`, to values; at least one, since live
            servers refuse a search without (observed).
        page: Page of 100 rows, from 0.

    Source: minicrm.txt, "Searching" and "Project search"; fixtures minicrm/07 to 11.
    """
    if not criteria:
        raise InputError(
            "MiniCRM refuses to search projects without a criterion.",
            hint="Give at least one, such as a text to look for, a module, a status or a user.",
        )
    return _search("Project", criteria, page)


def build_get_project(project_id: str | int) -> Request:
    """Get a project: `GET /Project/1234`.

    Source: minicrm.txt, "Project (GET)"; fixture minicrm/12.
    """
    return _get(f"Project/{check_id('project_id', project_id)}")


def build_get_project_by_reference(reference_id: str | int) -> Request:
    """Get a project by what was written to its `ReferenceId`: `GET /Project?ReferenceId=123456`.

    Source: minicrm.txt, "Project (GET)"; fixture minicrm/13.
    """
    return _get("Project", {"ReferenceId": check_text("reference_id", reference_id)})


def build_create_project(fields: Mapping[str, object]) -> Request:
    """Create a project: `PUT /Project` with `{"CategoryId": 3, "ContactId": 12345, ...}`, both required (documented).

    Source: minicrm.txt, "Project (PUT)"; fixtures minicrm/15 and 32.
    """
    return _create("Project", check_create(PROJECT, fields))


def build_update_project(project_id: str | int, fields: Mapping[str, object]) -> Request:
    """Update a project: `PUT /Project/1234`; fields that are not named stay as they are.

    Source: minicrm.txt, "Project (PUT)"; fixture minicrm/14.
    """
    return _update("Project", check_id("project_id", project_id), check_update(PROJECT, fields))


def build_search_contacts(criteria: Mapping[str, object], page: int = 0) -> Request:
    """Search contacts: `GET /Contact?Email=jd@example.com&Type=Person`; all criteria must hold.

    Args:
        criteria: API field names, or `Query`, to values. A phone number is digits, at least the last 6.
        page: Page of 100 rows, from 0.

    Source: minicrm.txt, "Contact Search"; fixtures minicrm/16 to 18.
    """
    return _search("Contact", criteria, page)


def build_get_contact(contact_id: str | int) -> Request:
    """Get a person or business: `GET /Contact/12346`.

    Source: minicrm.txt, "Contact (GET)"; fixtures minicrm/19 and 20.
    """
    return _get(f"Contact/{check_id('contact_id', contact_id)}")


def build_create_contact(fields: Mapping[str, object]) -> Request:
    """Create a contact: `PUT /Contact` with `{"Type": "Person", "FirstName": "John"}`; required fields are observed.

    Source: minicrm.txt, "Contact (PUT)"; fixtures minicrm/22 to 22c.
    """
    return _create("Contact", check_contact_name(check_create(CONTACT, fields)))


def build_update_contact(contact_id: str | int, fields: Mapping[str, object]) -> Request:
    """Update a contact: `PUT /Contact/12345`; fields that are not named stay as they are.

    Source: minicrm.txt, "Contact (PUT)"; fixture minicrm/21.
    """
    return _update("Contact", check_id("contact_id", contact_id), check_update(CONTACT, fields))


def build_list_tasks(project_id: str | int, status: str = "") -> Request:
    """List a project's tasks: `GET /ToDoList/1234?Status=Open`.

    Args:
        project_id: The project's id.
        status: `Open`, `Closed`, `All`, or empty for the CRM's own choice.

    Source: minicrm.txt, "Task Search"; fixtures minicrm/23 to 23c.
    """
    if status not in ("", "Open", "Closed", "All"):
        raise InputError("The status of tasks to list is Open, Closed or All.")
    return _get(f"ToDoList/{check_id('project_id', project_id)}", {"Status": status} if status else {})


def build_get_task(task_id: str | int) -> Request:
    """Get a task: `GET /ToDo/1111`.

    Source: minicrm.txt, "Task (GET)"; fixture minicrm/24.
    """
    return _get(f"ToDo/{check_id('task_id', task_id)}")


def build_create_task(fields: Mapping[str, object]) -> Request:
    """Create a task: `PUT /ToDo` with `{"ProjectId": 1234, "Comment": "Do something."}`.

    Source: minicrm.txt, "Task (PUT)" for the shape; creating is observed; fixture minicrm/25b.
    """
    return _create("ToDo", check_create(TASK, fields))


def build_update_task(task_id: str | int, fields: Mapping[str, object]) -> Request:
    """Update or close a task: `PUT /ToDo/1111`; `{"Status": "Closed"}` closes it, nothing opens it again (observed).

    Source: minicrm.txt, "Task (PUT)"; fixtures minicrm/25 and 25c.
    """
    return _update("ToDo", check_id("task_id", task_id), check_update(TASK, fields))


def build_list_addresses(contact_id: str | int) -> Request:
    """List a contact's addresses: `GET /AddressList/1234`.

    Source: minicrm.txt, "Address (List)"; fixture minicrm/26.
    """
    return _get(f"AddressList/{check_id('contact_id', contact_id)}")


def build_get_address(address_id: str | int) -> Request:
    """Get an address: `GET /Address/123`.

    Source: minicrm.txt, "Address (GET)"; fixture minicrm/27.
    """
    return _get(f"Address/{check_id('address_id', address_id)}")


def build_create_address(fields: Mapping[str, object]) -> Request:
    """Create an address: `PUT /Address` with `{"ContactId": 1234, "Name": "Office address", ...}`.

    Source: minicrm.txt, "Address (PUT)" for the shape; creating is observed; fixture minicrm/28c.
    """
    return _create("Address", check_create(ADDRESS, fields))


def build_update_address(address_id: str | int, fields: Mapping[str, object]) -> Request:
    """Update an address: `PUT /Address/123`; fields that are not named stay as they are.

    Source: minicrm.txt, "Address (PUT)"; fixture minicrm/28.
    """
    return _update("Address", check_id("address_id", address_id), check_update(ADDRESS, fields))


def _get(path: str, query: Mapping[str, str] = MappingProxyType({})) -> Request:
    return Request("GET", f"{_API}/{path}", tuple(query.items()))


def _search(path: str, criteria: Mapping[str, object], page: int) -> Request:
    query = check_criteria(criteria)
    return _get(path, {**query, "Page": str(page)} if check_page(page) else query)


def _create(path: str, body: Mapping[str, object]) -> Request:
    return Request("PUT", f"{_API}/{path}", body=body, is_idempotent=False)


def _update(path: str, entity_id: str, body: Mapping[str, object]) -> Request:
    return Request("PUT", f"{_API}/{path}/{entity_id}", body=body)
