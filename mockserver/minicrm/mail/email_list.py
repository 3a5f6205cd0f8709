"""`GET /EmailList/{project}`: the e-mails that were sent from a card or filed on it."""

from __future__ import annotations

from mockserver.minicrm import rules
from mockserver.minicrm.deviations import EMAIL_IDS_ARE_INTS, EMAILS_OF_ONE_DAY
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.mail.email import COLUMNS, EMAIL_FIELDS, Email
from mockserver.minicrm.responses import render_keyed, render_list
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import list_rows
from mockserver.minicrm.values import read_since


def list_emails(context: RequestContext) -> object:
    """Answer `GET /EmailList/{project}[?CreatedAt=]`: not paged, ids ascending (assumed).

    The keys are observed (grade C); what `CreatedAt` means, and that ids are texts, is assumed.
    """
    project = context.read_target(Project)
    emails = list_rows(context.connection, Email, "project_id = ?", (project.id,))
    if given := context.parameters.get("CreatedAt"):
        since = read_since(given)
        if since is None:
            raise RefusalError(rules.BAD_CREATED_AT, "CreatedAt", [f"{given!r} is no date, such as 2026-01-31"])
        emails = [each for each in emails if _is_wanted(context, each.created_at or "", since)]
    rows = {str(each.id): _render_email(context, each) for each in emails}
    return render_list(context.profile, len(rows), render_keyed(context.profile, rows))


def _is_wanted(context: RequestContext, created_at: str, since: str) -> bool:
    if context.observes(EMAILS_OF_ONE_DAY):
        return created_at[:10] == since[:10]
    return created_at >= since


def _render_email(context: RequestContext, email: Email) -> dict[str, object]:
    values = {name: context.print_field(each, getattr(email, COLUMNS[name])) for name, each in EMAIL_FIELDS.items()}
    ids = {"Id": email.id, "TemplateId": email.template_id or 0}
    return values | (ids if context.observes(EMAIL_IDS_ARE_INTS) else {name: str(each) for name, each in ids.items()})
