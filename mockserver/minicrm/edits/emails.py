"""What people do with the e-mails of a card: one is sent, from a template or a text, filed, opened, clicked.

Who an e-mail is from and to where an edit does not say it, and that a template is sent as it stands, is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.crm.edits import EditError
from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.mail.email import EMAIL_FIELDS, RECEIVED, SENT, Email, write_email
from mockserver.minicrm.mail.template import Template
from mockserver.minicrm.store import AnyRow, read_row, take_next_id
from mockserver.minicrm.values import read_whole


def add_email(context: RequestContext, values: Mapping[str, object]) -> None:
    """Put an e-mail on the card that `ProjectId` names; one whose `Status` is Received came from its contact.

    Raises:
        EditError: There is no such card or template.
        RefusalError: A value does not fit.
    """
    given = dict(values)
    project = _find(context, Project, given.pop("ProjectId", None), "ProjectId")
    email = Email(id=0, project_id=project.id, status=SENT, created_at=context.now)
    if given.get("TemplateId"):
        template = _find(context, Template, given["TemplateId"], "TemplateId")
        email.subject, email.body = template.subject, template.content
    write_email(email, context.parse_fields(EMAIL_FIELDS, given))
    _address(context, email, project)
    email.id = take_next_id(context.connection, Email)
    context.save(email)


def edit_email(context: RequestContext, values: Mapping[str, object]) -> None:
    """Change an e-mail: `{"OpenedAt": "2026-11-12 10:00:00"}`; true stands for now."""
    email = context.read_target(Email)
    given = {name: context.now if value is True else value for name, value in values.items()}
    write_email(email, context.parse_fields(EMAIL_FIELDS, given))
    context.save(email)


def _find(context: RequestContext, kind: type[AnyRow], given: object, key: str) -> AnyRow:
    row_id = read_whole(given)
    row = None if row_id is None else read_row(context.connection, kind, row_id)
    if row is None:
        raise EditError(f"add.{key}: there is no {kind.TABLE.kind} {given}.")
    return row


def _address(context: RequestContext, email: Email, project: Project) -> None:
    """Say who an e-mail is from and to where nobody did: the module's sender, and the contact of the card."""
    contact = read_row(context.connection, Contact, project.contact_id or 0)
    own = str(context.account.modules[project.category_id].details.get("SenderEmail") or "")
    theirs = str((contact and contact.fields.get("Email")) or "")
    is_received = email.status == RECEIVED
    email.sender = email.sender or (theirs if is_received else own)
    email.recipient = email.recipient or (own if is_received else theirs)
