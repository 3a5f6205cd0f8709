"""What a webhook tells of a card or contact: values as they are stored, ids where the detail prints labels.

Ids and choices are texts, the choices of a Set and a checkbox a number, and whatever is empty is null (observed, grade
C). What the API wrote has the user "0", numbers are numbers, a file is its address, and what a contact's Data holds
beside its fields (assumed).
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.minicrm.endpoints.contacts import Contact, print_name
from mockserver.minicrm.endpoints.projects import COLUMNS, LIVE_FIELDS, Project, find_businesses
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.schema import Field
from mockserver.minicrm.store import WrittenRow

Data = dict[str, object]
_NOBODY = "0"
_OWN_OF_CONTACTS = frozenset({"Id", "Type", "BusinessId", "Name", "Deleted", "ReferenceId"})
_OWN_OF_PROJECTS = frozenset({*COLUMNS, *LIVE_FIELDS, "Invited", "CreatedBy", "CreatedAt", "UpdatedBy", "UpdatedAt"})


def build_project_data(context: RequestContext, project: Project) -> Data:
    """Return the Data of a card, but the SystemId, which goes by the login.

    Source: minicrm-beyond.md, 4.
    """
    business = find_businesses(context.connection, [project]).get(project.id)
    data: Data = {
        "Id": str(project.id),
        "SystemId": "",
        "CategoryId": str(project.category_id),
        "ContactId": _text(project.contact_id),
        "MainContactId": _text(business or project.contact_id),
        "StatusId": _text(project.status_id),
        "UserId": _text(project.user_id),
        "Name": project.name or None,
        **_own_fields(context, list_own_fields(context, project), project.fields),
        "Deleted": str(project.deleted),
        **_written(project),
    }
    if project.reference_id:
        data["ReferenceId"] = project.reference_id
    return {**data, "InternalUrl": f"#Project-{project.category_id}/{project.id}"}


def build_contact_data(context: RequestContext, contact: Contact) -> Data:
    """Return the Data of a person or a company, but the SystemId."""
    data: Data = {
        "Id": str(contact.id),
        "SystemId": "",
        "Type": contact.type,
        "BusinessId": _text(contact.business_id),
        "Name": print_name(contact, context.language) or None,
        **_own_fields(context, list_own_fields(context, contact), contact.fields),
        "Deleted": str(contact.deleted),
        **_written(contact),
    }
    if contact.reference_id:
        data["ReferenceId"] = contact.reference_id
    return {**data, "InternalUrl": f"#Contact/{contact.id}"}


def list_own_fields(context: RequestContext, row: Project | Contact) -> Mapping[str, Field]:
    """Return the fields of a record beside those that every record of its kind has."""
    if isinstance(row, Contact):
        schema, known = context.account.contact_schemas[row.type], context.account.contact_fields[row.type]
        others = _OWN_OF_CONTACTS
    else:
        module = context.account.modules[row.category_id]
        schema, known, others = module.schema, module.fields, _OWN_OF_PROJECTS
    names = [*schema, *(name for name in row.fields if name not in schema)]
    return {name: known[name] for name in names if name not in others and name in known}


def _own_fields(context: RequestContext, own: Mapping[str, Field], values: Mapping[str, object]) -> Data:
    return {name: context.print_file(_print(field, values.get(name))) for name, field in own.items()}


def _print(field: Field, value: object) -> object:
    if value is None or value == "":
        return None
    return str(value) if field.kind == "Enum" else value


def _written(row: WrittenRow) -> Data:
    return {
        "CreatedBy": _text(row.created_by) or _NOBODY,
        "CreatedAt": row.created_at,
        "UpdatedBy": _text(row.updated_by) or _NOBODY,
        "UpdatedAt": row.updated_at,
    }


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
