"""The responses of the MiniCRM API, each parsed into a model. Pure.

Every parser raises a `RefusedError` for a refusal and `UnexpectedAnswerError` for a body of another shape, never
anything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_mcp.crm.paging import Page
from crm_mcp.errors import OtherRecordError, UnexpectedAnswerError
from crm_mcp.minicrm.wire.bodies import (
    Row,
    as_list,
    as_object,
    identify,
    read_id,
    read_json,
    read_list,
    read_object,
    read_own,
    read_text,
    row_id,
    unexpected,
)
from crm_mcp.minicrm.wire.entities import (
    address_of,
    contact_of,
    module_of,
    project_of,
    schema_of,
    task_of,
)
from crm_mcp.minicrm.wire.refusals import not_found

if TYPE_CHECKING:
    from crm_mcp.crm.messages import Response
    from crm_mcp.minicrm.models import Address, AddressRow, Contact, Module, Project, Schema, Task, Written


def parse_list_modules(response: Response) -> list[Module]:
    """Parse the modules: `{"3": "Sales"}`, or `{"3": {"Name": ...}}` with details.

    Source: minicrm.txt, "Modules" and "Modules with details"; fixtures minicrm/02 and 03.
    """
    body = read_json(response)
    listed = as_list(body)
    if listed:  # PHP writes keys that count from 0 as a list
        body = {str(at): value for at, value in enumerate(listed)}
    modules = as_object(body)
    if modules is None:
        raise unexpected(response, "sent no object of modules")
    return [_module(response, key, value, is_keyed=not listed) for key, value in modules.items()]


def _module(response: Response, key: str, value: object, *, is_keyed: bool) -> Module:
    settings = as_object(value) or {}
    module_id = key if is_keyed else read_id(settings.get("Id")) or key
    if not key.isdecimal() or not (isinstance(value, str | int) or settings):
        raise unexpected(response, f"sent a module without an id or a name ({key[:40]!r})")
    return module_of(module_id, value)


def parse_get_project_schema(response: Response) -> Schema:
    """Parse a module's schema: `{"Name": "Text(128)", "StatusId": {"2509": "Contacted"}}`.

    Source: minicrm.txt, "Database Schema"; fixture minicrm/05.
    """
    return schema_of(read_object(response))


def parse_get_contact_schema(response: Response) -> Schema:
    """Parse the schema of persons or businesses; see `parse_get_project_schema`.

    The choices of `Type` become the English words, since neither ids nor labels can be written (observed).

    Source: minicrm.txt, "Database Schema"; fixtures minicrm/04 and 04b.
    """
    schema = schema_of(read_object(response))
    for field in schema["fields"]:
        if field["name"] == "Type" and "choices" in field:
            field["type"] = "Enum"
            field["choices"] = {"Person": "Person", "Business": "Business"}
    return schema


def parse_search_projects(response: Response) -> Page[Project]:
    """Parse a page of projects: `{"Count": 1, "Results": {"1234": {...}}}`.

    A search by ReferenceId is answered by a detail, which becomes a page of one.

    Source: minicrm.txt, "Project search"; fixtures minicrm/07 to 11.
    """
    found = read_list(response)
    items = [project_of(*identify(response, row), is_detail=found.is_detail) for row in found.rows]
    return Page(items, found.total)


def parse_get_project(response: Response) -> Project:
    """Parse one project: `{"Id": 1234, "StatusId": "Contacted", ...}`.

    Source: minicrm.txt, "Project (GET)"; fixture minicrm/12.
    """
    return project_of(*read_own(response), is_detail=True)


def parse_get_project_by_reference(response: Response) -> Project | str:
    """Parse the project with a ReferenceId; the id alone where a server sends a page of one row.

    Raises:
        NotFoundError: There is none: a 404, or a page without rows.
        UnexpectedAnswerError: There are several.

    Source: minicrm.txt, "Project (GET)"; fixture minicrm/13.
    """
    found = read_list(response)
    projects = [identify(response, row) for row in found.rows]
    if not projects:
        raise not_found(response)
    if len(projects) > 1:
        raise UnexpectedAnswerError(
            "MiniCRM has several projects with this ReferenceId.",
            hint=f"Get one of them by its id: {', '.join(project_id for project_id, _ in projects[:10])}.",
        )
    project_id, row = projects[0]
    return project_of(project_id, row, is_detail=True) if found.is_detail else project_id


def parse_search_contacts(response: Response) -> Page[Contact]:
    """Parse a page of contacts: `{"Count": 1, "Results": {"12345": {...}}}`.

    Source: minicrm.txt, "Contact Search"; fixtures minicrm/16 to 18.
    """
    found = read_list(response)
    items = [contact_of(*identify(response, row), is_detail=found.is_detail) for row in found.rows]
    return Page(items, found.total)


def parse_get_contact(response: Response) -> Contact:
    """Parse one person or business: `{"Id": 12346, "Type": "Business", "Name": ...}`.

    Source: minicrm.txt, "Contact (GET)"; fixtures minicrm/19 and 20.
    """
    return contact_of(*read_own(response), is_detail=True)


def parse_list_tasks(response: Response) -> Page[Task]:
    """Parse a project's tasks: `{"Count": 2, "Results": [{"Id": "1111", ...}]}`.

    Source: minicrm.txt, "Task Search"; fixtures minicrm/23 to 23c.
    """
    found = read_list(response)
    return Page([task_of(*identify(response, row), is_detail=False) for row in found.rows], found.total)


def parse_get_task(response: Response) -> Task:
    """Parse one task: `{"Id": 1111, "UserId": "John Doe", "Comment": ...}`.

    Source: minicrm.txt, "Task (GET)"; fixture minicrm/24.
    """
    return task_of(*read_own(response), is_detail=True)


def parse_list_addresses(response: Response) -> Page[AddressRow]:
    """Parse a contact's addresses: `{"Count": 2, "Results": [{"123": "Home address (...)"}]}`.

    Source: minicrm.txt, "Address (List)"; fixture minicrm/26.
    """
    found = read_list(response)
    return Page([_address_row(response, row) for row in found.rows], found.total)


def _address_row(response: Response, row: Row) -> AddressRow:
    """Return a row of a list of addresses: text, or the structured form `{"Id", "Address", "Url"}`."""
    structured = as_object(row.value)
    if structured is None and not isinstance(row.value, str):
        raise unexpected(response, "sent an address that is not text")
    label = read_text(row.value if structured is None else structured.get("Address"))
    return {"id": row_id(response, row, structured or {}), "label": label or ""}


def parse_get_address(response: Response) -> Address:
    """Parse one address: `{"Id": 123, "ContactId": 1234, "City": ...}`.

    Source: minicrm.txt, "Address (GET)"; fixture minicrm/27.
    """
    return address_of(*read_own(response))


def parse_written(response: Response) -> Written:
    """Parse the response to every create and update: `{"Id": 1234}`.

    Raises:
        UnexpectedAnswerError: It names another object than the one that was to be updated.

    Source: minicrm.txt, "Project (PUT)", "Contact (PUT)", "Task (PUT)", "Address (PUT)"; fixtures minicrm/14,
    21, 25 and 28.
    """
    written_id = read_own(response)[0]
    asked_id = response.request.path.rpartition("/")[2]
    if asked_id.isdigit() and asked_id != written_id:
        raise OtherRecordError(
            f"MiniCRM named {written_id} as written where {asked_id} was to be.",
            hint=f"Whether {asked_id} was written is unknown: read it before you repeat it.",
        )
    return {"id": written_id}


parse_create_project = parse_update_project = parse_written
parse_create_contact = parse_update_contact = parse_written
parse_create_task = parse_update_task = parse_written
parse_create_address = parse_update_address = parse_written
