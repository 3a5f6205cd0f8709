"""Changing one record as a person does: by the API's rules, but that a card may move and a closed task be opened.

That the card's contact and module may change in the CRM's page is observed (grade B); what becomes of the fields of its
old module is assumed: those that the new one has too stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from mockserver.crm.edits import EditError
from mockserver.minicrm import rules
from mockserver.minicrm.edits.emails import add_email, edit_email
from mockserver.minicrm.endpoints.addresses import Address, write_address
from mockserver.minicrm.endpoints.contacts import Contact, save_contact, write_contact
from mockserver.minicrm.endpoints.project_write import save_project, write_project
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.endpoints.task_row import Task
from mockserver.minicrm.endpoints.tasks import write_task
from mockserver.minicrm.mail.email import Email
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Field, Module
from mockserver.minicrm.store import Row, read_row
from mockserver.minicrm.values import parse_value

KINDS: Mapping[str, type[Row]] = {kind.TABLE.kind: kind for kind in (Project, Contact, Task, Address, Email)}

_Values = dict[str, object]


def edit_record(context: RequestContext, kind: str, values: Mapping[str, object], user_id: int | None) -> None:
    """Change the record that the context's target names.

    Args:
        context: A request to the record.
        kind: One of `KINDS`.
        values: The fields that change, as the API takes them.
        user_id: Who did it.

    Raises:
        RefusalError: There is no such record, or a value does not fit.
    """
    _EDITORS[kind](context, dict(values), user_id)


def add_record(context: RequestContext, kind: str, values: Mapping[str, object]) -> None:
    """Make a record that no request can make: an e-mail on a card.

    Raises:
        EditError: Requests make records of this kind, or what the record belongs to does not exist.
        RefusalError: A value does not fit.
    """
    if kind != Email.TABLE.kind:
        raise EditError(f"kind: an edit adds an {Email.TABLE.kind}; the API makes a {kind}.")
    add_email(context, values)


def _edit_project(context: RequestContext, values: _Values, user_id: int | None) -> None:
    project = context.read_target(Project)
    status_id = project.status_id
    if "CategoryId" in values:
        _move(context, project, values.pop("CategoryId"))
    module = context.account.modules[project.category_id]
    if "ContactId" in values:
        project.contact_id = _find_contact(context, module, values.pop("ContactId"))
    write_project(context, project, module, values)
    if project.status_id != status_id:
        project.status_updated_at = context.now
    project.updated_by = user_id
    save_project(context, project)


def _move(context: RequestContext, project: Project, given: object) -> None:
    """Put a card into another module, into its first status."""
    names = {module_id: module.name for module_id, module in context.account.modules.items()}
    category_id = parse_value(Field("CategoryId", "Enum", choices=names, can_be_empty=False), given, context.language)
    assert isinstance(category_id, int)
    module = context.account.modules[category_id]
    if category_id != project.category_id:
        project.status_id = next(iter(module.statuses), None)
        old = context.account.modules[project.category_id].fields
        project.fields = {
            name: value for name, value in project.fields.items() if _keeps(old[name], module.fields.get(name))
        }
    project.category_id = category_id


def _keeps(old: Field, new: Field | None) -> bool:
    return new is not None and replace(old, label=new.label, is_required=new.is_required) == new


def _find_contact(context: RequestContext, module: Module, given: object) -> int:
    contact_id = parse_value(module.fields["ContactId"], given, context.language)
    if not isinstance(contact_id, int) or read_row(context.connection, Contact, contact_id) is None:
        raise RefusalError(rules.NO_SUCH_CONTACT, "ContactId")
    return contact_id


def _edit_contact(context: RequestContext, values: _Values, user_id: int | None) -> None:
    contact = context.read_target(Contact)
    write_contact(context, contact, values)
    contact.updated_by = user_id
    save_contact(context, contact)


def _edit_task(context: RequestContext, values: _Values, user_id: int | None) -> None:
    task = context.read_target(Task)
    write_task(context, task, values)
    task.updated_by = user_id
    if task.status == "Closed":
        task.closed_by = task.closed_by or user_id
    context.save(task)


def _edit_address(context: RequestContext, values: _Values, user_id: int | None) -> None:
    address = context.read_target(Address)
    write_address(context, address, values)
    address.updated_by = user_id
    context.save(address)


def _edit_email(context: RequestContext, values: _Values, _user_id: int | None) -> None:
    edit_email(context, values)


_EDITORS: Mapping[str, Callable[[RequestContext, _Values, int | None], None]] = {
    "project": _edit_project,
    "contact": _edit_contact,
    "task": _edit_task,
    "address": _edit_address,
    "email": _edit_email,
}
