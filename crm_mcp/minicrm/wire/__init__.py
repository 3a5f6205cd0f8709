"""The MiniCRM wire format: `build_` turns arguments into a request, `parse_` an answer into a model.

Pure: no I/O. What reads is built here, what writes in `writes`, and answers are read in `answers`; this module offers
every operation of all three. Ids are text or numbers on the way in. MiniCRM has no list of users, statuses or field
names beside a schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.minicrm.wire.checks import check_criteria, check_id, check_page, check_text
from crm_mcp.minicrm.wire.responses import (
    parse_create_address,
    parse_create_contact,
    parse_create_project,
    parse_create_task,
    parse_get_address,
    parse_get_contact,
    parse_get_contact_schema,
    parse_get_project,
    parse_get_project_by_reference,
    parse_get_project_schema,
    parse_get_task,
    parse_list_addresses,
    parse_list_modules,
    parse_list_tasks,
    parse_search_contacts,
    parse_search_projects,
    parse_update_address,
    parse_update_contact,
    parse_update_project,
    parse_update_task,
)
from crm_mcp.minicrm.wire.write_requests import (
    build_create_address,
    build_create_contact,
    build_create_project,
    build_create_task,
    build_update_address,
    build_update_contact,
    build_update_project,
    build_update_task,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "build_create_address",
    "build_create_contact",
    "build_create_project",
    "build_create_task",
    "build_get_address",
    "build_get_contact",
    "build_get_contact_schema",
    "build_get_project",
    "build_get_project_by_reference",
    "build_get_project_schema",
    "build_get_task",
    "build_list_addresses",
    "build_list_modules",
    "build_list_tasks",
    "build_search_contacts",
    "build_search_projects",
    "build_update_address",
    "build_update_contact",
    "build_update_project",
    "build_update_task",
    "parse_create_address",
    "parse_create_contact",
    "parse_create_project",
    "parse_create_task",
    "parse_get_address",
    "parse_get_contact",
    "parse_get_contact_schema",
    "parse_get_project",
    "parse_get_project_by_reference",
    "parse_get_project_schema",
    "parse_get_task",
    "parse_list_addresses",
    "parse_list_modules",
    "parse_list_tasks",
    "parse_search_contacts",
    "parse_search_projects",
    "parse_update_address",
    "parse_update_contact",
    "parse_update_project",
    "parse_update_task",
]

_API = "/Api/R3"


def build_list_modules(*, detailed: bool = False) -> Request:
    """List the modules: `GET /Category`, with settings `?Detailed=1`.

    Args:
        detailed: Whether to ask for each module's settings beside its name.

    Source: minicrm.txt, "Modules" and "Modules with details"; fixtures minicrm/02 and 03.
    """
    return Request("GET", f"{_API}/Category", (("Detailed", "1"),) if detailed else ())


def build_get_project_schema(module_id: str | int) -> Request:
    """Get the fields of a module's projects: `GET /Schema/Project/3`.

    Args:
        module_id: The module's id, digits.

    Raises:
        InputError: The id is no id.

    Source: minicrm.txt, "Database Schema"; fixture minicrm/05.
    """
    return Request("GET", f"{_API}/Schema/Project/{check_id('module_id', module_id)}")


def build_get_contact_schema(contact_type: str) -> Request:
    """Get the fields of contacts: `GET /Schema/Person` or `/Schema/Business`.

    Args:
        contact_type: `Person` or `Business`.

    Raises:
        InputError: It is another type.

    Source: minicrm.txt, "Database Schema"; fixtures minicrm/04 and 04b.
    """
    if contact_type not in ("Person", "Business"):
        raise InputError("There is a schema of Person and one of Business, no other.")
    return Request("GET", f"{_API}/Schema/{contact_type}")


def build_search_projects(criteria: Mapping[str, object], page: int = 0) -> Request:
    """Search projects: `GET /Project?StatusId=2500&UserId=3200`; all criteria must hold.

    Args:
        criteria: API field names, or `Query`, `UpdatedSince`, `StatusGroup`, to values.
        page: Page of 100 rows, from 0.

    Raises:
        InputError: There is no criterion, which live servers refuse (observed), or one is not fit to be sent.

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

    Args:
        project_id: The project's id, digits.

    Raises:
        InputError: The id is no id.

    Source: minicrm.txt, "Project (GET)"; fixture minicrm/12.
    """
    return Request("GET", f"{_API}/Project/{check_id('project_id', project_id)}")


def build_get_project_by_reference(reference_id: str | int) -> Request:
    """Get a project by the id it has elsewhere: `GET /Project?ReferenceId=123456`.

    Args:
        reference_id: Any text, as it was written to `ReferenceId`.

    Raises:
        InputError: It is empty or not fit to be sent.

    Source: minicrm.txt, "Project (GET)"; fixture minicrm/13.
    """
    return Request("GET", f"{_API}/Project", (("ReferenceId", check_text("reference_id", reference_id)),))


def build_search_contacts(criteria: Mapping[str, object], page: int = 0) -> Request:
    """Search contacts: `GET /Contact?Email=jd@example.com&Type=Person`; all criteria must hold.

    Args:
        criteria: API field names, or `Query`, to values. A phone number is digits, at least the last 6.
        page: Page of 100 rows, from 0.

    Raises:
        InputError: A criterion is not fit to be sent.

    Source: minicrm.txt, "Contact Search"; fixtures minicrm/16 to 18.
    """
    return _search("Contact", criteria, page)


def build_get_contact(contact_id: str | int) -> Request:
    """Get a person or business: `GET /Contact/12346`.

    Args:
        contact_id: The contact's id, digits.

    Raises:
        InputError: The id is no id.

    Source: minicrm.txt, "Contact (GET)"; fixtures minicrm/19 and 20.
    """
    return Request("GET", f"{_API}/Contact/{check_id('contact_id', contact_id)}")


def build_list_tasks(project_id: str | int, status: str = "") -> Request:
    """List a project's tasks: `GET /ToDoList/1234?Status=Open`.

    Args:
        project_id: The project's id, digits.
        status: `Open`, `Closed`, `All`, or empty for the CRM's own choice.

    Raises:
        InputError: The id is no id, or the status none of these.

    Source: minicrm.txt, "Task Search"; fixtures minicrm/23 to 23c.
    """
    if status not in ("", "Open", "Closed", "All"):
        raise InputError("The status of tasks to list is Open, Closed or All.")
    return Request(
        "GET",
        f"{_API}/ToDoList/{check_id('project_id', project_id)}",
        (("Status", status),) if status else (),
    )


def build_get_task(task_id: str | int) -> Request:
    """Get a task: `GET /ToDo/1111`.

    Args:
        task_id: The task's id, digits.

    Raises:
        InputError: The id is no id.

    Source: minicrm.txt, "Task (GET)"; fixture minicrm/24.
    """
    return Request("GET", f"{_API}/ToDo/{check_id('task_id', task_id)}")


def build_list_addresses(contact_id: str | int) -> Request:
    """List a contact's addresses: `GET /AddressList/1234`.

    Args:
        contact_id: The contact's id, digits.

    Raises:
        InputError: The id is no id.

    Source: minicrm.txt, "Address (List)"; fixture minicrm/26.
    """
    return Request("GET", f"{_API}/AddressList/{check_id('contact_id', contact_id)}")


def build_get_address(address_id: str | int) -> Request:
    """Get an address: `GET /Address/123`.

    Args:
        address_id: The address's id, digits.

    Raises:
        InputError: The id is no id.

    Source: minicrm.txt, "Address (GET)"; fixture minicrm/27.
    """
    return Request("GET", f"{_API}/Address/{check_id('address_id', address_id)}")


def _search(entity: str, criteria: Mapping[str, object], page: int) -> Request:
    query = check_criteria(criteria)
    if check_page(page):
        query.append(("Page", str(page)))
    return Request("GET", f"{_API}/{entity}", tuple(query))
