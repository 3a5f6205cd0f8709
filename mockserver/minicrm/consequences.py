"""What the CRM does by itself when something was written, in the transaction of the request or edit that wrote it."""

from __future__ import annotations

from mockserver.minicrm.deviations import TASKS_TOUCH_PROJECTS
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.endpoints.task_row import Task
from mockserver.minicrm.history.status_change import record_status_changes
from mockserver.minicrm.mail.email import Email
from mockserver.minicrm.store import read_row


def follow_changes(context: RequestContext) -> None:
    """Do what follows from what a request changed."""
    if context.observes(TASKS_TOUCH_PROJECTS):
        _touch_projects(context)
    record_status_changes(context)


def _touch_projects(context: RequestContext) -> None:
    """Have the cards of tasks and e-mails that were written updated now."""
    for change in list(context.changes):
        row = change.after
        project = read_row(context.connection, Project, row.project_id) if isinstance(row, Task | Email) else None
        if project is not None:
            project.updated_at, project.updated_by = context.now, row.updated_by if isinstance(row, Task) else None
            context.save(project)
