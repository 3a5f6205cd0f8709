"""MiniCRM requests that write: one PUT creates without an id in the path and updates with one. Pure.

An update may be sent twice, a create may not. Values go out as given; only ids are checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.minicrm.wire.checks import check_fields, check_id

if TYPE_CHECKING:
    from collections.abc import Mapping

_API = "/Api/R3"


def build_create_project(fields: Mapping[str, object]) -> Request:
    """Create a project: `PUT /Project` with `{"CategoryId": 3, "ContactId": 12345, ...}`.

    Args:
        fields: API field names to values; `CategoryId` and `ContactId` are required (documented).

    Raises:
        InputError: One of these is missing, or a value is not fit to be sent.

    Source: minicrm.txt, "Project (PUT)"; fixtures minicrm/15 and 32.
    """
    body = check_fields(fields, required=("CategoryId", "ContactId"))
    return _create("Project", body, ids={"CategoryId": "module_id", "ContactId": "contact_id"})


def build_update_project(project_id: str | int, fields: Mapping[str, object]) -> Request:
    """Update a project: `PUT /Project/1234`; fields that are not named stay as they are.

    `ContactId` is left to the CRM to refuse: the document says that it cannot change, a manual that it can within the
    same business (observed).

    Args:
        project_id: The project's id, digits.
        fields: API field names to values, without `CategoryId`, which cannot change (documented).

    Raises:
        InputError: The id is no id, there is no field, or a value is not fit to be sent.

    Source: minicrm.txt, "Project (PUT)"; fixture minicrm/14.
    """
    return _update("Project", check_id("project_id", project_id), check_fields(fields, fixed=("CategoryId",)))


def build_create_contact(fields: Mapping[str, object]) -> Request:
    """Create a contact: `PUT /Contact` with `{"Type": "Person", "FirstName": "John"}`.

    Args:
        fields: API field names to values; `Type`, and `Name` of a Business or `FirstName` or `LastName` of a Person
            are required (observed).

    Raises:
        InputError: One of these is missing, `Type` is another word, or a value is not fit to be sent.

    Source: minicrm.txt, "Contact (PUT)"; fixtures minicrm/22 to 22c.
    """
    body = check_fields(fields, required=("Type",))
    if body["Type"] not in ("Person", "Business"):
        raise InputError("Type must be Person or Business.", hint="Write the English word, not a label or an id.")
    names = ("Name",) if body["Type"] == "Business" else ("FirstName", "LastName", "Name")
    if all(body.get(name) in (None, "") for name in names):
        wanted = "Name" if body["Type"] == "Business" else "FirstName or LastName"
        raise InputError(f"A new {body['Type']} needs {wanted}.", hint="Give it in `fields`.")
    return _create("Contact", body, ids={})


def build_update_contact(contact_id: str | int, fields: Mapping[str, object]) -> Request:
    """Update a contact: `PUT /Contact/12345`; fields that are not named stay as they are.

    Args:
        contact_id: The contact's id, digits.
        fields: API field names to values.

    Raises:
        InputError: The id is no id, there is no field, or a value is not fit to be sent.

    Source: minicrm.txt, "Contact (PUT)"; fixture minicrm/21.
    """
    return _update("Contact", check_id("contact_id", contact_id), check_fields(fields))


def build_create_task(fields: Mapping[str, object]) -> Request:
    """Create a task: `PUT /ToDo` with `{"ProjectId": 1234, "Comment": "Do something."}`.

    Args:
        fields: API field names to values; `ProjectId` is required (observed).

    Raises:
        InputError: It is missing, or a value is not fit to be sent.

    Source: minicrm.txt, "Task (PUT)" for the shape; creating is observed; fixture minicrm/25b.
    """
    return _create("ToDo", check_fields(fields, required=("ProjectId",)), ids={"ProjectId": "project_id"})


def build_update_task(task_id: str | int, fields: Mapping[str, object]) -> Request:
    """Update or close a task: `PUT /ToDo/1111`; `{"Status": "Closed"}` closes it, nothing opens it again (observed).

    Args:
        task_id: The task's id, digits.
        fields: API field names to values, without `ProjectId`, which cannot change (observed).

    Raises:
        InputError: The id is no id, there is no field, or a value is not fit to be sent.

    Source: minicrm.txt, "Task (PUT)"; fixtures minicrm/25 and 25c.
    """
    return _update("ToDo", check_id("task_id", task_id), check_fields(fields, fixed=("ProjectId",)))


def build_create_address(fields: Mapping[str, object]) -> Request:
    """Create an address: `PUT /Address` with `{"ContactId": 1234, "Name": "Office address", ...}`.

    Args:
        fields: API field names to values; `ContactId` and `Name` are required (observed).

    Raises:
        InputError: One of these is missing, or a value is not fit to be sent.

    Source: minicrm.txt, "Address (PUT)" for the shape; creating is observed; fixture minicrm/28c.
    """
    return _create("Address", check_fields(fields, required=("ContactId", "Name")), ids={"ContactId": "contact_id"})


def build_update_address(address_id: str | int, fields: Mapping[str, object]) -> Request:
    """Update an address: `PUT /Address/123`; fields that are not named stay as they are.

    Args:
        address_id: The address's id, digits.
        fields: API field names to values, without `ContactId`, which cannot change (observed).

    Raises:
        InputError: The id is no id, there is no field, or a value is not fit to be sent.

    Source: minicrm.txt, "Address (PUT)"; fixture minicrm/28.
    """
    return _update("Address", check_id("address_id", address_id), check_fields(fields, fixed=("ContactId",)))


def _create(entity: str, body: dict[str, object], *, ids: Mapping[str, str]) -> Request:
    for name, argument in ids.items():
        check_id(argument, body[name])
    return Request("PUT", f"{_API}/{entity}", body=body, is_idempotent=False)


def _update(entity: str, entity_id: str, body: dict[str, object]) -> Request:
    return Request("PUT", f"{_API}/{entity}/{entity_id}", body=body)
