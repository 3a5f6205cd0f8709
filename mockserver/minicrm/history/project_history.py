"""`GET /ProjectHistory/{id}`: the changes of status of a card, the newest first."""

from __future__ import annotations

from mockserver.minicrm import rules
from mockserver.minicrm.deviations import TRASH_HAS_HISTORY
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.history.status_change import STATUS_HISTORY, StatusChange, list_status_changes
from mockserver.minicrm.responses import render_keyed
from mockserver.minicrm.routing.suggestions import suggest_word
from mockserver.minicrm.rules import RefusalError


def list_history(context: RequestContext) -> object:
    """Answer `GET /ProjectHistory/{id}?Type=StatusHistory`: not paged, and without Type the same (assumed).

    Source: the official manual (grade B), which says that only active cards have one: a card in the trash is 404, as
    one that does not exist (assumed).
    """
    kind = context.parameters.get("Type", STATUS_HISTORY)
    if kind != STATUS_HISTORY:
        raise RefusalError(rules.BAD_HISTORY_TYPE, "Type", suggest_word(kind, (STATUS_HISTORY,)))
    project = context.read_target(Project)
    if project.deleted and not context.observes(TRASH_HAS_HISTORY):
        raise RefusalError(rules.WRONG_ID, hints=["the project is in the trash: only active ones have a history"])
    changes = list_status_changes(context.connection, project)
    rows = {str(each.id): render_change(context, each) for each in changes}
    return {"Count": str(len(rows)), "Results": render_keyed(context.profile, rows)}


def render_change(context: RequestContext, change: StatusChange) -> dict[str, object]:
    """Return one row of a history."""
    labels = {
        status_id: status.label
        for module in context.account.modules.values()
        for status_id, status in module.statuses.items()
    }
    return {
        "Id": str(change.id),
        "ProjectId": str(change.project_id),
        "Type": STATUS_HISTORY,
        "UserId": str(change.user_id or 0),
        "ClosedAt": change.closed_at,
        "Status_Old_Id": str(change.old_id or ""),
        "Status_New_Id": str(change.new_id or ""),
        "Status_Old_Name": labels.get(change.old_id or 0, ""),
        "Status_New_Name": labels.get(change.new_id or 0, ""),
    }
